// Graphs as data: types, printing, verification.
export * from "./builder.ts";
export * from "./dtype.ts";
export * from "./errors.ts";
export * from "./graph.ts";
export * from "./op.ts";
export * from "./print.ts";
export * from "./prune.ts";
export * from "./shape.ts";
export * from "./verify.ts";
