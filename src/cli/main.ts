#!/usr/bin/env node
// The executable `chainrule`.
import module from "node:module";

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

// From 22.1 on Node keeps in the folder for temporary files what it has compiled, for the next start.
(module as { enableCompileCache?(): unknown }).enableCompileCache?.();
const { run } = await import("./program.ts");
const code = await run(process.argv.slice(2), process);
process.exitCode = isOpen.stdout ? code : 1;
