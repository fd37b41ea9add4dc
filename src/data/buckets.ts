// Encoded rows in buckets of one size, to which they are dealt at random, so that every bucket is like the whole table.
import { ChainruleError } from "../ir/errors.ts";
import type { Json } from "../ir/json.ts";
import { permutation } from "./random.ts";
import type { RowStore, RowWriter, StoredRows } from "./row-store.ts";
import { count } from "./wording.ts";
import { wordsChecksum } from "./words-checksum.ts";

/** Rows as a network is given them. */
export interface EncodedRows {
  readonly rows: number;
  /** [rows, features] */
  readonly x: Float32Array;
  /** Of shape [rows, targets]: class indices, or numbers. */
  readonly y: Float32Array | Int32Array;
  /** Of shape [rows]: the numbers by which a person finds them. */
  readonly numbers: Int32Array;
}

/**
 * How rows lie in a store: buckets one after the other, each with room for as many rows as the first one has, then rows for validation. In each,
 * the numbers of the rows stand first, then their features, then their targets, of four bytes each.
 */
export interface BucketLayout {
  readonly features: number;
  readonly targets: number;
  readonly areClasses: boolean;
  /** Rows of each bucket, the largest first. */
  readonly sizes: readonly number[];
  readonly validation: number;
}

/** With the checksum of each bucket, and then that of the rows for validation. */
export interface WrittenLayout extends BucketLayout {
  readonly checksums: readonly number[];
}

/** Of so many rows, buckets of about `bytes` bytes each. */
export function layoutOf(
  rows: number,
  { bytes, ...layout }: Omit<BucketLayout, "sizes"> & { readonly bytes: number },
): BucketLayout {
  const perBucket = Math.max(1, Math.floor(bytes / bytesPerRow(layout)));
  const buckets = Math.ceil(rows / perBucket);
  return {
    ...layout,
    sizes: Array.from({ length: buckets }, (_, b) => Math.floor((rows + buckets - 1 - b) / buckets)),
  };
}

type Width = Pick<BucketLayout, "features" | "targets">;

const bytesPerRow = ({ features, targets }: Width): number => 4 * (1 + features + targets);

export const layoutBytes = (layout: BucketLayout): number =>
  bytesPerRow(layout) * (layout.sizes[0]! * layout.sizes.length + layout.validation);

/** A bucket, or the rows for validation: where it begins, and the rows that it has room for. */
interface Region {
  readonly at: number;
  readonly room: number;
}

const placeOf = (layout: BucketLayout, bucket: number): Region => ({
  at: bucket * layout.sizes[0]! * bytesPerRow(layout),
  room: bucket < layout.sizes.length ? layout.sizes[0]! : layout.validation,
});

/** Bytes of a bucket that wait in memory to be written. */
const waitingBytes = 2 ** 16;

/** Rows of one bucket that are not written yet. */
class WaitingRows {
  readonly #writer: RowWriter;
  readonly #width: Width;
  readonly #place: Region;
  readonly #numbers: Int32Array;
  readonly #x: Float32Array;
  readonly #y: Float32Array | Int32Array;
  readonly #checksums: number[] = [0, 0, 0];
  #rows = 0;
  #written = 0;

  constructor(writer: RowWriter, layout: BucketLayout, place: Region) {
    const most = Math.max(1, Math.floor(waitingBytes / bytesPerRow(layout)));
    this.#writer = writer;
    this.#width = layout;
    this.#place = place;
    this.#numbers = new Int32Array(most);
    this.#x = new Float32Array(most * layout.features);
    this.#y = layout.areClasses ? new Int32Array(most * layout.targets) : new Float32Array(most * layout.targets);
  }

  get isFull(): boolean {
    return this.#rows === this.#numbers.length;
  }

  get all(): number {
    return this.#written + this.#rows;
  }

