// The error of an exported file, in the place of the package's own.

/** `code` is stable; `details` are the facts of the message. */
export class ChainruleError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = "ChainruleError";
    this.code = code;
    this.details = details;
  }
}
