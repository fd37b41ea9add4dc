// What the ranks of one training agree on between steps: how far to go, when to stop, and that all of them have the same.
import type { Communicator } from "../backends/mpi/communicator.ts";
import { wordsChecksum } from "../data/words-checksum.ts";
import type { TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { lossOf } from "../nn/losses/index.ts";
import type { Origin } from "../observe/origin.ts";
import type { Session } from "../run/session.ts";
import type { RanksEvent } from "./events.ts";
import { exactJson, exactPart } from "./exact-json.ts";
import type { TrainOptions } from "./options.ts";
import type { Copy } from "./weights.ts";

/** A checksum of the bits of numbers. */
export function bitsOf(data: TypedArray, before = 0): number {
  const words = data.byteLength >> 2;
  if (data.byteOffset % 4 === 0 && data.byteLength % 4 === 0)
    return wordsChecksum(new Int32Array(data.buffer, data.byteOffset, words), before);
  return wordsChecksum(Int32Array.from(data), before);
}

/** Whether all ranks have this whole number, of 32 bits. */
function isEverywhere({ allReduce }: Communicator, value: number): boolean {
  const ends = Int32Array.of(value, ~value);
  allReduce(ends, "max");
  return ends[0] === ~ends[1]!;
}

/** Throws RANKS_DIFFER where ranks were not asked for the same training: of the same sizes, on the same rows, with the same weights. */
export function requireAlike(
  ranks: Communicator,
  { data, validation, ...options }: TrainOptions,
  session: Session,
  sizes: { readonly batchSize: number; readonly stepsPerBlock: number; readonly stepsPerEpoch: number },
): void {
  const { model, optimizer, schedule, epochs, steps, observeEvery, patience, clipNorm, clipValue } = options;
  const { seed = 0, accumulate, loss } = options;
  const stated = { model, optimizer, schedule, epochs, steps, observeEvery, patience, clipNorm, clipValue, seed };
  const text = JSON.stringify({ ...stated, ...sizes, accumulate, loss: lossOf(loss).name });
  const asked = {
    settings: bitsOf(Int32Array.from(text, (letter) => letter.codePointAt(0)!)),
    "training rows": bitsOf(data.y.data, bitsOf(data.x.data)),
    "validation rows": validation === undefined ? 0 : bitsOf(validation.y.data, bitsOf(validation.x.data)),
    network: Object.entries(session.plan.states)
      .filter(([name]) => name.startsWith("parameters.") || name.startsWith("optimizer."))
      .reduce((hash, [, { shape }]) => bitsOf(Int32Array.from(shape), hash), 0),
  };
  for (const [what, hash] of Object.entries(asked)) {
    if (isEverywhere(ranks, hash)) continue;
    throw new ChainruleError(
      "RANKS_DIFFER",
      `All ranks must be asked for the same training; their ${what} differ. Start them by the same command, with the same files and the same version of Chainrule on every machine.`,
      { what, rank: ranks.rank, ranks: ranks.size },
    );
  }
}

/** Throws RANKS_DIFFER where a weight has not the same bits on all ranks. */
export function requireSameWeights(ranks: Communicator, { step, values }: Copy): void {
  let hash = 0;
  for (const data of values.values()) hash = bitsOf(data, hash);
  if (isEverywhere(ranks, hash)) return;
  throw new ChainruleError(
    "RANKS_DIFFER",
    `All ranks must have the same weights, bit for bit; after step ${step} they have not. Machines of other kinds round otherwise: train on machines of one kind and one version of Node, or with deterministic: true.`,
    { step, rank: ranks.rank, ranks: ranks.size, settings: [{ setting: "deterministic", value: true }] },
  );
}

/** Collective. On rank 0 the origin that a rank found in its own rows; others have only what was added up. */
export function firstOrigin(ranks: Communicator, own: Origin | undefined): Origin | undefined {
  const all = ranks.gather(new TextEncoder().encode(exactJson(own ?? null)));
  const origins = all.map((bytes): Origin | null => JSON.parse(new TextDecoder().decode(bytes), exactPart));
  return origins.find((origin) => origin !== null && origin.op !== "allReduce") ?? own;
}

/** Milliseconds of steps over which waiting is measured. */
const measuredFor = 100;

/** The ranks between two slices of steps. */
export class Meeting {
  readonly #ranks: Pick<Communicator, "allReduce" | "size">;
  /** Of the next slice: what the slowest has time for. */
  #steps = 1;
  /** The first slice has what is compiled and allocated once: it tells nothing. */
  #isWarm = false;
  #spent = 0;
  #waited = 0;
  #isTold = false;

  constructor(ranks: Pick<Communicator, "allReduce" | "size">) {
    this.#ranks = ranks;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Collective. Whether any rank is to stop; then `steps` are what all have time for. */
  agree(steps: number, isStopped: boolean): boolean {
    const most = Float64Array.of(-steps, Number(isStopped));
    this.#ranks.allReduce(most, "max");
    this.#steps = -most[0]!;
    return most[1]! > 0;
  }

  ran(milliseconds: number, waited: number): void {
    if (this.#isWarm) this.#spent += milliseconds;
    // The machine counts microseconds in 32 bits.
    if (this.#isWarm) this.#waited += waited < 0 ? waited + 2 ** 32 / 1000 : waited;
    this.#isWarm = true;
  }

  /** Collective. What is to be told after step `step`, once that ranks have trained for long enough. */
  told(step: number): RanksEvent | undefined {
    if (this.#isTold) return undefined;
    const { size } = this.#ranks;
    const sums = Float64Array.of(this.#spent, this.#waited);
    this.#ranks.allReduce(sums, "sum");
    if (sums[0]! < measuredFor * size) return undefined;
    this.#isTold = true;
    return { type: "ranks", step, ranks: size, waited: sums[1]! / sums[0]! };
  }
}
