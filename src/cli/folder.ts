// Where the files lie that the command line reads: beside this one, from the source and in the package, where modules are bundled.

/** Ends with "cli/". */
export const cliFolder = new URL(".", import.meta.url);
