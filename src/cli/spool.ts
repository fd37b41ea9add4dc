// What can be read but once, such as standard input: in memory, or where it is long in a temporary file, which can be read in blocks.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { contentOf } from "../data/formats/content.ts";
import { formatOfContent } from "../data/formats/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { stdinName } from "./files.ts";
import type { Streams } from "./output.ts";

/** Bytes that can be read once, with their hash. */
export interface PassingBytes {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Bytes of one array of Node's: /dev/zero has no end. */
const mostPassing = 2 ** 31;

/** All that comes in by a name. Throws FILE_NOT_FOUND where it cannot be read, or has no end. */
export const readPassing = (file: string, streams: Streams): Promise<PassingBytes> =>
  readOn(file, new Uint8Array(0), chunksOf(file, streams));

/** What came already, with what still comes. */
async function readOn(file: string, came: Uint8Array, chunks: AsyncGenerator<Uint8Array>): Promise<PassingBytes> {
  const { bytes: rest, isWhole } = await upTo(mostPassing - came.length, chunks);
  if (!isWhole) throw unreadable(file, `it does not end within ${mostPassing / 2 ** 30} GB`);
  return withHash(Buffer.concat([came, rest]));
}

const withHash = (bytes: Uint8Array): PassingBytes => ({
  bytes,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

/**
 * The same, but of more than `most` bytes in a format that is read in blocks the path of a file that has them, until the process ends: its name
 * says the format. What is in no such format, such as /dev/zero, never comes to disk.
 */
export async function spool(file: string, streams: Streams, most: number): Promise<PassingBytes | { path: string }> {
  const chunks = chunksOf(file, streams);
  const { bytes, isWhole } = await upTo(most, chunks);
  if (isWhole) return withHash(bytes);
  const ending = endingOf(bytes);
  if (ending === undefined) return readOn(file, bytes, chunks);
  const folder = mkdtempSync(join(tmpdir(), "chainrule-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, `standard input.${ending}`);
  const out = createWriteStream(path);
  const done = finished(out).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(file, `it is kept in ${folder}, and cannot be: ${cause.code ?? cause.message}`, cause);
  });
  done.catch(() => {});
  out.write(bytes);
  for await (const chunk of chunks) if (!out.write(chunk)) await Promise.race([once(out, "drain"), done]);
  out.end();
  await done;
  return { path };
}

/** Up to the end, or a little more than `most` bytes. */
async function upTo(
  most: number,
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const taken: Uint8Array[] = [];
  for (let length = 0; length <= most; ) {
    const { value, done } = await chunks.next();
    if (done) return { bytes: Buffer.concat(taken), isWhole: true };
    taken.push(value);
    length += value.length;
  }
  return { bytes: Buffer.concat(taken), isWhole: false };
}

async function* chunksOf(file: string, { stdin }: Streams): AsyncGenerator<Uint8Array> {
  try {
    yield* file === stdinName ? (stdin ?? process.stdin) : createReadStream(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw unreadable(file, code ?? message, cause);
  }
}

function unreadable(file: string, what: string, cause?: unknown): ChainruleError {
  const name = file === stdinName ? "Standard input" : file;
  const message = `${name} cannot be read (${what}). Save its table in a file, and name that.`;
  return new ChainruleError("FILE_NOT_FOUND", message, { source: file }, { cause });
}

/** "csv" by whole lines of the first bytes; undefined where they tell no format that is read in blocks. */
function endingOf(bytes: Uint8Array): string | undefined {
  const first = bytes.subarray(0, 2 ** 20);
  const lines = first.subarray(0, first.lastIndexOf(10) + 1 || first.length);
  try {
    const format = formatOfContent(contentOf(lines, "standard input", false, {}));
    const [ending] = format?.open ? format.endings : [];
    if (ending === "json") return isRowsOfObjects(lines) ? "jsonl" : undefined;
    return ending;
  } catch {
    return undefined;
  }
}

/** Whether its first line is a whole object of JSON. */
function isRowsOfObjects(lines: Uint8Array): boolean {
  const line = new TextDecoder().decode(lines.subarray(0, lines.indexOf(10)));
  return line.trimStart().startsWith("{") && line.trimEnd().endsWith("}");
}