  /** Of what is written: see `checksumOf`. */
  get checksum(): number {
    return wordsChecksum(Int32Array.from(this.#checksums));
  }

  put({ x, y, numbers }: EncodedRows, row: number): void {
    const { features, targets } = this.#width;
    const to = this.#rows++;
    this.#numbers[to] = numbers[row]!;
    for (let f = 0; f < features; f++) this.#x[to * features + f] = x[row * features + f]!;
    for (let t = 0; t < targets; t++) this.#y[to * targets + t] = y[row * targets + t]!;
  }

  async flush(): Promise<void> {
    const { at, room } = this.#place;
    let from = at;
    const parts = [
      [this.#numbers, 1],
      [this.#x, this.#width.features],
      [this.#y, this.#width.targets],
    ] as const;
    for (const [i, [part, width]] of parts.entries()) {
      this.#checksums[i] = wordsChecksum(new Int32Array(part.buffer, 0, width * this.#rows), this.#checksums[i]);
      await this.#writer.write(
        from + 4 * width * this.#written,
        new Uint8Array(part.buffer, 0, 4 * width * this.#rows),
      );
      from += 4 * width * room;
    }
    this.#written += this.#rows;
    this.#rows = 0;
  }
}

/** Deals rows to the buckets: of as many one after the other as there are buckets, each has one. */
export class BucketWriter {
  readonly #writer: RowWriter;
  readonly #layout: BucketLayout;
  readonly #seed: number;
  readonly #buckets: readonly WaitingRows[];
  readonly #validation: WaitingRows;
  readonly #rows: number;
  #dealt = 0;
  #order: Int32Array = new Int32Array(0);

  private constructor(writer: RowWriter, layout: BucketLayout, seed: number) {
    this.#writer = writer;
    this.#layout = layout;
    this.#seed = seed;
    this.#buckets = layout.sizes.map((_, b) => new WaitingRows(writer, layout, placeOf(layout, b)));
    this.#validation = new WaitingRows(writer, layout, placeOf(layout, layout.sizes.length));
    this.#rows = layout.sizes.reduce((sum, size) => sum + size, 0);
  }

  static async create(store: RowStore, layout: BucketLayout, seed: number): Promise<BucketWriter> {
    return new BucketWriter(await store.create(layoutBytes(layout)), layout, seed);
  }

  async addTrained(rows: EncodedRows): Promise<void> {
    for (let row = 0; row < rows.rows && this.#dealt < this.#rows; row++) {
      const bucket = this.#buckets[this.#nextBucket()]!;
      bucket.put(rows, row);
      if (bucket.isFull) await bucket.flush();
    }
  }

  async addValidation(rows: EncodedRows): Promise<void> {
    for (let row = 0; row < rows.rows && this.#validation.all < this.#layout.validation; row++) {
      this.#validation.put(rows, row);
      if (this.#validation.isFull) await this.#validation.flush();
    }
  }

  /** The last deal, of fewer rows than buckets, goes to the first ones. */
  #nextBucket(): number {
    const buckets = this.#buckets.length;
    const place = this.#dealt % buckets;
    if (place === 0) {
      const deal = this.#dealt / buckets;
      const dealt = Math.min(buckets, this.#rows - this.#dealt);
      this.#order = permutation(dealt, Math.imul(this.#seed, 0x9e3779b1) + deal);
    }
    this.#dealt++;
    return this.#order[place]!;
  }

  /** Rows that came, and are in the store once it is finished. */
  get rows(): { readonly train: number; readonly validation: number } {
    return { train: this.#dealt, validation: this.#validation.all };
  }

  /** `about`: what is kept beside the rows, given how they lie. */
  async finish(about: (layout: WrittenLayout) => Json): Promise<StoredRows> {
    const regions = [...this.#buckets, this.#validation];
    for (const region of regions) await region.flush();
    return this.#writer.finish(about({ ...this.#layout, checksums: regions.map(({ checksum }) => checksum) }));
  }

  discard(): Promise<void> {
    return this.#writer.discard();
  }
}

/** Encoded rows that are kept elsewhere, bucket by bucket. */
export interface Buckets {
  /** The table's files, for messages. */
  readonly source: string;
  /** Rows of each, of which none has more than the first. */
  readonly sizes: readonly number[];
  read(index: number): Promise<EncodedRows>;
  /** Closes what they are read from. */
  close(): Promise<void>;
}

/** @throws ChainruleError MALFORMED_DATA on reading rows that are not those that were written, which are discarded */
export const bucketsIn = (stored: StoredRows, layout: WrittenLayout, source: string): Buckets => ({
  source,
  sizes: layout.sizes,
  read: (index) => rowsAt(stored, layout, index, source),
  close: () => stored.close(),
});

export const validationIn = (stored: StoredRows, layout: WrittenLayout, source: string): Promise<EncodedRows> =>
  rowsAt(stored, layout, layout.sizes.length, source);

async function rowsAt(stored: StoredRows, layout: WrittenLayout, bucket: number, source: string): Promise<EncodedRows> {
  const { features, targets, areClasses, sizes, validation } = layout;
  const rows = sizes[bucket] ?? validation;
  const { at, room } = placeOf(layout, bucket);
  const { buffer, byteOffset: from } = await stored.read(at, room * bytesPerRow(layout));
  const [atX, atY] = [from + 4 * room, from + 4 * room * (1 + features)];
  const read = {
    rows,
    numbers: new Int32Array(buffer, from, rows),
    x: new Float32Array(buffer, atX, rows * features),
    y: areClasses ? new Int32Array(buffer, atY, rows * targets) : new Float32Array(buffer, atY, rows * targets),
  };
  if (checksumOf(read) === layout.checksums[bucket]) return read;
  await stored.discard();
  const which = bucket < sizes.length ? `bucket ${bucket + 1} of ${sizes.length}` : "validation";
  throw new ChainruleError(
    "MALFORMED_DATA",
    `The encoded rows of ${source} are damaged: ${count(rows, "row")} of ${which} must have the checksum with which they were written, and have another one. They are discarded: go on with the training, or begin it again, and all rows are encoded anew.`,
    { source, bucket, rows },
  );
}

/** Of the checksums of numbers, features and targets. */
const checksumOf = ({ numbers, x, y }: EncodedRows): number =>
  wordsChecksum(
    Int32Array.from([numbers, x, y], (part) =>
      wordsChecksum(new Int32Array(part.buffer, part.byteOffset, part.length)),
    ),
  );
