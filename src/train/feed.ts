// What an epoch runs through: the rows in the machine, and after them blocks that are read while it works.
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
  /** Blocks read so far, of all epochs: each has its own order of rows. */
  blocks: number;
  /** Blocks taken of this epoch: after the first one its rows are in the machine, in place of those of `data`. */
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
  /** The source of this epoch's blocks, and the block that is being read. */
  #reading: AsyncIterator<RowBlock> | undefined;
  #pending: Promise<IteratorResult<RowBlock>> | undefined;

  constructor(session: Session, options: TrainOptions, sizes: FeedSizes, state: FeedState) {
    this.#session = session;
    this.#options = options;
    this.#sizes = sizes;
    this.#state = state;
    this.#sampler = this.#samplerOf(state);
  }

  #samplerOf({ sampler }: FeedState): Sampler {
    const { data, seed = 0 } = this.#options;
    return new Sampler(data.x.shape[0]!, seed, sampler);
  }

  /** Goes on from a state; where that is inside an epoch, its blocks are read anew up to the one that was in the machine. */
  async restore(state: FeedState): Promise<void> {
    await this.close();
    this.#state = state;
    this.#sampler = this.#samplerOf(state);
    if (state.taken === 0) this.writeData();
    if (state.rows === undefined) return;
    this.#open();
    for (let left = state.taken; left > 0; left--) {
      const next = await this.#pending;
      if (next === undefined || next.done)
        throw new ChainruleError(
          "INVALID_ARGUMENT",
          `The training goes on from block ${state.taken} of its rows, and there are only ${state.taken - left} of them now. Give the same blocks as before.`,
          { blocks: state.taken - left, taken: state.taken },
        );
      if (left === 1) this.#write(next.value);
      this.#read();
    }
  }

  /** Begins an epoch: with the rows of `data`, while the first block is read. */
  begin(): void {
    const steps = this.#sizes.stepsPerBlock;
    this.writeData();
    this.#order(this.#sampler.next(steps * this.#sizes.batchSize));
    this.#state.rows = { steps, done: 0 };
    this.#state.taken = 0;
    this.#open();
  }

  #open(): void {
    this.#reading = this.#options.blocks?.open()[Symbol.asyncIterator]();
    this.#read();
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
    const next = await this.#pending;
    if (next === undefined || next.done) {
      this.#reading = undefined;
      this.#state.rows = undefined;
      this.#state.taken = 0;
      return false;
    }
    const { value } = next;
    this.#write(value);
    this.#read();
    const steps = Math.ceil(value.rows / this.#sizes.batchSize);
    this.#state.taken++;
    const seed = Math.imul(this.#options.seed ?? 0, 31) + ++this.#state.blocks;
    this.#order(new Sampler(value.rows, seed).next(steps * this.#sizes.batchSize));
    this.#state.rows = { steps, done: 0 };
    return true;
  }

  /** Ends the reading of an epoch that is left early. */
  async close(): Promise<void> {
    const reading = this.#reading;
    this.#reading = undefined;
    this.#pending = undefined;
    await reading?.return?.();
  }

  /** Puts the rows of `data` back where a block took their place. */
  writeData(): void {
    if (this.#holdsData) return;
    this.#session.write("train.x", this.#options.data.x.data);
    this.#session.write("train.y", this.#options.data.y.data);
    this.#holdsData = true;
  }

  #read(): void {
    this.#pending = this.#reading?.next();
    // What goes wrong is reported where the block is awaited.
    this.#pending?.catch(() => {});
  }

  #order(rows: Int32Array): void {
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
