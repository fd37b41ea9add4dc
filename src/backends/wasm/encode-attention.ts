// The planner's ops of attention → ATTENTION instructions: neighbours of the same heads become one, so that a head's weights stay in cache.
import { sizeOf } from "../../ir/shape.ts";
import type { Kernel, OpKernel, View } from "../../plan/plan.ts";
import { panelScratch } from "./encode-matmul.ts";
import type { Encoder } from "./encoder.ts";
import * as code from "./machine/opcodes.ts";
import { recordWords } from "./words.ts";

/** Rows in a block: few, so that most of what stands after the diagonal is left out, and enough for a product. */
const ROWS = { blas: 32, own: 16 } as const;

/** Heads from which on each is computed as a whole: fewer are cut into blocks, so that more threads have work. */
const HEADS = 16;

type AttentionKernel = OpKernel<"attentionWeights" | "attentionScoresGradient" | "attentionProduct">;

const isAttention = (kernel: Kernel | undefined): kernel is AttentionKernel =>
  kernel?.kind === "op" && kernel.op.startsWith("attention");

/** The one with the shape [batch, heads, queries, keys]. */
const weightsOf = ({ op, inputs, output }: AttentionKernel): View => (op === "attentionWeights" ? output : inputs[0]!);

const widthOf = ({ inputs }: AttentionKernel): number => inputs.at(-1)!.shape[3]!;

/** Whether two values lie apart, or are the same one. */
function areApart(a: View, b: View, encoder: Encoder): boolean {
  const [from, other] = [encoder.address(a), encoder.address(b)];
  if (from === other && a.shape.join() === b.shape.join()) return true;
  return from + sizeOf(a.shape) * 4 <= other || other + sizeOf(b.shape) * 4 <= from;
}

/** How many kernels from `first` on one instruction computes, head by head. */
export function attentionsFrom(kernels: readonly Kernel[], first: number, encoder: Encoder): number {
  const own = kernels[first];
  if (!isAttention(own)) return 0;
  const { shape } = weightsOf(own);
  if (shape[0]! * shape[1]! < HEADS) return 1;
  const joined: AttentionKernel[] = [own];
  for (let next = kernels[first + 1]; isAttention(next); next = kernels[first + joined.length]) {
    const isAlike = weightsOf(next).shape.join() === shape.join() && widthOf(next) === widthOf(own);
    if (!isAlike || next.attributes.causal !== own.attributes.causal || sizeOf(next.output.shape) === 0) break;
    // One writes for a head what others, or it, read for another head, where values share a place.
    const { output, inputs } = next;
    const before = joined.flatMap((kernel) => [...kernel.inputs, kernel.output]);
    const isOwnPlace = before.every((view) => areApart(output, view, encoder));
    if (!isOwnPlace || !joined.every((kernel) => inputs.every((view) => areApart(kernel.output, view, encoder)))) break;
    joined.push(next);
  }
  return joined.length;
}

const kinds = {
  attentionWeights: code.ATTENTION_WEIGHTS,
  attentionScoresGradient: code.ATTENTION_GRADIENT,
  attentionProduct: code.ATTENTION_PRODUCT,
} as const;

/** One part, and about how many nanoseconds it takes. */
function partOf(kernel: AttentionKernel, encoder: Encoder) {
  const [batch, heads, queries, keys] = weightsOf(kernel).shape as readonly [number, number, number, number];
  const { op, inputs, output, attributes } = kernel;
  const isTransposed = op === "attentionProduct" && kernel.attributes.transpose;
  const share = attributes.causal ? 0.5 : 1;
  const [rows, others] = isTransposed ? [keys, queries] : [queries, keys];
  const isBlas = share * Math.min(ROWS.blas, rows) * others * widthOf(kernel) >= encoder.blasFrom;
  const block = Math.min(isBlas ? ROWS.blas : ROWS.own, rows);
  const [read, z] = [encoder.address(inputs.at(-1)!), encoder.address(output)];
  const weights = encoder.address(inputs[0]!);
  const place =
    op !== "attentionProduct"
      ? { queryRows: encoder.address(inputs.at(-2)!), keyRows: read, z, scale: kernel.attributes.scale }
      : { ...(isTransposed ? { queryRows: read, keyRows: z } : { queryRows: z, keyRows: read }), z: 0, scale: 1 };
  const kind = isTransposed ? code.ATTENTION_TRANSPOSED : kinds[op];
  const each =
    widthOf(kernel) * (isBlas ? 0.03 : 0.08) +
    { attentionWeights: 3, attentionScoresGradient: 0.5, attentionProduct: 0 }[op];
  const words = recordWords("attentionPart", { kind, weights, ...place, block, isBlas: isBlas ? 1 : 0 });
  return { words, nanoseconds: share * batch * heads * queries * keys * each, isBlas };
}

/** Kernels as one instruction: as many as `attentionsFrom` says. */
export function encodeAttentions(kernels: readonly Kernel[], encoder: Encoder): void {
  const list = kernels.filter(isAttention);
  const own = list[0]!;
  if (sizeOf(own.output.shape) === 0) return;
  const [batch, heads, queries, keys] = weightsOf(own).shape as readonly [number, number, number, number];
  const width = widthOf(own);
  const parts = list.map((kernel) => partOf(kernel, encoder));
  const isPacked = parts.some(({ isBlas }) => !isBlas);
  // Packed are keys or values: k of them for a product, n for scores.
  const { edge, xBlock, yBlock, bytes } = panelScratch(Math.max(keys, width), Math.max(queries, keys, width), isPacked);
  const sizes = { parts: parts.length, batch, heads, queries, keys, width, isCausal: own.attributes.causal ? 1 : 0 };
  encoder.emit(
    "attention",
    { ...sizes, edge, xBlock, yBlock },
    {
      records: parts.flatMap(({ words }) => words),
      scratch: isPacked ? bytes : 0,
      nanoseconds: parts.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0),
      piece: 50_000,
    },
  );
}
