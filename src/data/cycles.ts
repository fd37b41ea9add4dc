// Repeating times: a feature pair sin(2πt/P), cos(2πt/P), with t in days.

export const cycles = ["day", "week", "year"] as const;
export type Cycle = (typeof cycles)[number];

/** Length of each cycle in days; a year is the Gregorian mean. */
export const periods: Readonly<Record<Cycle, number>> = { day: 1, week: 7, year: 365.2425 };
