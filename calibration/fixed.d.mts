// Types of fixed.mjs, for its test.

/** By the name of each case its verdicts, in their order: "kind (severity)". */
export function fixedVerdicts(): Promise<Readonly<Record<string, string>>>;
