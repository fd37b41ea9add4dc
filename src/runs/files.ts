// Where a run's files lie: a folder on disk, or a map from names to bytes. Names are relative, with "/" between their parts.
import { joined } from "../train/safetensors.ts";

/** A file that grows. */
export interface Appender {
  /** Bytes, with what waits for room. */
  readonly length: number;
  /** What cannot be written now, since the disk is full, waits for the next call: no line is ever left in part. */
  append(text: string): void;
  /** What was appended survives a power cut from here on. Throws where it cannot be written. */
  sync(): Promise<void>;
  /** Throws where something still waits and cannot be written. */
  close(): void;
}

export interface RunFiles {
  /** How messages name the place: the folder's path. */
  readonly dir: string;
  /** Undefined where there is no such file. Throws where it cannot be read. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces a file in one step: who reads it sees the old content or the new one. The parts follow each other. */
  write(name: string, parts: readonly Uint8Array[]): Promise<void>;
  /** SHA-256 of a file that is there, in hexadecimal; computed beside the thread that asks. */
  sha256(name: string): Promise<string>;
  /** A new file to append to; or, with a number of bytes, the one that is there, up to them. */
  appender(name: string, from?: number): Appender;
  /** Names of the files in a folder of the run. */
  list(folder: string): Promise<string[]>;
  remove(name: string): Promise<void>;
}

/** The bytes of a run's files by their names: "run.json", "checkpoints/index.json". */
export type RunMap = Map<string, Uint8Array>;

/** Reads from and writes to the map itself. */
export function mapFiles(files: RunMap, dir: string): RunFiles {
  return {
    dir,
    read: async (name) => files.get(name),
    async write(name, parts) {
      files.set(name, joined(parts));
    },
    sha256: (name) => sha256Bytes(new Uint8Array(files.get(name)!)),
    appender(name, from = 0) {
      let bytes = (files.get(name) ?? new Uint8Array(0)).slice(0, from);
      let text = "";
      const write = () => {
        const more = new TextEncoder().encode(text);
        const all = new Uint8Array(bytes.length + more.length);
        all.set(bytes);
        all.set(more, bytes.length);
        [bytes, text] = [all, ""];
        files.set(name, bytes);
      };
      write();
      return {
        get length() {
          return bytes.length + new TextEncoder().encode(text).length;
        },
        append(more) {
          text += more;
        },
        sync: async () => write(),
        close: write,
      };
    },
    list: async (folder) =>
      [...files.keys()].filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1)),
    async remove(name) {
      files.delete(name);
    },
  };
}

export async function sha256Bytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
