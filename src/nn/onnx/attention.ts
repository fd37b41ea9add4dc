// ONNX's attention, and the turning of positions that goes with it.
import { where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { type Apply, input, invalidNode, numberOf, type OnnxCall, type OnnxOp, op } from "./op.ts";
import { cut, everywhere, join, known, padAxis, range, repeat, split, strided, unsqueeze } from "./parts.ts";

/** [batch, length, heads · size] → [batch, heads, length, size] */
const heads = (x: Tensor, count: number): Tensor => {
  const [batch, length, width] = x.shape as [number, number, number];
  return x.reshape([batch, length, count, width / count]).transpose([0, 2, 1, 3]);
};

/** What a mask adds to the scores: 0 where a key is seen, −∞ where it is not. */
const bias = (seen: Tensor): Tensor => where(seen, 0, Number.NEGATIVE_INFINITY);

const scoreOf = (call: OnnxCall, q: Tensor, k: Tensor): Tensor => {
  const scale = Math.sqrt(numberOf(call, "scale", 1 / Math.sqrt(q.shape[3]!)));
  return q.mul(scale).matmul(k.transpose([0, 1, 3, 2]).mul(scale));
};

interface Positions {
  /** Keys before the first query: of each row of the batch, or of all. */
  readonly offset: number | Tensor;
  readonly queries: number;
  readonly keys: number;
}

/** i + offset − j for every query i and key j: [queries, keys], or [batch, 1, queries, keys]. */
function distances({ offset, queries, keys }: Positions): Tensor {
  const own = typeof offset === "number" ? offset : 0;
  const plain = known(
    range(queries * keys).map((at) => Math.floor(at / keys) + own - (at % keys)),
    [queries, keys],
    "int32",
  );
  return typeof offset === "number" ? plain : plain.add(offset.reshape([offset.size, 1, 1, 1]));
}

/** All that is added to the scores; undefined where nothing is. */
function biasOf(call: OnnxCall, positions: Positions): Tensor | undefined {
  const parts: Tensor[] = [];
  const mask = call.inputs[3];
  const { queries, keys } = positions;
  if (mask !== undefined) {
    const short = keys - mask.shape.at(-1)!;
    const isSeen = mask.dtype === "bool";
    const whole = short > 0 ? padAxis(mask, mask.rank - 1, 0, short, isSeen ? 0 : Number.NEGATIVE_INFINITY) : mask;
    parts.push(isSeen ? bias(whole) : whole);
  }
  const [left, right] = [numberOf(call, "left_window_size", -1), numberOf(call, "right_window_size", -1)];
  const isCausal = numberOf(call, "is_causal", 0) === 1;
  if (isCausal || left >= 0 || right >= 0) {
    const ahead = distances(positions);
    if (isCausal) parts.push(bias(ahead.greaterEqual(0)));
    if (left >= 0) parts.push(bias(ahead.lessEqual(left)));
    if (right >= 0) parts.push(bias(ahead.greaterEqual(-right)));
  }
  const lengths = call.inputs[6];
  if (lengths !== undefined) {
    const place = known(range(keys), [1, 1, 1, keys], "int32");
    parts.push(bias(place.less(lengths.reshape([lengths.size, 1, 1, 1]))));
  }
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, one) => sum.add(one), everywhere(0, [queries, keys]));
}

