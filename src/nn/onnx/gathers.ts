// ONNX's operators that look elements up by indices, or write them there.
import { where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { type Apply, axisOf, choiceOf, input, invalidNode, numberOf, type OnnxOp, op, staticNumbers } from "./op.ts";
import { asNumbers, isInteger, knownInts, mostListed, range, toFront } from "./parts.ts";

/** Indices below 0 count from the end. */
const counted = (indices: Tensor, n: number): Tensor => where(indices.less(0), indices.add(n), indices);

const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, i) => shape.slice(i + 1).reduce((size, n) => size * n, 1));

const gather: Apply = (call) => {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const axis = axisOf(call, numberOf(call, "axis", 0), x.rank);
  return asNumbers(x, (numbers) => {
    const { front } = toFront(numbers, axis);
    const found = front.gather(counted(indices, x.shape[axis]!));
    // [indices, before, after] → [before, indices, after]
    const k = indices.rank;
    const before = range(axis).map((i) => k + i);
    const after = range(x.rank - axis - 1).map((i) => k + axis + i);
    return found.transpose([...before, ...range(k), ...after]);
  });
};

/** Places in the elements of `shape`, row-major, that indices along an axis name. */
function placesAlong(indices: Tensor, axis: number, shape: readonly number[]): Tensor {
  const strides = stridesOf(shape);
  const own = stridesOf(indices.shape);
  const others = range(indices.size).map((at) =>
    indices.shape.reduce((sum, n, i) => (i === axis ? sum : sum + (Math.floor(at / own[i]!) % n) * strides[i]!), 0),
  );
  return counted(indices, shape[axis]!).mul(strides[axis]!).add(knownInts(others, indices.shape));
}

const gatherElements: Apply = (call) => {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const axis = axisOf(call, numberOf(call, "axis", 0), x.rank);
  if (indices.rank !== x.rank)
    throw invalidNode(call.node, `its indices have shape [${indices.shape}] for [${x.shape}]`);
  return asNumbers(x, (numbers) => numbers.reshape([x.size]).gather(placesAlong(indices, axis, x.shape)));
};

const gatherND: Apply = (call) => {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const batch = numberOf(call, "batch_dims", 0);
  const depth = indices.shape.at(-1)!;
  if (depth === undefined || batch + depth > x.rank)
    throw invalidNode(call.node, `its indices have shape [${indices.shape}] for [${x.shape}]`);
  const strides = stridesOf(x.shape.slice(0, batch + depth));
  const rows = x.shape.slice(0, batch + depth).reduce((size, n) => size * n, 1);
  const outer = indices.shape.slice(0, -1);
  const count = outer.reduce((size, n) => size * n, 1);
  const flat = indices.reshape([count, depth]);
  let at = knownInts(
    range(count).map((i) => {
      const own = stridesOf(outer);
      return range(batch).reduce((sum, b) => sum + (Math.floor(i / own[b]!) % outer[b]!) * strides[b]!, 0);
    }),
  );
  for (let d = 0; d < depth; d++) {
    const one = flat.slice([0, d], [count, d + 1]).reshape([count]);
    at = at.add(counted(one, x.shape[batch + d]!).mul(strides[batch + d]!));
  }
  const rest = x.shape.slice(batch + depth);
  return asNumbers(x, (numbers) =>
    numbers
      .reshape([rows, ...rest])
      .gather(at)
      .reshape([...outer, ...rest]),
  );
};

type Change = "none" | "add" | "mul" | "max" | "min";

const changed: Readonly<Record<Change, (x: Tensor, y: Tensor) => Tensor>> = {
  none: (_, y) => y,
  add: (x, y) => x.add(y),
  mul: (x, y) => x.mul(y),
  max: (x, y) => x.maximum(y),
  min: (x, y) => x.minimum(y),
};

