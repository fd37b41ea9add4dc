// For this folder's tests: the command line in this process, and a folder of its own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./program.ts";

/** What a command wrote, as it stands; `said` is stderr in one line. */
export async function chainrule(words: readonly string[], stdin: readonly Uint8Array[] = []) {
  const texts = { stdout: "", stderr: "" };
  const code = await run(words, {
    stdout: { write: (text) => (texts.stdout += text) },
    stderr: { write: (text) => (texts.stderr += text) },
    stdin: (async function* () {
      yield* stdin;
    })(),
  });
  // The first line outside the package is this file's, which no user sees.
  const stderr = texts.stderr.replace(/^ {2}at .*\n/gm, "");
  return { code, stdout: texts.stdout, stderr, said: stderr.replace(/\s+/g, " ") };
}

/** Goes to a new folder; the function leaves it and takes it away. */
export async function ownFolder(name: string): Promise<() => Promise<void>> {
  const home = process.cwd();
  const place = await mkdtemp(join(tmpdir(), `chainrule-${name}-`));
  process.chdir(place);
  return async () => {
    process.chdir(home);
    await rm(place, { recursive: true });
  };
}