/** Scaled dot-product attention with everything that opsets 23 to 25 let it have. Rows that see no key give 0. */
const attention: Apply = (call) => {
  const given = [input(call, 0), input(call, 1), input(call, 2)] as const;
  const isFlat = given[0].rank === 3;
  if (given.some(({ rank }) => rank !== given[0].rank) || (given[0].rank !== 4 && !isFlat))
    throw invalidNode(call.node, "its queries, keys and values must all have rank 3 or all have rank 4");
  const counts = ["q_num_heads", "kv_num_heads", "kv_num_heads"].map((name) => numberOf(call, name, 0));
  if (isFlat && given.some((x, i) => !(counts[i]! >= 1) || x.shape[2]! % counts[i]! !== 0))
    throw invalidNode(call.node, `its heads ${counts.slice(0, 2).join(" and ")} do not divide what comes`);
  const [q, newK, newV] = given.map((x, i) => (isFlat ? heads(x, counts[i]!) : x)) as [Tensor, Tensor, Tensor];
  const [pastK, pastV] = [call.inputs[4], call.inputs[5]];
  const presentK = pastK === undefined ? newK : join([pastK, newK], 2);
  const presentV = pastV === undefined ? newV : join([pastV, newV], 2);
  if (q.shape[1]! % presentK.shape[1]! !== 0)
    throw invalidNode(call.node, `its ${q.shape[1]} heads of queries are no multiple of ${presentK.shape[1]}`);
  const times = q.shape[1]! / presentK.shape[1]!;
  const [k, v] = [presentK, presentV].map((x) => repeat(x, 1, times)) as [Tensor, Tensor];
  const raw = scoreOf(call, q, k);
  const cap = numberOf(call, "softcap", 0);
  const capped = cap > 0 ? raw.div(cap).tanh().mul(cap) : raw;
  const lengths = call.inputs[6];
  const queries = q.shape[2]!;
  const offset = pastK !== undefined ? pastK.shape[2]! : lengths !== undefined ? lengths.sub(queries) : 0;
  const added = biasOf(call, { offset, queries, keys: k.shape[2]! });
  const scores = added === undefined ? capped : capped.add(added);
  const p = added === undefined ? scores.softmax(-1) : maskedSoftmax(capped, added);
  const y = p.matmul(v);
  const [batch, , length] = y.shape as [number, number, number];
  const mode = numberOf(call, "qk_matmul_output_mode", 0);
  return [
    isFlat ? y.transpose([0, 2, 1, 3]).reshape([batch, length, y.size / (batch * length)]) : y,
    presentK,
    presentV,
    mode === 3 ? p : mode === 2 ? scores : mode === 1 ? capped : raw,
  ];
};

/** Softmax of scores + bias along the last axis; 0 throughout where the bias is −∞ throughout. */
function maskedSoftmax(scores: Tensor, added: Tensor): Tensor {
  const isBlind = added.max(-1, { keepDims: true }).equal(Number.NEGATIVE_INFINITY);
  const safe = where(isBlind, 0, added);
  return where(isBlind, 0, scores.add(safe).softmax(-1));
}

const rotaryEmbedding: Apply = (call) => {
  const given = input(call);
  const isFlat = given.rank === 3;
  const count = numberOf(call, "num_heads", 0);
  if (isFlat && !(count >= 1)) throw invalidNode(call.node, "it has no num_heads for what comes with rank 3");
  // [batch, length, heads, size]
  const [batch, length, width] = given.shape as [number, number, number];
  const x = isFlat ? given.reshape([batch, length, count, width / count]) : given.transpose([0, 2, 1, 3]);
  const turnedSize = numberOf(call, "rotary_embedding_dim", 0) || x.shape[3]!;
  const half = turnedSize / 2;
  const places = call.inputs[3];
  const [cos, sin] = [1, 2].map((i) =>
    unsqueeze(places === undefined ? input(call, i) : input(call, i).gather(places), 2),
  ) as [Tensor, Tensor];
  const part = cut(x, 3, 0, turnedSize);
  const isInterleaved = numberOf(call, "interleaved", 0) === 1;
  const [a, b] = (isInterleaved ? [0, 1].map((i) => strided(part, 3, i, half, 2)) : split(part, 3, [half, half])) as [
    Tensor,
    Tensor,
  ];
  const [real, imaginary] = [cos.mul(a).sub(sin.mul(b)), sin.mul(a).add(cos.mul(b))];
  const turned = isInterleaved
    ? join([unsqueeze(real, 4), unsqueeze(imaginary, 4)], 4).reshape(part.shape)
    : join([real, imaginary], 3);
  const y = turnedSize === x.shape[3] ? turned : join([turned, cut(x, 3, turnedSize, x.shape[3]!)], 3);
  return isFlat ? y.reshape(given.shape) : y.transpose([0, 2, 1, 3]);
};

export const attentions = {
  Attention: op(
    "is_causal kv_num_heads q_num_heads qk_matmul_output_mode scale softcap softmax_precision left_window_size right_window_size",
    attention,
  ),
  RotaryEmbedding: op("interleaved num_heads rotary_embedding_dim", rotaryEmbedding),
} satisfies Record<string, OnnxOp>;
