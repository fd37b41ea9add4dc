// Attention in each head; what stands after the diagonal is neither read nor counted where causal.
import { sizeOf } from "../../ir/shape.ts";
import type { Kernel, NdArray } from "./kernel.ts";

/** Where rows of [batch, time, heads, width] begin. */
const rowsOf = ({ shape }: NdArray) => {
  const [, time, heads, width] = shape as readonly [number, number, number, number];
  return (batch: number, head: number, row: number): number => ((batch * time + row) * heads + head) * width;
};

/** For each row of weights [batch, heads, queries, keys]: where it begins, and how many of its keys count. */
function eachRow(
  { shape }: NdArray,
  causal: boolean,
  visit: (start: number, batch: number, head: number, query: number, seen: number) => void,
): void {
  const [batches, heads, queries, keys] = shape as readonly [number, number, number, number];
  if (sizeOf(shape) === 0) return;
  for (let row = 0; row < batches * heads * queries; row++) {
    const query = row % queries;
    const head = Math.floor(row / queries) % heads;
    visit(row * keys, Math.floor(row / queries / heads), head, query, causal ? query + 1 : keys);
  }
}

/** Σ a[i] b[i] over `width` elements */
function inner(a: NdArray, from: number, b: NdArray, other: number, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += a.data[from + i]! * b.data[other + i]!;
  return sum;
}

export const attentionWeights: Kernel<"attentionWeights"> = (
  [q, k]: readonly [NdArray, NdArray],
  { scale, causal },
  p,
) => {
  const [ofQuery, ofKey, width] = [rowsOf(q), rowsOf(k), q.shape[3]!];
  const scores = new Float64Array(p.shape[3]!);
  return () => {
    p.data.fill(0);
    eachRow(p, causal, (start, batch, head, query, seen) => {
      const from = ofQuery(batch, head, query);
      for (let j = 0; j < seen; j++) scores[j] = scale * inner(q, from, k, ofKey(batch, head, j), width);
      let largest = -Infinity;
      for (let j = 0; j < seen; j++) largest = Math.max(largest, scores[j]!);
      let sum = 0;
      for (let j = 0; j < seen; j++) sum += Math.exp(scores[j]! - largest);
      for (let j = 0; j < seen; j++) p.data[start + j] = Math.exp(scores[j]! - largest) / sum;
    });
  };
};

export const attentionScoresGradient: Kernel<"attentionScoresGradient"> = (
  [p, dy, v]: readonly [NdArray, NdArray, NdArray],
  { scale, causal },
  ds,
) => {
  const [ofQuery, ofKey, width] = [rowsOf(dy), rowsOf(v), v.shape[3]!];
  const dp = new Float64Array(p.shape[3]!);
  return () => {
    ds.data.fill(0);
    eachRow(p, causal, (start, batch, head, query, seen) => {
      const from = ofQuery(batch, head, query);
      let sum = 0;
      for (let j = 0; j < seen; j++) {
        dp[j] = inner(dy, from, v, ofKey(batch, head, j), width);
        sum += p.data[start + j]! * dp[j]!;
      }
      for (let j = 0; j < seen; j++) ds.data[start + j] = scale * p.data[start + j]! * (dp[j]! - sum);
    });
  };
};

export const attentionProduct: Kernel<"attentionProduct"> = (
  [p, x]: readonly [NdArray, NdArray],
  { transpose, causal },
  y,
) => {
  const [ofX, ofY, width] = [rowsOf(x), rowsOf(y), x.shape[3]!];
  const sums = new Float64Array(sizeOf(y.shape));
  return () => {
    sums.fill(0);
    eachRow(p, causal, (start, batch, head, query, seen) => {
      for (let j = 0; j < seen; j++) {
        const weight = p.data[start + j]!;
        const to = ofY(batch, head, transpose ? j : query);
        const from = ofX(batch, head, transpose ? query : j);
        for (let i = 0; i < width; i++) sums[to + i]! += weight * x.data[from + i]!;
      }
    });
    y.data.set(sums);
  };
};
