// A run folder that one process writes at a time: a file that names the process, and says nothing once that is gone. Node only.
import { ChainruleError } from "../ir/errors.ts";
import { isRecord } from "../ir/json.ts";
import { node } from "../ir/node.ts";
import { readInside } from "./folder.ts";

export const lockFile = "lock.json";

/** Milliseconds: a process of another machine cannot be asked whether it lives. It writes its lock again and again, and is gone where it has not. */
const renewal = { each: 10_000, goneAfter: 120_000 } as const;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system says it: a later process may have the same number. */
  readonly began: string;
}

/** Takes the folder for this process. Gives what frees it. Throws RUN_IN_USE where another one that lives has it, INVALID_RUN where it cannot be written. */
export async function lockFolder(dir: string): Promise<() => void> {
  const { join, resolve } = node("node:path");
  const own: Owner = { pid: process.pid, host: node("node:os").hostname(), began: await beginning(process.pid) };
  const content = JSON.stringify(own);
  await take(dir, lockFile, own, content);
  const held = resolve(join(dir, lockFile));
  const timer = setInterval(() => renew(held, content), renewal.each);
  timer.unref();
  if (locks.size === 0) process.on("exit", freeAll);
  locks.set(held, { timer, content });
  return () => {
    if (locks.has(held)) free(held);
    locks.delete(held);
    if (locks.size === 0) process.off("exit", freeAll);
  };
}

/**
 * Makes a lock of this name, or replaces one whose owner is gone. Of several that see the same dead lock one alone may replace it: the one that
 * holds the lock named after that one, which is taken in the same way.
 */
async function take(dir: string, name: string, own: Owner, content: string): Promise<void> {
  const { link, rename, rm } = node("node:fs/promises");
  const { join } = node("node:path");
  const path = join(dir, name);
  for (;;) {
    const temporary = await writeTemporary(dir, content);
    try {
      // Fails where there is one.
      const taken = await done(link(temporary.path, path), "EEXIST").catch((cause) => {
        throw noLinks.includes(cause.code) ? notLockable(dir, cause) : notWritable(dir, cause);
      });
      if (taken) return;
      const other = await ownerOf(dir, name);
      if (other === undefined) continue;
      if (await isAlive(other, own.host, temporary.now)) throw inUse(dir, other.owner as Owner);
      const right = temporaryName(hashOf(name + other.content));
      await take(dir, right, own, content);
      try {
        // Who held that lock before may have replaced this one.
        const isSame = (await ownerOf(dir, name))?.content === other.content;
        if (isSame && (await done(rename(temporary.path, path), "ENOENT"))) return;
      } finally {
        await rm(join(dir, right), { force: true });
      }
    } finally {
      await rm(temporary.path, { force: true });
    }
  }
}

/** Whether it was done; false where it failed by `code`, or since who holds the folder took away what is temporary. */
async function done(work: Promise<void>, code: string): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    const failed = (error as NodeJS.ErrnoException).code;
    if (failed !== code && failed !== "ENOENT") throw error;
    return false;
  }
}

const temporaryName = (id: string) => `.${lockFile}.${id}.tmp`;

const hashOf = (text: string): string =>
  node("node:crypto").createHash("sha256").update(text).digest("hex").slice(0, 12);

/** `now`: by the clock of the file system, which is that of the locks in it. */
async function writeTemporary(dir: string, content: string): Promise<{ readonly path: string; readonly now: number }> {
  const { open } = node("node:fs/promises");
  const path = node("node:path").join(dir, temporaryName(node("node:crypto").randomBytes(6).toString("hex")));
  try {
    const file = await open(path, "wx");
    try {
      await file.write(content);
      return { path, now: (await file.stat()).mtimeMs };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw notWritable(dir, cause as NodeJS.ErrnoException);
  }
}

/** Files that this process holds, however many runs it writes at a time, with what renews them: the folder that it works in may change. */
const locks = new Map<string, { readonly timer: ReturnType<typeof setInterval>; readonly content: string }>();

const freeAll = () => {
  for (const path of locks.keys()) free(path);
};

function free(path: string): void {
  const { timer, content } = locks.get(path)!;
  clearInterval(timer);
  const { readFileSync, rmSync } = node("node:fs");
  try {
    // Of a process that slept for long another machine may have taken the folder.
    if (readFileSync(path, "utf8") === content) rmSync(path, { force: true });
  } catch {
    // It can be written no longer: once this process is gone its lock says nothing.
  }
}

/** The same bytes once more: their time is what other machines look at. */
async function renew(path: string, content: string): Promise<void> {
  const { open } = node("node:fs/promises");
  try {
    const file = await open(path, "r+");
    try {
      if ((await file.readFile("utf8")) === content) await file.write(content, 0);
    } finally {
      await file.close();
    }
  } catch {
    // It is tried again.
  }
}

/** Whether a process that lives has the folder. */
export async function isWritten(dir: string): Promise<boolean> {
  const found = await ownerOf(dir, lockFile);
  return found !== undefined && isAlive(found, node("node:os").hostname(), Date.now());
}

interface Lock {
  readonly content: string;
  /** Of a file that is none of ours: anything. */
  readonly owner: unknown;
  /** When it was written, in milliseconds. */
  readonly time: number;
}

async function ownerOf(dir: string, name: string): Promise<Lock | undefined> {
  let content = "";
  try {
    const bytes = await readInside(dir, name);
    if (bytes === undefined) return undefined;
    content = new TextDecoder().decode(bytes);
    const { mtimeMs: time } = await node("node:fs/promises").stat(node("node:path").join(dir, name));
    return { content, owner: JSON.parse(content), time };
  } catch {
    return { content, owner: undefined, time: 0 };
  }
}

async function isAlive({ owner, time }: Lock, ownHost: string, now: number): Promise<boolean> {
  if (!isRecord(owner) || !Number.isSafeInteger(owner.pid) || (owner.pid as number) <= 0) return false;
  const { pid, host, began } = owner as object as Owner;
  if (host !== ownHost) return now - time < renewal.goneAfter;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return (await beginning(pid)) === began;
}

/** Field 22 of /proc/<pid>/stat, in ticks since the system began; "" on systems without it, and of a process that ended and nobody waited for. */
async function beginning(pid: number): Promise<string> {
  try {
    const stat = await node("node:fs/promises").readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}

const notWritable = (dir: string, cause: NodeJS.ErrnoException): ChainruleError =>
  new ChainruleError(
    "INVALID_RUN",
    `The run folder "${dir}" cannot be written (${cause.code}). Change its permissions or make room there, or copy it to another place and name that.`,
    { dir, code: cause.code },
    { cause },
  );

/** What systems say where a file system has no hard links: some network shares, and object stores that are mounted. */
const noLinks: readonly unknown[] = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

const notLockable = (dir: string, cause: NodeJS.ErrnoException): ChainruleError =>
  new ChainruleError(
    "INVALID_RUN",
    `The run folder "${dir}" must be on a file system with hard links, by which one process alone takes it; this one has none (${cause.code}). Name a folder on another disk (--out), and copy the run when it is finished.`,
    { dir, code: cause.code },
    { cause },
  );

const inUse = (dir: string, { pid, host }: Owner): ChainruleError =>
  new ChainruleError(
    "RUN_IN_USE",
    `The run "${dir}" is being written by process ${pid} on ${host}. Wait for its end, or choose another folder.`,
    { dir, pid, host },
  );
