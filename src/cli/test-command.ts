// For tests of commands: the command line in this process.
import { run } from "./program.ts";

interface Surroundings {
  /** Chunks of standard input. Default: none. */
  readonly stdin?: readonly Uint8Array[];
  /** Of a terminal that results are written to. Default: they go to a file. */
  readonly columns?: number | undefined;
  /** See every piece of stdout and of stderr as it is written. */
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

/** Bytes as a text of as many letters. */
const textOf = (data: string | Uint8Array): string =>
  typeof data === "string" ? data : Buffer.from(data).toString("latin1");

/**
 * Runs a command line: a text is cut at each of its spaces. stdout and stderr as they were written, but for the place in
 * a test that errors name; `said` is stderr in one line.
 */
export async function chainrule(
  words: string | readonly string[],
  { stdin = [], columns, onStdout = () => {}, onStderr = () => {} }: Surroundings = {},
) {
  const texts = { stdout: "", stderr: "" };
  const code = await run(typeof words === "string" ? words.split(" ") : words, {
    stdout: {
      write: (data) => {
        const text = textOf(data);
        texts.stdout += text;
        onStdout(text);
      },
      ...(columns && { isTTY: true, columns }),
    },
    stderr: {
      write: (data) => {
        const text = textOf(data);
        texts.stderr += text;
        onStderr(text);
      },
    },
    stdin: (async function* () {
      yield* stdin;
    })(),
  });
  // The first line outside the package is a test's here, which no user sees.
  const stderr = texts.stderr.replace(/^ {2}at .*\.test\.ts:.*\n/gm, "");
  return { code, stdout: texts.stdout, stderr, said: stderr.replace(/\s+/g, " ") };
}
