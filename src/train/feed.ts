// What an epoch runs through: the rows in the machine, and after them blocks that are read while it works.
import { allocate, type TypedArray } from "../ir/dtype.ts";
import { sizeOf } from "../ir/shape.ts";
import type { Session } from "../run/session.ts";
import type { RowBlock, TrainOptions } from "./options.ts";
import { Sampler } from "./sampler.ts";

type Next = IteratorResult<number, undefined>;

/** How many steps to run on what was just written; synchronous while nothing has to be waited for. */
export interface Epoch {
  next(): Next | Promise<Next>;
}

export class Feed {
  readonly #session: Session;
  readonly #options: TrainOptions;
  readonly #batchSize: number;
  readonly #stepsPerBlock: number;
  readonly #sampler: Sampler;
  #reading: AsyncIterator<RowBlock> | undefined;
  /** Blocks read so far, of all epochs: each has its own order of rows. */
  #blocks = 0;
  /** Whether the rows in the machine are those of `data`. */
  #isData = true;

  constructor(session: Session, options: TrainOptions, batchSize: number, stepsPerBlock: number) {
    this.#session = session;
    this.#options = options;
    this.#batchSize = batchSize;
    this.#stepsPerBlock = stepsPerBlock;
    this.#sampler = new Sampler(options.data.x.shape[0]!, options.seed ?? 0);
  }

  /** Puts the rows of `data` back where a block took their place. */
  writeData(): void {
    if (this.#isData) return;
    this.#session.write("train.x", this.#options.data.x.data);
    this.#session.write("train.y", this.#options.data.y.data);
    this.#isData = true;
  }

  epoch(): Epoch {
    let isFirst = true;
    let pending: Promise<IteratorResult<RowBlock>> | undefined;
    const finished: Next = { done: true, value: undefined };
    const read = (): void => {
      pending = this.#reading?.next();
      // What goes wrong is reported where the block is awaited.
      pending?.catch(() => {});
    };
    return {
      next: () => {
        if (isFirst) {
          isFirst = false;
          this.writeData();
          this.#order(this.#sampler.next(this.#stepsPerBlock * this.#batchSize));
          this.#reading = this.#options.blocks?.open()[Symbol.asyncIterator]();
          read();
          return { done: false, value: this.#stepsPerBlock };
        }
        if (pending === undefined) return finished;
        return pending.then(({ done, value }) => {
          if (done) {
            this.#reading = undefined;
            return finished;
          }
          this.#write(value);
          read();
          const steps = Math.ceil(value.rows / this.#batchSize);
          const seed = Math.imul(this.#options.seed ?? 0, 31) + ++this.#blocks;
          this.#order(new Sampler(value.rows, seed).next(steps * this.#batchSize));
          return { done: false as const, value: steps };
        });
      },
    };
  }

  /** Ends the reading of an epoch that is left early. */
  async close(): Promise<void> {
    await this.#reading?.return?.();
    this.#reading = undefined;
  }

  #order(rows: Int32Array): void {
    const all = new Int32Array(this.#stepsPerBlock * this.#batchSize);
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
    this.#isData = false;
  }
}
