#!/usr/bin/env node
// The executable `chainrule`.
import { run } from "./program.ts";

/** Whether somebody still reads what is written. A reader such as `head` may close the pipe early; that is no failure. */
const isOpen = { stdout: true, stderr: true };

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  if (isOpen.stdout && isOpen.stderr) process.stderr.write(`error: the output cannot be written (${error.code}).\n`);
  isOpen.stdout = false;
  process.exitCode = 1;
});
// A training goes on without anybody who watches, and is saved.
process.stderr.on("error", () => {
  isOpen.stderr = false;
});

const code = await run(process.argv.slice(2), process);
process.exitCode = isOpen.stdout ? code : 1;
