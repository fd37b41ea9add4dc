// ONNX's operators that move elements: shapes, slices, joints, padding.
import { randomUniform, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { firstElement } from "../row-share.ts";
import {
  type Apply,
  allInputs,
  axisOf,
  choiceOf,
  input,
  invalidNode,
  listOf,
  numberOf,
  numbersOf,
  type OnnxOp,
  op,
  optionalNumber,
  refused,
  requireRoom,
  staticInput,
  staticNumbers,
} from "./op.ts";
import {
  asNumbers,
  cut,
  everywhere,
  join,
  known,
  padAxis,
  range,
  split,
  spread,
  squeeze,
  strided,
  take,
} from "./parts.ts";

const keeps = { narrow: "keeps" } as const;

const reshape: Apply = (call) => {
  const x = input(call);
  const to = numbersOf(call, "shape") ?? staticNumbers(call, 1);
  const allowsZero = numberOf(call, "allowzero", 0) === 1;
  const shape = to.map((n, i) => (n === 0 && !allowsZero ? (x.shape[i] ?? Number.NaN) : n));
  if (shape.filter((n) => n === -1).length > 1 || shape.some((n) => !(n >= -1)))
    throw invalidNode(call.node, `it asks for the shape [${to}] of [${x.shape}]`);
  if (!shape.includes(-1)) return x.reshape(shape);
  const rest = shape.reduce((size, n) => (n === -1 ? size : size * n), 1);
  return x.reshape(shape.map((n) => (n === -1 ? (rest === 0 ? 0 : x.size / rest) : n)));
};

const flatten: Apply = (call) => {
  const x = input(call);
  const axis = numberOf(call, "axis", 1);
  const at = axis < 0 ? axis + x.rank : axis;
  if (!(at >= 0 && at <= x.rank)) throw invalidNode(call.node, `its axis is ${axis} of a tensor of rank ${x.rank}`);
  const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
  return x.reshape([size(x.shape.slice(0, at)), size(x.shape.slice(at))]);
};

const squeezed: Apply = (call) => {
  const x = input(call);
  const axes = listOf(call, "axes", 1)?.map((axis) => axisOf(call, axis, x.rank));
  const odd = axes?.find((axis) => x.shape[axis] !== 1);
  if (odd !== undefined) throw invalidNode(call.node, `its axis ${odd} has size ${x.shape[odd]}, which must be 1`);
  return squeeze(x, axes ?? range(x.rank).filter((i) => x.shape[i] === 1));
};

const unsqueezed: Apply = (call) => {
  const x = input(call);
  const given = listOf(call, "axes", 1);
  if (given === undefined) throw invalidNode(call.node, "it has no axes");
  const rank = x.rank + given.length;
  const axes = given.map((axis) => axisOf(call, axis, rank));
  if (new Set(axes).size !== axes.length) throw invalidNode(call.node, `its axes [${given}] repeat`);
  let from = 0;
  return x.reshape(range(rank).map((i) => (axes.includes(i) ? 1 : x.shape[from++]!)));
};

const transpose: Apply = (call) => {
  const x = input(call);
  const order = numbersOf(call, "perm")?.map((axis) => axisOf(call, axis, x.rank));
  if (order !== undefined && (new Set(order).size !== x.rank || order.length !== x.rank))
    throw invalidNode(call.node, `its perm [${order}] is none of ${x.rank} axes`);
  return x.transpose(order);
};

const expand: Apply = (call) => {
  const x = input(call);
  const to = staticNumbers(call, 1);
  const rank = Math.max(x.rank, to.length);
  const [a, b] = [x.shape, to].map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]) as [
    number[],
    number[],
  ];
  const odd = range(rank).some((i) => a[i] !== b[i] && a[i] !== 1 && b[i] !== 1);
  if (odd) throw invalidNode(call.node, `it expands [${x.shape}] to [${to}]`);
  return spread(
    x,
    a.map((n, i) => (n === 1 ? b[i]! : n)),
  );
};

const tile: Apply = (call) => {
  const x = input(call);
  const times = staticNumbers(call, 1);
  if (times.length !== x.rank || times.some((n) => n < 0))
    throw invalidNode(call.node, `it repeats [${x.shape}] [${times}] times`);
  // [n] → [1, n] → [times, n] → [times n]
  const apart = x.reshape(x.shape.flatMap((n) => [1, n]));
  const long = spread(
    apart,
    x.shape.flatMap((n, i) => [times[i]!, n]),
  );
  return long.reshape(x.shape.map((n, i) => n * times[i]!));
};

const concatenated: Apply = (call) => {
  const all = allInputs(call);
  return join(all, axisOf(call, numberOf(call, "axis", 1), all[0]?.rank ?? 0));
};

