// A run's files in a folder on disk, written so that a crash at any moment loses nothing that was saved. Node only.
//
// A file is replaced in one step: written beside its place, fsync, rename, fsync of the folder.
import { ChainruleError } from "../ir/errors.ts";
import { node } from "../ir/node.ts";
import type { Appender, RunFiles } from "./files.ts";
import { invalidRun } from "./invalid-run.ts";

/** The files of a folder that is there. */
export function folderFiles(dir: string): RunFiles {
  const { join } = node("node:path", "In a page, give the run's files as a map from names to bytes.");
  return {
    dir,
    read: (name) => readInside(dir, name),
    async write(name, parts) {
      const { mkdir } = node("node:fs/promises");
      const slash = name.lastIndexOf("/");
      const folder = slash < 0 ? dir : join(dir, name.slice(0, slash));
      if (slash >= 0) await mkdir(folder, { recursive: true });
      await writeAtomically(folder, name.slice(slash + 1), parts);
    },
    sha256: (name) => sha256Aside(join(dir, name)),
    appender: (name, from) => fileAppender(join(dir, name), from),
    list: (folder) => node("node:fs/promises").readdir(join(dir, folder)),
    remove: (name) => node("node:fs/promises").unlink(join(dir, name)),
  };
}

function fileAppender(path: string, from?: number): Appender {
  const { closeSync, fstatSync, fsync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } = node("node:fs");
  let file = openSync(path, from === undefined ? "wx+" : "r+");
  if (from !== undefined) ftruncateSync(file, from);
  let written = from ?? 0;
  let waiting = "";
  const write = () => {
    const bytes = new TextEncoder().encode(waiting);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, written + at);
    } catch (error) {
      ftruncateSync(file, written);
      throw error;
    }
    written += bytes.length;
    waiting = "";
  };
  /** Puts the file back where somebody has removed it, or its folder, while it is written. */
  const putBack = () => {
    if (fstatSync(file).nlink > 0) return;
    const content = new Uint8Array(written);
    for (let at = 0; at < written; ) at += readSync(file, content, at, written - at, at);
    mkdirSync(node("node:path").dirname(path), { recursive: true });
    const again = openSync(path, "wx+");
    for (let at = 0; at < written; ) at += writeSync(again, content, at, written - at, at);
    closeSync(file);
    file = again;
  };
  return {
    get length() {
      return written + new TextEncoder().encode(waiting).length;
    },
    append(text) {
      waiting += text;
      try {
        write();
      } catch {
        // It waits; who must know that it is written calls `sync`.
      }
    },
    async sync() {
      putBack();
      write();
      await new Promise<void>((resolve, reject) => fsync(file, (error) => (error ? reject(error) : resolve())));
    },
    close() {
      try {
        write();
      } finally {
        closeSync(file);
      }
    },
  };
}

/** Makes the folder of a new run. Throws INVALID_ARGUMENT where `dir` cannot be made or is not empty. */
export async function newFolder(name: string, dir?: string): Promise<string> {
  const { dirname } = node("node:path");
  const place = dir === undefined ? await nextFolder(name) : await emptyFolder(dir);
  await syncFolder(dirname(place));
  return place;
}

/** What there is in place of a file: "a pipe"; undefined where it is one. Opening a pipe or a device may never end. */
export async function notAFile(path: string): Promise<string | undefined> {
  const found = await node("node:fs/promises").stat(path);
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return "a folder";
  return found.isFIFO() ? "a pipe" : found.isSocket() ? "a socket" : "a device";
}

/** SHA-256 of a file, in hexadecimal. */
export async function sha256File(path: string): Promise<string> {
  const hash = node("node:crypto").createHash("sha256");
  for await (const chunk of node("node:fs").createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** Hashes the file of workerData; without imports, since it is given to the thread as text. */
const hashing = `
const { parentPort, workerData } = require("node:worker_threads");
const hash = require("node:crypto").createHash("sha256");
require("node:fs").createReadStream(workerData)
  .on("data", (chunk) => hash.update(chunk))
  .on("error", (error) => { throw error; })
  .on("end", () => parentPort.postMessage(hash.digest("hex")));
`;

/** The same, by a thread of its own where that takes less time than the hash. */
async function sha256Aside(path: string): Promise<string> {
  const { size } = await node("node:fs/promises").stat(path);
  if (size < 2 ** 22) return sha256File(path);
  const { Worker } = node("node:worker_threads");
  const worker = new Worker(hashing, { eval: true, workerData: path });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`${path} could not be hashed: its thread was ended.`)));
  });
}

