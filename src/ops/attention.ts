// Attention by heads: the planner's own ops, in place of what a graph spells out (plan/attention.ts), after gradients are taken.
import type { OpAttributes } from "../ir/graph.ts";
import type { Shape, TensorType } from "../ir/shape.ts";
import { type CasesOf, rows } from "./case.ts";
import { operandError, requireElements, requireRank } from "./check.ts";
import { opRecord } from "./define.ts";
import type { Notations } from "./notation.ts";

type Name = "attentionWeights" | "attentionScoresGradient" | "attentionProduct";

const sequences = "[batch, time, heads, width]";

/** Shape of the weights of `queries` by `keys`: [batch, heads, queries, keys]. */
function weightsOf(op: Name, queries: TensorType, keys: TensorType, causal: boolean): Shape {
  requireRank(op, "the operand of a row for each query", queries, 4, sequences);
  requireRank(op, "the operand of a row for each key", keys, 4, sequences);
  for (const operand of [queries, keys]) requireElements(op, operand, [1, 3]);
  const [batch, rowsOfQueries, heads, width] = queries.shape as readonly [number, number, number, number];
  const [batchOfKeys, rowsOfKeys, headsOfKeys, widthOfKeys] = keys.shape;
  if (batch !== batchOfKeys || heads !== headsOfKeys || width !== widthOfKeys) {
    const message = "batch, heads and width of queries and keys must be equal. Reshape one of them to fit.";
    throw operandError("SHAPE_MISMATCH", op, message, [queries, keys]);
  }
  requireCausal(op, [queries, keys], rowsOfQueries, rowsOfKeys!, causal);
  return [batch, heads, rowsOfQueries, rowsOfKeys!];
}

function requireCausal(op: Name, inputs: readonly TensorType[], queries: number, keys: number, causal: boolean): void {
  if (!causal || queries === keys) return;
  const message = `a causal mask needs as many queries as keys; got ${queries} and ${keys}. Leave causal out, or cut one of them.`;
  throw operandError("SHAPE_MISMATCH", op, message, inputs);
}

function requireWeights(op: Name, weights: TensorType, inputs: readonly TensorType[], expected: Shape): void {
  if (weights.shape.length === 4 && weights.shape.every((n, i) => n === expected[i])) return;
  const message = `weights must have the shape [${expected.join(", ")}], [batch, heads, queries, keys]; got [${weights.shape.join(", ")}].`;
  throw operandError("SHAPE_MISMATCH", op, message, inputs);
}

export const attentions = {
  attentionWeights: opRecord({
    name: "attentionWeights",
    arity: 2,
    infer: ([q, k], { causal }) => ({ shape: weightsOf("attentionWeights", q, k, causal), dtype: q.dtype }),
    saves: "nothing",
    gradient: "none",
  }),

  attentionScoresGradient: opRecord({
    name: "attentionScoresGradient",
    arity: 3,
    infer: ([p, dy, v], { causal }) => {
      const shape = weightsOf("attentionScoresGradient", dy, v, causal);
      requireWeights("attentionScoresGradient", p, [p, dy, v], shape);
      return { shape, dtype: p.dtype };
    },
    saves: "nothing",
    gradient: "none",
  }),

  attentionProduct: opRecord({
    name: "attentionProduct",
    arity: 2,
    sums: ([p], { transpose }) => p!.shape.at(transpose ? -2 : -1)!,
    infer: ([p, x], { transpose, causal }) => {
      const op = "attentionProduct";
      requireRank(op, "the weights", p, 4, "[batch, heads, queries, keys]");
      requireRank(op, "the values", x, 4, sequences);
      requireElements(op, p, [2, 3]);
      requireElements(op, x, [3]);
      const [queries, keys] = p.shape.slice(2) as [number, number];
      const [batch, time, heads, width] = x.shape as readonly [number, number, number, number];
      requireCausal(op, [p, x], queries, keys, causal);
      requireWeights(op, p, [p, x], transpose ? [batch, heads, time, keys] : [batch, heads, queries, time]);
      return { shape: [batch, transpose ? keys : queries, heads, width], dtype: x.dtype };
    },
    saves: "nothing",
    gradient: "none",
  }),
};

export const attentionsNotation: Notations<typeof attentions> = {
  attentionWeights: {
    formula: {
      text: "p = softmax(c q kᵀ) in each head, 0 after the diagonal where causal",
      tex: "p = \\operatorname{softmax}(c\\,q k^\\top)",
    },
  },
  attentionScoresGradient: {
    formula: {
      text: "ds = c p (dy vᵀ − Σ p dy vᵀ) in each head, 0 after the diagonal where causal",
      tex: "ds_{ij} = c\\,p_{ij} \\left((dy\\,v^\\top)_{ij} - \\sum_l p_{il} (dy\\,v^\\top)_{il}\\right)",
    },
  },
  attentionProduct: {
    formula: { text: "y = p x or pᵀ x in each head", tex: "y = p\\,x" },
  },
};

type Sizes = readonly [batch: number, heads: number, queries: number, keys: number, width: number];

const small: readonly Sizes[] = [
  [1, 1, 1, 1, 1],
  [2, 3, 5, 5, 4],
  [1, 2, 13, 13, 3],
  [1, 2, 9, 17, 8],
  [2, 2, 7, 3, 5],
  [0, 2, 3, 3, 4],
  [1, 0, 3, 3, 4],
];

/** Of a size: that of the weights while they are few, else that of the rows. */
const sizesAt = (n: number): readonly Sizes[] => (n === 0 ? [] : n <= 70 ? [[1, 2, n, n, 3]] : [[1, 1, 5, 5, n]]);

/** Of each list of sizes, with and without a causal mask where it has as many queries as keys. */
const each = <A>(
  list: readonly Sizes[],
  make: (sizes: Sizes, causal: boolean) => readonly (readonly [...Shape[], A])[],
) =>
  list.flatMap((sizes) =>
    [false, true]
      .filter((causal) => !causal || sizes[2] === sizes[3])
      // Spread: two rows at the most.
      .flatMap((causal) => rows(...make(sizes, causal))),
  );

const weightsAt = (list: readonly Sizes[]) =>
  each<OpAttributes["attentionWeights"]>(list, ([b, h, q, k, d], causal) => [
    [[b, q, h, d], [b, k, h, d], { scale: 0.7, causal }],
    [[b, q, h, d], [b, k, h, d], { scale: -3, causal }],
  ]);

const gradientsAt = (list: readonly Sizes[]) =>
  each<OpAttributes["attentionScoresGradient"]>(list, ([b, h, q, k, d], causal) => [
    [[b, h, q, k], [b, q, h, d], [b, k, h, d], { scale: 0.7, causal }],
  ]);

/** Causal ones rely on the zeros of their weights, which samples do not have: backends/wasm/attention.test.ts has them. */
const productsAt = (list: readonly Sizes[]) =>
  list.flatMap(([b, h, q, k, d]) =>
    rows<OpAttributes["attentionProduct"]>(
      [[b, h, q, k], [b, k, h, d], { transpose: false, causal: false }],
      [[b, h, q, k], [b, q, h, d], { transpose: true, causal: false }],
    ),
  );

export const attentionsCases: CasesOf<typeof attentions> = {
  attentionWeights: { cases: () => weightsAt(small), sized: (n) => weightsAt(sizesAt(n)) },
  attentionScoresGradient: { cases: () => gradientsAt(small), sized: (n) => gradientsAt(sizesAt(n)) },
  attentionProduct: { cases: () => productsAt(small), sized: (n) => productsAt(sizesAt(n)) },
};