const splitUp: Apply = (call) => {
  const x = input(call);
  const axis = axisOf(call, numberOf(call, "axis", 0), x.rank);
  const n = x.shape[axis]!;
  const made = call.node.outputs.length;
  const parts = numberOf(call, "num_outputs", made);
  // What is left out at the end is not listed among the outputs.
  if (!(Number.isInteger(parts) && parts >= made)) throw invalidNode(call.node, `it makes ${made} of ${parts} parts`);
  const each = Math.ceil(n / parts);
  const lengths = listOf(call, "split", 1);
  if (lengths?.some((length) => length < 0) || (lengths?.reduce((sum, length) => sum + length, 0) ?? n) !== n)
    throw invalidNode(call.node, `it splits ${n} elements into [${lengths}]`);
  const own = lengths?.slice(0, made) ?? range(made).map((i) => Math.max(0, Math.min(each, n - i * each)));
  return split(x, axis, own);
};

const slice: Apply = (call) => {
  let x = input(call);
  const starts = listOf(call, "starts", 1);
  const ends = listOf(call, "ends", 2);
  if (starts === undefined || ends?.length !== starts.length) throw invalidNode(call.node, "it has no starts and ends");
  const axes = listOf(call, "axes", 3) ?? range(starts.length);
  const steps = staticInput(call, 4) ?? starts.map(() => 1);
  starts.forEach((start, i) => {
    const axis = axisOf(call, axes[i] ?? Number.NaN, x.rank);
    const n = x.shape[axis]!;
    const step = steps[i] ?? 1;
    if (step === 0) throw invalidNode(call.node, "a step is 0");
    const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + n : at, low), high);
    const [from, to] =
      step > 0 ? [clamp(start, 0, n), clamp(ends[i]!, 0, n)] : [clamp(start, 0, n - 1), clamp(ends[i]!, -1, n - 1)];
    const count = Math.max(0, Math.ceil((to - from) / step));
    if (step > 0) x = count === 0 ? cut(x, axis, 0, 0) : strided(x, axis, from, count, step);
    else
      x = take(
        x,
        axis,
        range(count).map((k) => from + k * step),
      );
  });
  return x;
};

/** Places along an axis of n elements with `before` and `after` more, by a mode. */
function paddedPlaces(mode: string, n: number, before: number, after: number): number[] {
  return range(Math.max(0, n + before + after)).map((i) => {
    const at = i - before;
    if (mode === "edge") return Math.min(Math.max(at, 0), n - 1);
    if (mode === "wrap") return ((at % n) + n) % n;
    const period = Math.max(1, 2 * (n - 1));
    const folded = ((at % period) + period) % period;
    return folded < n ? folded : period - folded;
  });
}

const pad: Apply = (call) => {
  let x = input(call);
  const pads = listOf(call, call.opset < 2 ? "paddings" : "pads", 1);
  const axes = staticInput(call, 3)?.map((axis) => axisOf(call, axis, x.rank)) ?? range(x.rank);
  if (pads?.length !== 2 * axes.length) throw invalidNode(call.node, "it needs two pads an axis");
  const mode = choiceOf(call, "mode", "constant", ["constant", "reflect", "edge", "wrap"]);
  const value = call.opset < 11 ? numberOf(call, "value", 0) : (staticInput(call, 2)?.[0] ?? 0);
  axes.forEach((axis, i) => {
    const [before, after] = [pads[i]!, pads[axes.length + i]!];
    const n = x.shape[axis]!;
    if (n + before + after < 0) throw invalidNode(call.node, `it takes more from axis ${axis} than its ${n} elements`);
    if (mode === "constant") {
      x = cut(x, axis, Math.max(0, -before), n - Math.max(0, -after));
      x = padAxis(x, axis, Math.max(0, before), Math.max(0, after), value);
    } else {
      if (n === 0) throw invalidNode(call.node, `axis ${axis} has no elements to repeat`);
      requireRoom(call, [n + before + after]);
      x = take(x, axis, paddedPlaces(mode, n, before, after));
    }
  });
  return x;
};

const depthToSpace: Apply = (call) => {
  const x = input(call);
  const b = numberOf(call, "blocksize", 0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (x.rank !== 4 || !(b > 0) || c % (b * b) !== 0)
    throw invalidNode(call.node, `it takes blocks of ${b} of [${x.shape}]`);
  const isRowFirst = choiceOf(call, "mode", "DCR", ["DCR", "CRD"]) === "DCR";
  const apart = isRowFirst ? [n, b, b, c / (b * b), h, w] : [n, c / (b * b), b, b, h, w];
  return x
    .reshape(apart)
    .transpose(isRowFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3])
    .reshape([n, c / (b * b), h * b, w * b]);
};

const spaceToDepth: Apply = (call) => {
  const x = input(call);
  const b = numberOf(call, "blocksize", 0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (x.rank !== 4 || !(b > 0) || h % b !== 0 || w % b !== 0)
    throw invalidNode(call.node, `it makes blocks of ${b} of [${x.shape}]`);
  const isRowFirst = choiceOf(call, "mode", "DCR", ["DCR", "CRD"]) === "DCR";
  return x
    .reshape([n, c, h / b, b, w / b, b])
    .transpose(isRowFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4])
    .reshape([n, c * b * b, h / b, w / b]);
};

