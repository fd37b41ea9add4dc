// The one error class: typed data first (code, details, the user's line), text later.

/** Stable codes: programs may switch on them, texts may change. */
export type ErrorCode =
  // tensors and graphs
  | "SHAPE_MISMATCH"
  | "DTYPE_MISMATCH"
  | "INVALID_ARGUMENT"
  | "TRACED_VALUE"
  | "NOT_DIFFERENTIABLE"
  | "WRONG_GRADIENT"
  | "INVALID_GRAPH"
  | "INDEX_OUT_OF_RANGE"
  // plans and backends
  | "UNSUPPORTED_BY_BACKEND"
  | "OUT_OF_MEMORY"
  | "DISPOSED"
  | "BUSY"
  | "THREAD_LOST"
  | "BLAS_NOT_FOUND"
  | "MPI_NOT_FOUND"
  | "MPI_RANKS"
  | "MPI_FAILED"
  | "RANKS_DIFFER"
  // data
  | "FILE_NOT_FOUND"
  | "UNKNOWN_FORMAT"
  | "EMPTY_DATA"
  | "MALFORMED_DATA"
  | "RAGGED_ROW"
  | "UNKNOWN_COLUMN"
  | "TYPE_MISMATCH"
  | "SINGLE_CLASS"
  | "TOO_FEW_ROWS"
  | "NO_FEATURES"
  // training and runs
  | "NON_FINITE_LOSS"
  | "INVALID_SNAPSHOT"
  | "INVALID_RUN"
  | "RUN_IN_USE"
  | "RUN_STOPPED"
  | "INVALID_MODEL"
  | "UNSUPPORTED_ONNX"
  | "UNSUPPORTED_EXPORT"
  | "USAGE";

/** On the errors of every copy of Chainrule: the command line is bundled, and has one of its own. */
const brand: unique symbol = Symbol.for("chainrule.ChainruleError") as never;

/**
 * What went wrong, for the person who can mend it.
 *
 * `code` is stable; `details` holds the facts as data (names, shapes, file, row, column); `message` says what must
 * hold, what came, and how to mend it; `where` is the first line of the caller's own code on the stack, if any.
 */
export class ChainruleError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly where: string | undefined;

  /** Those of another copy, too. */
  static override [Symbol.hasInstance](value: unknown): value is ChainruleError {
    return typeof value === "object" && value !== null && brand in value;
  }

  get [brand](): true {
    return true;
  }

  /** `options.where` is that of an error that this one is told in place of; otherwise the stack says it. */
  constructor(
    code: ErrorCode,
    message: string,
    details: Record<string, unknown> = {},
    options: ErrorOptions & { readonly where?: string | undefined } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.name = "ChainruleError";
    this.code = code;
    this.details = details;
    this.where = options.where ?? callerLine(this.stack ?? "");
  }

  /**
   * As plain data for `postMessage` and `structuredClone`, which make a plain Error of an error. Details that are no
   * plain data, as the tensors of `variables`, are left out and named in `dropped`.
   *
   * ```ts
   * const error = new ChainruleError("RAGGED_ROW", "Row 3 has 4 cells; it must have 5.", { row: 3 });
   * const received = structuredClone(error.toPlain());
   * ChainruleError.fromPlain(received).details.row // 3
   * ```
   */
  toPlain(): PlainError {
    const entries = Object.entries(this.details);
    const dropped = entries.flatMap(([name, value]) => (isPlain(value) ? [] : [name]));
    const { name, message, code, where, stack, cause } = this;
    return {
      name,
      message,
      code,
      details: Object.fromEntries(entries.filter(([name]) => !dropped.includes(name))),
      dropped,
      ...(where !== undefined && { where }),
      ...(stack !== undefined && { stack }),
      ...(cause instanceof Error && { cause: { name: cause.name, message: cause.message } }),
    };
  }

  /** The error that `toPlain` made plain: with its code, details, place and stack. */
  static fromPlain({ code, message, details, where, stack, cause }: PlainError): ChainruleError {
    const options = cause && { cause: Object.assign(new Error(cause.message), { name: cause.name }) };
    const error = new ChainruleError(code, message, { ...details }, { ...options, where });
    if (stack !== undefined) error.stack = stack;
    return error;
  }
}

/** A ChainruleError as plain data. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  /** Names of the details that were left out, since a structured clone does not keep them. */
  readonly dropped: readonly string[];
  readonly where?: string;
  readonly stack?: string;
  readonly cause?: { readonly name: string; readonly message: string };
}

/** Whether a structured clone gives the same: numbers, texts, typed arrays, and lists and records of them. */
function isPlain(value: unknown): boolean {
  const seen = new Set<unknown>();
  // A list of what is left to look at, since details may be nested deeply.
  const left = [value];
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part === "function" || typeof part === "symbol") return false;
    if (typeof part !== "object" || part === null || ArrayBuffer.isView(part) || seen.has(part)) continue;
    seen.add(part);
    const prototype = Object.getPrototypeOf(part);
    if (!Array.isArray(part) && prototype !== Object.prototype && prototype !== null) return false;
    for (const inner of Object.values(part)) left.push(inner);
  }
  return true;
}

// Root of this package's files, as they appear in stack frames: ".../src/" in the repository, ".../dist/" installed.
const packageRoot = new URL("..", import.meta.url).href.replace(/^file:\/\//, "");

/** First stack frame outside this package, its dependencies and Node itself, as "file:line:column"; tests of the package count as callers. */
function callerLine(stack: string): string | undefined {
  for (const line of stack.split("\n").slice(1)) {
    const frame = /\(?((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:\\)[^()\s]*:\d+:\d+)\)?$/.exec(line.trim())?.[1];
    if (frame === undefined || line.includes("node:")) continue;
    const path = frame.replace(/^file:\/\//, "");
    const isTest = /\.test\.[jt]s:/.test(path);
    if (path.startsWith(packageRoot) && !isTest) continue;
    if (path.includes("/node_modules/")) continue;
    return path;
  }
  return undefined;
}
