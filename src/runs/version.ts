// The version of this package, as run.json names it.

/** As in package.json, which a test compares: a page has no such file. */
export const version = "0.1.0";
