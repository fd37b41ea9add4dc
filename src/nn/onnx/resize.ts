// ONNX's Resize and Upsample: along each axis a product with a matrix of weights that are known.
import type { Tensor } from "../../trace/tensor.ts";
import {
  type Apply,
  axisOf,
  choiceOf,
  input,
  invalidNode,
  numberOf,
  numbersOf,
  type OnnxCall,
  type OnnxOp,
  op,
  requireRoom,
  staticInput,
} from "./op.ts";
import { castTo, isFloating, known, range, take, toFloat, toFront } from "./parts.ts";

const coordinates = [
  ...[
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_half_pixel_for_nn",
    "tf_crop_and_resize",
  ],
] as const;

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  readonly roi: readonly [number, number];
}

interface Settings {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly coordinate: string;
  readonly nearest: string;
  readonly a: number;
  readonly antialias: boolean;
  readonly excludesOutside: boolean;
}

/** Where output i lies among the inputs. */
function sourceOf(coordinate: string, i: number, { from, to, scale, roi }: Axis): number {
  const exact = scale * from;
  switch (coordinate) {
    case "align_corners":
      return exact === 1 ? 0 : (i * (from - 1)) / (exact - 1);
    case "asymmetric":
      return i / scale;
    case "tf_half_pixel_for_nn":
      return (i + 0.5) / scale;
    case "pytorch_half_pixel":
      return exact === 1 ? -0.5 : (i + 0.5) / scale - 0.5;
    case "half_pixel_symmetric":
      return (from / 2) * (1 - to / exact) + (i + 0.5) / scale - 0.5;
    case "tf_crop_and_resize":
      return (
        roi[0] * (from - 1) +
        (exact === 1 ? ((roi[1] - roi[0]) * (from - 1)) / 2 : (i * (roi[1] - roi[0]) * (from - 1)) / (exact - 1))
      );
    default:
      return (i + 0.5) / scale - 0.5;
  }
}

/** Weights of the neighbours at `first`, first + 1, …, for a place between two inputs, or on the right one of them (ratio 1). */
function weightsFor(
  { mode, nearest, a, antialias }: Settings,
  ratio: number,
  scale: number,
): { readonly first: number; readonly weights: number[] } {
  const cubic = (distance: number) => {
    const x = Math.abs(distance);
    if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
    return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
  };
  const linear = (distance: number) => Math.max(0, 1 - Math.abs(distance));
  if (mode === "nearest") {
    const isRight =
      ratio === 1 ||
      nearest === "ceil" ||
      (nearest === "round_prefer_floor" && ratio > 0.5) ||
      (nearest === "round_prefer_ceil" && ratio >= 0.5);
    return { first: 0, weights: isRight ? [0, 1] : [1, 0] };
  }
  const kernel = mode === "cubic" ? cubic : linear;
  const reach = mode === "cubic" ? 2 : 1;
  // Where it gets smaller, the kernel gets wider.
  const shrink = antialias ? Math.min(scale, 1) : 1;
  const first = Math.floor(-reach / shrink) + 1;
  const raw = range(2 - 2 * first).map((i) => kernel((first + i - ratio) * shrink));
  const total = antialias ? raw.reduce((sum, w) => sum + w, 0) : 1;
  return { first, weights: raw.map((w) => w / total) };
}

/** Of every output along an axis: inputs with their weights; undefined where it lies outside of a crop. */
function rowsOf(settings: Settings, axis: Axis): (readonly (readonly [at: number, weight: number])[] | undefined)[] {
  return range(axis.to).map((i) => {
    const x = sourceOf(settings.coordinate, i, axis);
    if (settings.coordinate === "tf_crop_and_resize" && (x < 0 || x > axis.from - 1)) return undefined;
    const isWhole = Number.isInteger(x);
    const left = isWhole ? x - 1 : Math.floor(x);
    const { first, weights } = weightsFor(settings, isWhole ? 1 : x - left, axis.scale);
    let pairs = weights.map((weight, k) => [left + first + k, weight] as const);
    if (settings.excludesOutside) {
      pairs = pairs.filter(([at]) => at >= 0 && at < axis.from);
      const total = pairs.reduce((sum, [, weight]) => sum + weight, 0) || 1;
      pairs = pairs.map(([at, weight]) => [at, weight / total] as const);
    }
    return pairs.map(([at, weight]) => [Math.min(Math.max(at, 0), axis.from - 1), weight] as const);
  });
}

