// A run folder that one process writes at a time: a file that names the process, and says nothing once that is gone. Node only.
import { ChainruleError } from "../ir/errors.ts";
import { isRecord } from "../ir/json.ts";
import { node } from "../ir/node.ts";
import { readInside } from "./folder.ts";

const lockFile = "lock.json";

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system says it: a later process may have the same number. */
  readonly began: string;
}

/** Takes the folder for this process. Gives what frees it. Throws RUN_IN_USE where another one that lives has it, INVALID_RUN where it cannot be written. */
export async function lockFolder(dir: string): Promise<() => void> {
  const { link, rename, rm, writeFile } = node("node:fs/promises");
  const { join, resolve } = node("node:path");
  const path = join(dir, lockFile);
  const own: Owner = { pid: process.pid, host: node("node:os").hostname(), began: await beginning(process.pid) };
  const temporary = join(dir, `.${lockFile}.${node("node:crypto").randomBytes(6).toString("hex")}.tmp`);
  await writeFile(temporary, JSON.stringify(own)).catch((cause) => {
    throw notWritable(dir, cause);
  });
  try {
    // Fails where there is one; after that nobody who writes lives, and whoever renames last has it.
    await link(temporary, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      const other = await ownerOf(dir);
      if (await isAlive(other, own)) throw inUse(dir, other as Owner);
      await rename(temporary, path);
    });
    const holder = await ownerOf(dir);
    if (!isRecord(holder) || holder.pid !== own.pid || holder.began !== own.began) throw inUse(dir, holder as Owner);
  } finally {
    await rm(temporary, { force: true });
  }
  const held = resolve(path);
  if (locks.size === 0) process.on("exit", freeAll);
  locks.add(held);
  return () => {
    if (locks.delete(held)) free(held);
    if (locks.size === 0) process.off("exit", freeAll);
  };
}

/** Files that this process holds, however many runs it writes at a time: the folder that it works in may change. */
const locks = new Set<string>();

const freeAll = () => locks.forEach(free);

function free(path: string): void {
  try {
    node("node:fs").rmSync(path, { force: true });
  } catch {
    // It can be written no longer: once this process is gone its lock says nothing.
  }
}

/** Whether a process that lives has the folder. */
export async function isWritten(dir: string): Promise<boolean> {
  return isAlive(await ownerOf(dir), { host: node("node:os").hostname() });
}

async function ownerOf(dir: string): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await readInside(dir, lockFile)));
  } catch {
    return undefined;
  }
}

async function isAlive(owner: unknown, own: Pick<Owner, "host">): Promise<boolean> {
  if (!isRecord(owner) || !Number.isSafeInteger(owner.pid) || (owner.pid as number) <= 0) return false;
  const { pid, host, began } = owner as object as Owner;
  if (host !== own.host) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return (await beginning(pid)) === began;
}

/** Field 22 of /proc/<pid>/stat, in ticks since the system began; "" on systems without it. */
async function beginning(pid: number): Promise<string> {
  try {
    const stat = await node("node:fs/promises").readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
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

const inUse = (dir: string, { pid, host }: Owner): ChainruleError =>
  new ChainruleError(
    "RUN_IN_USE",
    `The run "${dir}" is being written by process ${pid} on ${host}. Wait for its end, or choose another folder; if that machine is gone, delete ${lockFile} in the folder.`,
    { dir, pid, host },
  );