async function nextFolder(name: string): Promise<string> {
  // Only letters, digits and "-", so that a name cannot lead out of runs/.
  const safe =
    name
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 40) || "run";
  const { mkdir } = node("node:fs/promises");
  const stem = node("node:path").join("runs", `${new Date().toISOString().slice(0, 10)}-${safe}`);
  for (let n = 1; ; n++) {
    try {
      await makeFolder("runs");
      await mkdir(`${stem}-${n}`);
      return `${stem}-${n}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw notMade(`${stem}-${n}`, error);
    }
  }
}

/** As mkdir with `recursive`, which never returns where a folder cannot be made in one that exists, as in /proc. */
async function makeFolder(dir: string): Promise<void> {
  const { mkdir } = node("node:fs/promises");
  const { dirname } = node("node:path");
  try {
    await mkdir(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    const parent = dirname(dir);
    if (code !== "ENOENT" || node("node:fs").existsSync(parent)) throw error;
    await makeFolder(parent);
    await mkdir(dir);
  }
}

async function emptyFolder(dir: string): Promise<string> {
  let content: string[];
  try {
    await makeFolder(dir);
    content = await node("node:fs/promises").readdir(dir);
  } catch (cause) {
    throw notMade(dir, cause);
  }
  await refuse(dir, content);
  return dir;
}

const notMade = (dir: string, cause: unknown): ChainruleError =>
  new ChainruleError(
    "INVALID_ARGUMENT",
    `The run folder "${dir}" could not be made (${(cause as NodeJS.ErrnoException).code}); choose another place.`,
    { dir },
    { cause },
  );

const usedFolder = (dir: string): ChainruleError =>
  new ChainruleError(
    "INVALID_ARGUMENT",
    `The run folder "${dir}" must be new or empty, since runs are never overwritten; choose another name.`,
    { dir },
  );

/** For who asks before long work: throws INVALID_ARGUMENT where a new run could not be put here, since there is something already. */
export async function refuseUsedFolder(dir: string): Promise<void> {
  const content = await node("node:fs/promises")
    .readdir(dir)
    .catch(() => []);
  await refuse(dir, content);
}

/** What a training makes before its run.json is left out: it is the rest of one that was killed there, or of one that begins now and has the lock. */
async function refuse(dir: string, content: readonly string[]): Promise<void> {
  const path = node("node:path").join(dir, "events.jsonl");
  for (const name of content) {
    const isEmpty = name === "events.jsonl" && (await node("node:fs/promises").stat(path)).size === 0;
    if (!(isEmpty || name === "lock.json" || temporary.test(name))) throw usedFolder(dir);
  }
}

/** Takes away what is left over of a training that was killed before it began. For who has locked the folder. Throws RUN_IN_USE where another process has begun a run here. */
export async function clearFolder(dir: string): Promise<void> {
  const { readdir, rm } = node("node:fs/promises");
  const content = await readdir(dir);
  if (content.includes("run.json"))
    throw new ChainruleError(
      "RUN_IN_USE",
      `Another process has begun a run in "${dir}" just now. Go on with that one, or choose another folder.`,
      { dir },
    );
  await removeTemporary(dir);
  await rm(node("node:path").join(dir, "events.jsonl"), { force: true });
}

const temporary = /(?:^|[/\\])\.[^/\\]+\.[0-9a-f]{12}\.tmp$/;

/** Takes away what a crash left of files that were being written. Only for who writes the folder. */
export async function removeTemporary(dir: string): Promise<void> {
  const { readdir, rm } = node("node:fs/promises");
  const { join } = node("node:path");
  for (const file of await readdir(dir, { recursive: true }))
    if (temporary.test(file)) await rm(join(dir, file), { force: true });
}

async function writeAtomically(dir: string, name: string, parts: readonly Uint8Array[]): Promise<void> {
  const { open, rename, rm } = node("node:fs/promises");
  const { join } = node("node:path");
  const temporary = join(dir, `.${name}.${node("node:crypto").randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      for (const part of parts) for (let at = 0; at < part.length; ) at += (await file.write(part, at)).bytesWritten;
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(dir, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dir);
}

/** Makes a rename durable. Windows cannot open folders, and its renames need no such step. */
export async function syncFolder(dir: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await node("node:fs/promises").open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Throws INVALID_RUN where the file is there and cannot be read, is no regular one, or is a link that leads out of the folder. */
export const readInside = (dir: string, name: string): Promise<Uint8Array | undefined> =>
  openInside(dir, name, (path) => node("node:fs/promises").readFile(path));

/** The same with what `open` makes of the file's path. */
export async function openInside<T>(
  dir: string,
  name: string,
  open: (path: string) => Promise<T>,
): Promise<T | undefined> {
  const { realpath } = node("node:fs/promises");
  const { join, sep } = node("node:path");
  try {
    const root = await realpath(dir);
    const path = await realpath(join(dir, name));
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep))
      throw invalidRun(dir, name, "it is a link that leads out of the run folder");
    const other = await notAFile(path);
    if (other !== undefined) throw invalidRun(dir, name, `it is ${other}, and must be a file`);
    return await open(path);
  } catch (cause) {
    if (cause instanceof ChainruleError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    // ENOTDIR: the place is a file.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw invalidRun(dir, name, `it cannot be read (${code})`, cause);
  }
}
