// Which rows of a step this process works on: ranks share every batch, passes follow each other, and what they have is added up.
import type { LossRecord } from "../nn/losses/index.ts";
import { isLossRecord, type Loss } from "../nn/losses/index.ts";
import type { RowShare } from "../nn/row-share.ts";
import { allReduce, concat, where } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";

/** This process among the ranks of a training. */
export interface Place {
  readonly rank: number;
  readonly size: number;
}

export const alone: Place = { rank: 0, size: 1 };

/** Rank `rank`'s part of `rows` rows: the first ranks have one more where they cannot be shared evenly. */
export function partOf(rows: number, { rank, size }: Place): { readonly from: number; readonly rows: number } {
  const from = Math.floor(rows / size) * rank + Math.min(rank, rows % size);
  return { from, rows: Math.floor(rows / size) + Number(rank < rows % size) };
}

/** This rank's part of each pass of a step of `rows` rows; undefined where it is the whole step. */
export function sharesOf(rows: number, passes: number, place: Place): readonly RowShare[] | undefined {
  if (passes === 1 && place.size === 1) return undefined;
  const batch = rows / passes;
  const own = partOf(batch, place);
  return Array.from({ length: passes }, (_, pass) => ({ rows: own.rows, from: pass * batch + own.from, batch }));
}

/** What one pass has of the loss of a step, and of its gradients. */
export interface Part {
  /** To be added up. */
  readonly loss: Tensor;
  readonly slopes: readonly Tensor[];
  /** By the sum of which loss and slopes are to be divided; absent where they are shares of a mean already. */
  readonly weight?: Tensor | undefined;
}

/** What a pass adds to the loss of a step of `rows` rows: of a mean its share, of a weighted mean the sum, with the weights'. */
export function partialLoss(
  loss: Loss,
  prediction: Tensor,
  target: Tensor,
  share: RowShare,
  rows: number,
): Pick<Part, "loss" | "weight"> {
  const own = loss(prediction, target);
  const record: LossRecord | undefined = isLossRecord(loss) ? loss : undefined;
  if (record?.reduction === "sum") return { loss: own };
  const weight = record?.weights?.(prediction, target)?.sum();
  return weight === undefined ? { loss: own.mul(share.rows / rows) } : { loss: own.mul(weight), weight };
}

/** The loss of the step and its slopes, of all passes and ranks: one sum over ranks of all numbers at once. `divisor`: of a weighted mean. */
export function addedUp(parts: readonly Part[], { size }: Place): Part & { readonly divisor?: Tensor } {
  const first = parts[0]!;
  const sum = (of: (part: Part) => Tensor): Tensor => parts.slice(1).reduce((a, part) => a.add(of(part)), of(first));
  const slopes = first.slopes.map((_, i) => sum((part) => part.slopes[i]!));
  const all = [...slopes, sum(({ loss }) => loss), ...(first.weight ? [sum(({ weight }) => weight!)] : [])];
  const added = size === 1 ? all : overRanks(all);
  const [loss, weight] = [added[slopes.length]!, added[slopes.length + 1]];
  const own = added.slice(0, slopes.length);
  if (weight === undefined) return { loss, slopes: own };
  const divisor = where(weight.greater(0), weight, 1);
  return { loss: loss.div(divisor), slopes: own.map((slope) => slope.div(divisor)), divisor };
}

/** Sums over ranks, in one bucket. */
function overRanks(tensors: readonly Tensor[]): Tensor[] {
  const bucket = allReduce(concat(tensors.map((x) => x.reshape([x.size]))));
  let at = 0;
  return tensors.map((x) => bucket.slice([at], [(at += x.size)]).reshape(x.shape));
}
