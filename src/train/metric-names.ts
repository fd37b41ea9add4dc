// What is known of metrics by their names alone.

const gains: readonly string[] = ["accuracy", "rocAuc", "macroF1", "r2"];

/** Whether more of a metric is better; of losses and errors less is. */
export const isGain = (metric: string): boolean => gains.includes(metric);