const trilu: Apply = (call) => {
  const x = input(call);
  const k = staticInput(call, 1)?.[0] ?? 0;
  const isUpper = numberOf(call, "upper", 1) === 1;
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  requireRoom(call, [rows, columns]);
  const mask = range(rows * columns).map((at) => {
    const distance = (at % columns) - Math.floor(at / columns);
    return (isUpper ? distance >= k : distance <= k) ? 1 : 0;
  });
  const kept = known(mask, [rows, columns], "bool");
  return asNumbers(x, (numbers) => where(kept, numbers, 0));
};

const centerCropPad: Apply = (call) => {
  let x = input(call);
  const axes = numbersOf(call, "axes")?.map((axis) => axisOf(call, axis, x.rank)) ?? range(x.rank);
  const to = staticNumbers(call, 1);
  axes.forEach((axis, i) => {
    const [n, size] = [x.shape[axis]!, to[i]!];
    const before = Math.floor(Math.abs(size - n) / 2);
    x = size > n ? padAxis(x, axis, before, size - n - before) : cut(x, axis, before, before + size);
  });
  return x;
};

/** More rows, each turned by itself, would be more nodes than anything else in a network. */
const mostRows = 1024;

const reverseSequence: Apply = (call) => {
  const x = input(call);
  const [time, batch] = [numberOf(call, "time_axis", 0), numberOf(call, "batch_axis", 1)];
  const lengths = staticNumbers(call, 1);
  requireRoom(call, [x.shape[batch]!, x.shape[time]!]);
  if (x.shape[batch]! > mostRows) throw refused(call.node, `it turns ${x.shape[batch]} rows, over ${mostRows}`);
  const rows = range(x.shape[batch]!).map((row) => {
    const one = cut(x, batch, row, row + 1);
    const length = lengths[row]!;
    return take(
      one,
      time,
      range(x.shape[time]!).map((i) => (i < length ? length - 1 - i : i)),
    );
  });
  return join(rows, batch);
};

const compress: Apply = (call) => {
  const given = input(call);
  const axis = optionalNumber(call, "axis");
  const x = axis === undefined ? given.reshape([given.size]) : given;
  const at = axis === undefined ? 0 : axisOf(call, axis, x.rank);
  return take(
    x,
    at,
    staticNumbers(call, 1).flatMap((holds, i) => (holds !== 0 ? [i] : [])),
  );
};

/** In training a share of the values is 0 and the others grow for it; afterwards they are as they come. */
const dropout: Apply = (call) => {
  const x = input(call);
  const isTraining = staticInput(call, 2)?.[0] === 1;
  const share = call.opset < 12 ? numberOf(call, "ratio", 0.5) : (staticInput(call, 1)?.[0] ?? 0.5);
  if (isTraining && share > 0 && call.draw === undefined)
    throw refused(call.node, "it draws at random outside of training, by training_mode");
  const mask = (): Tensor => everywhere(1, x.shape, "int32").cast("bool");
  const draw = call.draw?.();
  if (draw === undefined || share === 0) return [x, call.node.outputs.length > 1 ? mask() : undefined];
  const [key, stream] = draw;
  const kept = randomUniform(key, x.shape, stream, firstElement(x, call.share)).greaterEqual(share);
  return [where(kept, x.mul(1 / (1 - share)), 0), kept];
};

export const movements = {
  CenterCropPad: op("axes", centerCropPad, { statics: [1], ...keeps }),
  Compress: op("axis", compress, { statics: [1], ...keeps }),
  Concat: op("axis", concatenated, keeps),
  DepthToSpace: op("blocksize mode", depthToSpace, keeps),
  Dropout: op("ratio seed is_test consumed_inputs", dropout, { statics: [1, 2] }),
  Expand: op("", expand, { statics: [1], ...keeps }),
  Flatten: op("axis", flatten, keeps),
  Pad: op("mode pads paddings value", pad, { statics: [1, 2, 3], ...keeps }),
  Reshape: op("allowzero shape", reshape, { statics: [1], ...keeps }),
  ReverseSequence: op("batch_axis time_axis", reverseSequence, { statics: [1], ...keeps }),
  Slice: op("axes ends starts", slice, { statics: [1, 2, 3, 4], ...keeps }),
  SpaceToDepth: op("blocksize mode", spaceToDepth, keeps),
  Split: op("axis num_outputs split", splitUp, { statics: [1], ...keeps }),
  Squeeze: op("axes", squeezed, { statics: [1], ...keeps }),
  Tile: op("", tile, { statics: [1], ...keeps }),
  Transpose: op("perm", transpose, keeps),
  Trilu: op("upper", trilu, { statics: [1], ...keeps }),
  Unsqueeze: op("axes", unsqueezed, { statics: [1], ...keeps }),
} satisfies Record<string, OnnxOp>;