function resizeAxis(call: OnnxCall, x: Tensor, at: number, axis: Axis, settings: Settings): Tensor {
  if (settings.mode !== "nearest") requireRoom(call, [axis.to, axis.from]);
  const rows = rowsOf(settings, axis);
  if (settings.mode === "nearest" && rows.every((row) => row !== undefined))
    return take(
      x,
      at,
      rows.map((row) => row!.find(([, weight]) => weight === 1)![0]),
    );
  requireRoom(call, [axis.to, axis.from]);
  const matrix = new Array<number>(axis.to * axis.from).fill(0);
  rows.forEach((row, i) => {
    for (const [from, weight] of row ?? []) matrix[i * axis.from + from]! += weight;
  });
  const { front, back } = toFront(x, at);
  const flat = front.reshape([axis.from, x.size / axis.from]);
  let y = known(matrix, [axis.to, axis.from]).matmul(flat);
  const outside = rows.map((row) => (row === undefined ? numberOf(call, "extrapolation_value", 0) : 0));
  if (outside.some((value) => value !== 0)) y = y.add(known(outside, [axis.to, 1]));
  return back(y.reshape([axis.to, ...front.shape.slice(1)]));
}

function targets(
  call: OnnxCall,
  x: Tensor,
  scales: readonly number[] | undefined,
  sizes: readonly number[] | undefined,
) {
  const axes = numbersOf(call, "axes")?.map((axis) => axisOf(call, axis, x.rank)) ?? range(x.rank);
  const given = sizes ?? scales;
  if (given?.length !== axes.length || given.some((n) => !(n > 0) || n > 2 ** 31))
    throw invalidNode(call.node, `it resizes [${x.shape}] by [${given}]`);
  if (sizes === undefined) {
    const to = axes.map((axis, i) => Math.floor(x.shape[axis]! * scales![i]!));
    return { axes, to, scale: scales! };
  }
  const each = axes.map((axis, i) => sizes[i]! / x.shape[axis]!);
  const policy = choiceOf(call, "keep_aspect_ratio_policy", "stretch", ["stretch", "not_larger", "not_smaller"]);
  if (policy === "stretch") return { axes, to: sizes, scale: each };
  const one = each.reduce((a, b) => (policy === "not_larger" ? Math.min(a, b) : Math.max(a, b)));
  return { axes, to: axes.map((axis) => Math.floor(one * x.shape[axis]! + 0.5)), scale: axes.map(() => one) };
}

function resized(
  call: OnnxCall,
  scales: readonly number[] | undefined,
  sizes: readonly number[] | undefined,
  settings: Settings,
): Tensor {
  let x = input(call);
  const given = x;
  const { axes, to, scale } = targets(call, x, scales, sizes);
  if (!isFloating(x) && settings.mode !== "nearest") x = toFloat(x);
  const roi = settings.coordinate === "tf_crop_and_resize" ? (staticInput(call, 1) ?? []) : [];
  const isCrop = roi.length === 2 * axes.length && roi.length > 0;
  axes.forEach((at, i) => {
    const axis: Axis = {
      from: given.shape[at]!,
      to: to[i]!,
      scale: scale[i]!,
      roi: isCrop ? [roi[i]!, roi[axes.length + i]!] : [0, 1],
    };
    if (
      axis.to === axis.from &&
      Math.abs(axis.scale - 1) < 1e-9 &&
      (!isCrop || (axis.roi[0] === 0 && axis.roi[1] === 1))
    )
      return;
    requireRoom(call, [axis.to]);
    if (axis.from === 0 || axis.to === 0) throw invalidNode(call.node, `it resizes [${given.shape}] to [${to}]`);
    x = resizeAxis(call, x, at, axis, settings);
  });
  return isFloating(given) ? x : castTo(x, given.dtype);
}

const resize: Apply = (call) => {
  const isOld = call.opset < 11;
  const listed = (i: number) => {
    const list = staticInput(call, i);
    return list === undefined || list.length === 0 ? undefined : list;
  };
  const settings: Settings = {
    mode: choiceOf(call, "mode", "nearest", ["nearest", "linear", "cubic"]),
    coordinate: isOld ? "asymmetric" : choiceOf(call, "coordinate_transformation_mode", "half_pixel", coordinates),
    nearest: isOld
      ? "floor"
      : choiceOf(call, "nearest_mode", "round_prefer_floor", [
          "round_prefer_floor",
          "round_prefer_ceil",
          "floor",
          "ceil",
        ]),
    a: numberOf(call, "cubic_coeff_a", -0.75),
    antialias: numberOf(call, "antialias", 0) === 1,
    excludesOutside: numberOf(call, "exclude_outside", 0) === 1,
  };
  return resized(call, listed(isOld ? 1 : 2), listed(3), settings);
};

const upsample: Apply = (call) =>
  resized(call, numbersOf(call, "scales") ?? staticInput(call, 1), undefined, {
    mode: choiceOf(call, "mode", "nearest", ["nearest", "linear"]),
    coordinate: "asymmetric",
    nearest: "floor",
    a: 0,
    antialias: false,
    excludesOutside: false,
  });

export const resizes = {
  Resize: op(
    "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value keep_aspect_ratio_policy mode nearest_mode",
    resize,
    { statics: [1, 2, 3] },
  ),
  Upsample: op("mode scales", upsample, { statics: [1] }),
} satisfies Record<string, OnnxOp>;
