// Where a run's files lie: a folder on disk, or a map from names to bytes. Names are relative, with "/" between their parts.

/** A file that grows. */
export interface Appender {
  append(text: string): void;
  /** What was appended survives a power cut from here on. */
  sync(): void;
  close(): void;
}

export interface RunFiles {
  /** How messages name the place: the folder's path. */
  readonly dir: string;
  /** Undefined where there is no such file. Throws where it cannot be read. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces a file in one step: who reads it sees the old content or the new one. */
  write(name: string, content: Uint8Array): Promise<void>;
  /** A new file to append to. */
  appender(name: string): Appender;
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
    async write(name, content) {
      files.set(name, content);
    },
    appender(name) {
      let text = "";
      const sync = () => {
        files.set(name, new TextEncoder().encode(text));
      };
      sync();
      return {
        append(more) {
          text += more;
        },
        sync,
        close: sync,
      };
    },
    list: async (folder) =>
      [...files.keys()].filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1)),
    async remove(name) {
      files.delete(name);
    },
  };
}
