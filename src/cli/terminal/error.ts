// Errors on the terminal: what a person can mend without a stack, bugs with it.
import { ChainruleError } from "../../ir/errors.ts";
import { messageOf } from "../setting-advice.ts";
import type { Style } from "./style.ts";
import { inLines, wrap } from "./text.ts";

export function renderError(error: unknown, { width, colors }: Style): string[] {
  if (error instanceof ChainruleError || isSystemError(error)) {
    const message =
      error instanceof ChainruleError ? inLines(messageOf(error), Object.values(error.details).flat()) : error.message;
    const lines = wrap(`error: ${message}`, width);
    const where =
      error instanceof ChainruleError && error.where !== undefined ? [colors.dim(`  at ${error.where}`)] : [];
    return [lines[0]!.replace("error:", colors.red("error:")), ...lines.slice(1), ...where];
  }
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  const [first, ...rest] = `bug: ${stack}`.split("\n");
  return [
    first!.replace("bug:", colors.red("bug:")),
    ...rest.map(colors.dim),
    "",
    ...wrap("This is a mistake in Chainrule, not in your data. Please report it with the lines above.", width),
  ];
}

/** No space, no permission, a pipe closed: the machine's fault, told by Node with the name of the system call. */
const isSystemError = (error: unknown): error is Error => error instanceof Error && "syscall" in error;