/** Rows of x [n, …] changed by those of `updates` at known places, one after the other where a place comes again. */
function scatterRows(x: Tensor, places: readonly number[], updates: Tensor, change: Change): Tensor {
  let left = places.map((place, from) => ({ place, from }));
  let y = x;
  const n = x.shape[0]!;
  const wide = [n, ...x.shape.slice(1).map(() => 1)];
  if (change === "none") left = [...new Map(left.map((one) => [one.place, one])).values()];
  const times = new Map<number, number>();
  for (const { place } of left) times.set(place, (times.get(place) ?? 0) + 1);
  const rounds = [...times.values()].reduce((most, one) => Math.max(most, one), 0);
  if (rounds > 1 && rounds * (n + left.length) > mostListed)
    throw new RangeError(`${rounds} updates of one place, among ${n} places and ${left.length} updates`);
  while (left.length > 0) {
    const round = new Map<number, number>();
    const later: typeof left = [];
    for (const one of left) {
      if (round.has(one.place)) later.push(one);
      else round.set(one.place, one.from);
    }
    const isIn = knownInts(
      range(n).map((i) => (round.has(i) ? 1 : 0)),
      wide,
    ).cast("bool");
    const values = updates.gather(knownInts(range(n).map((i) => round.get(i) ?? 0)));
    y = where(isIn, changed[change](y, values), y);
    left = later;
  }
  return y;
}

const reductionOf = (call: Parameters<Apply>[0]): Change =>
  choiceOf(call, "reduction", "none", ["none", "add", "mul", "max", "min"]);

const scatterElements: Apply = (call) => {
  const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
  staticNumbers(call, 1);
  const axis = axisOf(call, numberOf(call, "axis", 0), x.rank);
  const places = Array.from(placesAlong(indices, axis, x.shape).data);
  if (places.length === 0) return x;
  requirePlaces(call, places, x.size);
  const change = reductionOf(call);
  return asNumbers(x, (numbers) =>
    scatterRows(numbers.reshape([x.size]), places, isBool(updates).reshape([updates.size]), change).reshape(x.shape),
  );
};

const isBool = (x: Tensor): Tensor => (x.dtype === "bool" ? x.cast("int32") : x);

function requirePlaces(call: Parameters<Apply>[0], places: readonly number[], size: number): void {
  const odd = places.find((at) => !(at >= 0 && at < size));
  if (odd !== undefined) throw invalidNode(call.node, `an index leads to ${odd} of ${size} places`);
}

const scatterND: Apply = (call) => {
  const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
  const numbers = staticNumbers(call, 1);
  const depth = indices.shape.at(-1) ?? 0;
  const strides = stridesOf(x.shape.slice(0, depth));
  const rows = x.shape.slice(0, depth).reduce((size, n) => size * n, 1);
  const count = depth === 0 ? 0 : numbers.length / depth;
  if (count === 0) return x;
  const places = range(count).map((i) =>
    strides.reduce((sum, stride, d) => {
      const at = numbers[i * depth + d]!;
      return sum + (at < 0 ? at + x.shape[d]! : at) * stride;
    }, 0),
  );
  requirePlaces(call, places, rows);
  const rest = x.shape.slice(depth);
  const change = reductionOf(call);
  return asNumbers(x, (own) =>
    scatterRows(own.reshape([rows, ...rest]), places, isBool(updates).reshape([count, ...rest]), change).reshape(
      x.shape,
    ),
  );
};

const oneHotOf: Apply = (call) => {
  const [indices, values] = [input(call, 0), input(call, 2)];
  const depth = staticNumbers(call, 1)[0]!;
  const axis = axisOf(call, numberOf(call, "axis", -1), indices.rank + 1);
  const given = isInteger(indices) ? indices : indices.cast("int32");
  const shape = [...given.shape.slice(0, axis), 1, ...given.shape.slice(axis)];
  const wide = shape.map((_, i) => (i === axis ? depth : 1));
  const isOn = counted(given, depth)
    .reshape(shape)
    .equal(knownInts(range(depth), wide));
  const [off, on] = [0, 1].map((i) => values.slice([i], [i + 1]).reshape([]));
  return asNumbersPair(isOn, on!, off!);
};

const asNumbersPair = (condition: Tensor, x: Tensor, y: Tensor): Tensor =>
  x.dtype === "bool" ? where(condition, x.cast("int32"), y.cast("int32")).cast("bool") : where(condition, x, y);

export const gathers = {
  Gather: op("axis", gather, { narrow: "keeps" }),
  GatherElements: op("axis", gatherElements),
  GatherND: op("batch_dims", gatherND),
  OneHot: op("axis", oneHotOf, { statics: [1] }),
  Scatter: op("axis", scatterElements, { statics: [1] }),
  ScatterElements: op("axis reduction", scatterElements, { statics: [1] }),
  ScatterND: op("reduction", scatterND, { statics: [1] }),
} satisfies Record<string, OnnxOp>;
