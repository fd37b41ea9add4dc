// The encoded rows of a table that is larger than memory, in the folder of the run that is trained on them. Node only.
//
//   rows/rows.bin     the rows, in buckets
//   rows/index.json   what they are of, and how they lie; without it there are none
//
// Both are whole or not there: written under other names, fsync, rename, the index last.
import type { RowStore, StoredRows } from "../data/index.ts";
import { bytes as inWords } from "../data/wording.ts";
import { crc32 } from "../ir/crc32.ts";
import { ChainruleError } from "../ir/errors.ts";
import { isRecord, type Json, parseJson } from "../ir/json.ts";
import { node } from "../ir/node.ts";
import { folderFiles, syncFolder } from "./folder.ts";
import { version } from "./version.ts";

const folder = "rows";
const content = "rows.bin";
const indexFile = `${folder}/index.json`;
const temporary = `.${content}.tmp`;

/** Raised when another program could misread the rows. */
const format = 2;

export interface RowFiles {
  readonly store: RowStore;
  /** Those that are there; undefined where there are none, or they are of other data or of another version. */
  open(): Promise<StoredRows | undefined>;
  /** Takes them away. */
  remove(): Promise<void>;
}

/** In a run folder; `key` says what the rows are of: the hashes of the data. */
export function rowFiles(dir: string, key: string): RowFiles {
  const { join } = node("node:path");
  const place = join(dir, folder);
  const files = folderFiles(dir);
  const remove = () => removeRows(dir);
  return {
    remove,
    async open() {
      const text = await files.read(indexFile).catch(() => undefined);
      if (text === undefined) return undefined;
      const index = parsed(new TextDecoder().decode(text));
      if (!isRecord(index) || index.format !== format || index.version !== version || index.key !== key)
        return undefined;
      if (index.crc32 !== checksumOf(index.about as Json)) return undefined;
      return openRows(dir, index.bytes as number, index.about as Json);
    },
    store: {
      async create(bytes) {
        const { mkdir, open, rename } = node("node:fs/promises");
        await remove();
        const path = join(place, temporary);
        const file = await told(dir, bytes, async () => {
          await mkdir(place, { recursive: true });
          await requireRoom(place, bytes);
          return open(path, "wx");
        });
        return {
          write: (at, some) =>
            told(dir, bytes, async () => {
              for (let done = 0; done < some.length; )
                done += (await file.write(some, done, some.length - done, at + done)).bytesWritten;
            }),
          finish: (about) =>
            told(dir, bytes, async () => {
              // Room that no row took is not written.
              await file.truncate(bytes);
              await file.sync();
              await file.close();
              await rename(path, join(place, content));
              await syncFolder(place);
              const index = { format, version, key, bytes, crc32: checksumOf(about), about };
              await files.write(indexFile, [new TextEncoder().encode(JSON.stringify(index))]);
              return (await openRows(dir, bytes, about))!;
            }),
          async discard() {
            await file.close().catch(() => {});
            await remove().catch(() => {});
          },
        };
      },
    },
  };
}

const removeRows = (dir: string) =>
  node("node:fs/promises").rm(node("node:path").join(dir, folder), { recursive: true, force: true });

const checksumOf = (about: Json): number => crc32(new TextEncoder().encode(JSON.stringify(about)));

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return parseJson(text, (must) => new Error(must));
  } catch {
    return undefined;
  }
}

/** Undefined where the file is not there, or not of so many bytes. */
async function openRows(dir: string, bytes: number, about: Json): Promise<StoredRows | undefined> {
  const path = node("node:path").join(dir, folder, content);
  const file = await node("node:fs/promises")
    .open(path, "r")
    .catch(() => undefined);
  if (file === undefined) return undefined;
  if ((await file.stat()).size !== bytes) {
    await file.close();
    return undefined;
  }
  return {
    about,
    async read(at, length) {
      const all = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(all, done, length - done, at + done);
        // Cut off meanwhile: the checksum of the rows tells it.
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return all;
    },
    close: () => file.close(),
    async discard() {
      await file.close();
      await removeRows(dir);
    },
  };
}

/** Throws where the disk says that it has less room: before an hour of encoding, not after it. */
async function requireRoom(place: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await node("node:fs/promises").statfs(place);
  if (bavail * bsize < bytes) throw Object.assign(new Error(), { code: "ENOSPC", free: bavail * bsize });
}

/** What the disk refuses, in words. */
async function told<T>(dir: string, bytes: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code, free } = cause as { code?: string; free?: number };
    if (cause instanceof ChainruleError || code === undefined) throw cause;
    const there = free === undefined ? "" : `, and ${inWords(free)} are free`;
    throw new ChainruleError(
      "INVALID_RUN",
      `The run folder "${dir}" cannot hold the encoded rows of the table (${code}): they take ${inWords(bytes)} until the training ends${there}. Make room there, or put the run on another disk.`,
      { dir, bytes, ...(free !== undefined && { free }), code },
      { cause },
    );
  }
}
