// What an epoch runs through: the rows in the machine, or blocks, of which the next is read while it works.
import { permutation } from "../data/random.ts";
import { allocate, type TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { sizeOf } from "../ir/shape.ts";
import type { Session } from "../run/session.ts";
import type { RowBlock, TrainOptions } from "./options.ts";
import { Sampler, type SamplerState, samplerState } from "./sampler.ts";

export interface FeedState {
  /** The rows in the machine: steps over them, and how many are done. Undefined between epochs. */
  rows: { readonly steps: number; done: number } | undefined;
  /** Order of the rows of `data`. */
  readonly sampler: SamplerState;
  /** Blocks taken so far, of all epochs: each has its own order of rows. */
  blocks: number;
  /** Blocks taken of this epoch: the rows of the last one are in the machine, in place of those of `data`. */
  taken: number;
}

export const feedState = (): FeedState => ({ rows: undefined, sampler: samplerState(), blocks: 0, taken: 0 });

export interface FeedSizes {
  readonly batchSize: number;
  /** Steps over the rows that are in the machine at a time. */
  readonly stepsPerBlock: number;
}

export class Feed {
  readonly #session: Session;
  readonly #options: TrainOptions;
  readonly #sizes: FeedSizes;
  #state: FeedState;
  #sampler: Sampler;
  /** Whether the rows in the machine are those of `data`. */
  #holdsData = true;
  /** The order of this epoch's blocks, and the one that is being read. */
  #order: Int32Array = new Int32Array(0);
  #pending: Promise<RowBlock> | undefined;

  constructor(session: Session, options: TrainOptions, sizes: FeedSizes, state: FeedState) {
    this.#session = session;
    this.#options = options;
    this.#sizes = sizes;
    this.#state = state;
    this.#sampler = this.#samplerAt(state.sampler);
  }

  #samplerAt(state: SamplerState): Sampler {
    const { data, seed = 0 } = this.#options;
    return new Sampler(data.x.shape[0]!, seed, state);
  }

  /** Goes on from a state; where that is inside an epoch of blocks, the one that was in the machine is read anew. */
  async restore(state: FeedState): Promise<void> {
    await this.close();
    this.#state = state;
    this.#sampler = this.#samplerAt(state.sampler);
    const { blocks } = this.#options;
    if (blocks === undefined || state.rows === undefined) {
      this.writeData();
      return;
    }
    if (state.taken > blocks.sizes.length)
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `The training goes on from block ${state.taken} of its rows, and there are only ${blocks.sizes.length} of them now. Give the same blocks as before.`,
        { blocks: blocks.sizes.length, taken: state.taken },
      );
    this.#order = this.#blockOrder(blocks.sizes.length);
    if (state.taken > 0) this.#write(await blocks.read(this.#order[state.taken - 1]!));
    this.#read();
  }

  /** Begins an epoch: with the rows of `data`; of blocks with none, until `refill`. */
  begin(): void {
    const { blocks } = this.#options;
    this.#state.taken = 0;
    if (blocks === undefined) {
      const { stepsPerBlock: steps, batchSize } = this.#sizes;
      this.writeData();
      this.#orderRows(this.#sampler.next(steps * batchSize));
      this.#state.rows = { steps, done: 0 };
      return;
    }
    this.#order = this.#blockOrder(blocks.sizes.length);
    this.#state.rows = { steps: 0, done: 0 };
    this.#read();
  }

  /** The order of this epoch's blocks. */
  #blockOrder(count: number): Int32Array {
    const { blocks, taken } = this.#state;
    const epoch = (blocks - taken) / count;
    return permutation(count, Math.imul(this.#options.seed ?? 0, 0x9e3779b1) + epoch);
  }

  /** Rows of the next step, by their numbers in the machine; none where the next step begins with a block that is still to be read. */
  nextRows(): Int32Array {
    const { rows, sampler } = this.#state;
    const { stepsPerBlock, batchSize } = this.#sizes;
    if (rows !== undefined && rows.done < rows.steps) {
      const from = rows.done * batchSize;
      return Int32Array.from(this.#session.read("order").subarray(from, from + batchSize));
    }
    if (this.#options.blocks !== undefined) return new Int32Array(0);
    return this.#samplerAt({ ...sampler })
      .next(stepsPerBlock * batchSize)
      .subarray(0, batchSize);
  }

  /** The steps over the rows in the machine. */
  get rows(): { readonly steps: number; readonly done: number } | undefined {
    return this.#state.rows;
  }

  advance(steps: number): void {
    this.#state.rows!.done += steps;
  }

  /** Once the rows are done: writes the next block. False at the end of the epoch. */
  async refill(): Promise<boolean> {
    const next = this.#pending;
    if (next === undefined) {
      this.#state.rows = undefined;
      this.#state.taken = 0;
      return false;
    }
    const value = await next;
    this.#write(value);
    this.#state.taken++;
    this.#state.blocks++;
    this.#read();
    const steps = Math.ceil(value.rows / this.#sizes.batchSize);
    const seed = Math.imul(this.#options.seed ?? 0, 31) + this.#state.blocks;
    this.#orderRows(new Sampler(value.rows, seed).next(steps * this.#sizes.batchSize));
    this.#state.rows = { steps, done: 0 };
    return true;
  }

  /** Waits for the reading of an epoch that is left early. */
  async close(): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    await pending?.catch(() => {});
  }

  /** Puts the rows of `data` back where a block took their place. */
  writeData(): void {
    if (this.#holdsData) return;
    this.#session.write("train.x", this.#options.data.x.data);
    this.#session.write("train.y", this.#options.data.y.data);
    this.#holdsData = true;
  }

  /** Begins to read the next block of the epoch. */
  #read(): void {
    const { blocks } = this.#options;
    const index = this.#order[this.#state.taken];
    this.#pending = blocks && index !== undefined ? Promise.resolve(blocks.read(index)) : undefined;
    // What goes wrong is reported where the block is awaited.
    this.#pending?.catch(() => {});
  }

  #orderRows(rows: Int32Array): void {
    const all = new Int32Array(this.#sizes.stepsPerBlock * this.#sizes.batchSize);
    all.set(rows.subarray(0, all.length));
    this.#session.write("order", all);
    this.#session.write("cursor", Int32Array.of(0));
  }

  /** A block may have fewer rows than there is room for; the order of rows leaves the rest out. */
  #write({ x, y }: RowBlock): void {
    const { data } = this.#options;
    for (const [name, values, { shape, dtype }] of [
      ["train.x", x, data.x],
      ["train.y", y, data.y],
    ] as const) {
      const all: TypedArray = allocate(dtype, sizeOf(shape));
      all.set(values);
      this.#session.write(name, all);
    }
    this.#holdsData = false;
  }
}
