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
  | "INVALID_RUN"
  | "INVALID_MODEL"
  | "USAGE";

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

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = "ChainruleError";
    this.code = code;
    this.details = details;
    this.where = callerLine(this.stack ?? "");
  }
}

// Root of this package's files, as they appear in stack frames: ".../src/" in the repository, ".../dist/" installed.
const packageRoot = new URL("..", import.meta.url).href.replace(/^file:\/\//, "");

/** First stack frame outside this package and outside Node itself, as "file:line:column". */
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
