// Where encoded rows are kept while a network is trained on them: in memory, or wherever a store of one's own puts bytes.
import type { Json } from "../ir/json.ts";

/** Bytes that are written anywhere, kept whole, and then read anywhere. */
export interface RowStore {
  /** Makes room. What was written is there once `finish` is awaited, all of it or nothing. */
  create(bytes: number): Promise<RowWriter>;
}

export interface RowWriter {
  write(at: number, bytes: Uint8Array): Promise<void>;
  /** `about`: what is kept beside the bytes. */
  finish(about: Json): Promise<StoredRows>;
  /** Gives back what it has taken. */
  discard(): Promise<void>;
}

export interface StoredRows {
  readonly about: Json;
  read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Closes what is open; the rows stay. */
  close(): Promise<void>;
  /** Closes what is open, and takes the rows away: they are not those that were written. */
  discard(): Promise<void>;
}

/** In memory. */
export const memoryStore = (): RowStore => ({
  async create(bytes) {
    const all = new Uint8Array(bytes);
    return {
      async write(at, some) {
        all.set(some, at);
      },
      finish: async (about) => ({
        about,
        read: async (at, length) => all.slice(at, at + length),
        close: async () => {},
        discard: async () => {},
      }),
      discard: async () => {},
    };
  },
});
