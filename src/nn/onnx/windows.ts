// Convolutions and poolings of ONNX, over any number of axes.

import type { Tensor } from "../../trace/tensor.ts";
import { build } from "../../trace/trace.ts";
import {
  type Apply,
  choiceOf,
  input,
  invalidNode,
  numberOf,
  numbersOf,
  type OnnxCall,
  type OnnxOp,
  op,
  refused,
} from "./op.ts";
import { cut, known, padAxis, range, strided } from "./parts.ts";

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Of outputs along each axis. */
  readonly counts: readonly number[];
}

/** Settings of a window over the last axes of x. */
function windowOf(call: OnnxCall, x: Tensor, kernel: readonly number[]): Window {
  const axes = kernel.length;
  const sizes = x.shape.slice(2);
  const list = (name: string, length: number, byDefault: number): readonly number[] => {
    const given = numbersOf(call, name) ?? new Array<number>(length).fill(byDefault);
    if (given.length !== length || given.some((n) => !Number.isInteger(n) || n < byDefault))
      throw invalidNode(call.node, `its ${name} [${given}] must be ${length} whole numbers of at least ${byDefault}`);
    return given;
  };
  if (sizes.length !== axes || axes === 0 || kernel.some((n) => n < 1))
    throw invalidNode(call.node, `its window [${kernel}] does not fit the shape [${x.shape}]`);
  const strides = list("strides", axes, 1);
  const dilations = list("dilations", axes, 1);
  const reach = kernel.map((n, i) => dilations[i]! * (n - 1) + 1);
  const auto = choiceOf(call, "auto_pad", "NOTSET", ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
  const pads = auto === "NOTSET" ? list("pads", 2 * axes, 0) : new Array<number>(2 * axes).fill(0);
  const before = [...pads.slice(0, axes)];
  const after = [...pads.slice(axes)];
  if (auto.startsWith("SAME"))
    sizes.forEach((n, i) => {
      const total = Math.max(0, (Math.ceil(n / strides[i]!) - 1) * strides[i]! + reach[i]! - n);
      const [small, large] = [Math.floor(total / 2), Math.ceil(total / 2)];
      [before[i], after[i]] = auto === "SAME_UPPER" ? [small, large] : [large, small];
    });
  const isCeil = numberOf(call, "ceil_mode", 0) === 1;
  const counts = sizes.map((n, i) => {
    const steps = (n + before[i]! + after[i]! - reach[i]!) / strides[i]!;
    let count = (isCeil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A window that begins in the padding at the end is left out.
    if (isCeil && (count - 1) * strides[i]! >= n + before[i]!) count--;
    if (!(count >= 1)) throw invalidNode(call.node, `its window [${kernel}] is larger than the shape [${x.shape}]`);
    return count;
  });
  return { kernel, strides, dilations, before, after, counts };
}

/** x with its padding, and what the last windows reach beyond it. */
function padded(x: Tensor, { kernel, strides, dilations, before, after, counts }: Window, value: number): Tensor {
  let y = x;
  kernel.forEach((n, i) => {
    const reached = (counts[i]! - 1) * strides[i]! + dilations[i]! * (n - 1) + 1;
    const end = Math.max(after[i]!, reached - x.shape[i + 2]! - before[i]!);
    y = padAxis(y, i + 2, before[i]!, end, value);
  });
  return y;
}

/** Of every place in the window, in row-major order: what lies there in each window. */
function* placesOf(x: Tensor, { kernel, strides, dilations, counts }: Window): Generator<Tensor> {
  const count = kernel.reduce((size, n) => size * n, 1);
  for (let at = 0; at < count; at++) {
    let rest = at;
    const place = [...kernel].reverse().map((n) => {
      const own = rest % n;
      rest = Math.floor(rest / n);
      return own;
    });
    place.reverse();
    yield place.reduce((y, own, i) => strided(y, i + 2, own * dilations[i]!, counts[i]!, strides[i]!), x);
  }
}

/** Larger windows would be more nodes than anything else in a network. */
const mostPlaces = 512;

const isPlain = ({ kernel, dilations }: Window): boolean => kernel.length === 2 && dilations.every((n) => n === 1);
const sized = (call: OnnxCall, { kernel }: Window): void => {
  if (kernel.reduce((size, n) => size * n, 1) > mostPlaces)
    throw refused(call.node, `its window [${kernel}] is over ${mostPlaces}`);
};

function poolingWindow(call: OnnxCall): { x: Tensor; window: Window } {
  const x = input(call);
  const kernel = numbersOf(call, "kernel_shape");
  if (kernel === undefined) throw invalidNode(call.node, "it has no kernel_shape");
  return { x, window: windowOf(call, x, kernel) };
}

const pair = (list: readonly number[]) => [list[0]!, list[1]!] as const;

/** Rows and columns past the last window are cut off. */
const fitted = (x: Tensor, { kernel, strides, dilations, counts }: Window): Tensor =>
  kernel.reduce(
    (y, n, i) =>
      cut(y, i + 2, 0, Math.min(y.shape[i + 2]!, (counts[i]! - 1) * strides[i]! + dilations[i]! * (n - 1) + 1)),
    x,
  );

const maxPool: Apply = (call) => {
  if ((call.node.outputs[1] ?? "") !== "") throw refused(call.node, "its second output, indices, is not supported");
  const { x, window } = poolingWindow(call);
  const lowest = x.dtype === "int32" ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
  const long = fitted(padded(x, window, lowest), window);
  if (isPlain(window) && x.dtype !== "int32")
    return long.maxPool2d(pair(window.kernel), { stride: pair(window.strides) });
  sized(call, window);
  return [...placesOf(long, window)].reduce((y, one) => y.maximum(one));
};

/** Sums over windows; x is padded. */
const sums = (x: Tensor, window: Window): Tensor => {
  if (!isPlain(window)) return [...placesOf(x, window)].reduce((y, one) => y.add(one));
  const size = window.kernel[0]! * window.kernel[1]!;
  return x.avgPool2d(pair(window.kernel), { stride: pair(window.strides) }).mul(size);
};

const averagePool: Apply = (call) => {
  const { x, window } = poolingWindow(call);
  if (!isPlain(window)) sized(call, window);
  const total = sums(fitted(padded(x, window, 0), window), window);
  // What a window reaches beyond the padding is not counted, padding only where the node says so.
  const countsPads = numberOf(call, "count_include_pad", 0) === 1;
  const along = window.kernel.map((n, i) => {
    const [size, before, after] = [x.shape[i + 2]!, window.before[i]!, window.after[i]!];
    const [low, high] = countsPads ? [0, before + size + after] : [before, before + size];
    return range(window.counts[i]!).map((at) => {
      // Of places from + k d, k = 0 … n − 1, those from low to high − 1.
      const [from, d] = [at * window.strides[i]!, window.dilations[i]!];
      const [first, end] = [Math.max(0, Math.ceil((low - from) / d)), Math.min(n, Math.ceil((high - from) / d))];
      return Math.max(0, end - first);
    });
  });
  return along.reduce((y, counts, i) => {
    const shape = [1, 1, ...window.kernel.map((_, j) => (j === i ? counts.length : 1))];
    return y.mul(inverse(counts, shape));
  }, total);
};

const inverse = (counts: readonly number[], shape: readonly number[]): Tensor =>
  known(
    counts.map((n) => 1 / n),
    shape,
  );

const lpPool: Apply = (call) => {
  const { x, window } = poolingWindow(call);
  if (!isPlain(window)) sized(call, window);
  const p = numberOf(call, "p", 2);
  const long = fitted(padded(p === 2 ? x.square() : x.abs().pow(p), window, 0), window);
  const total = sums(long, window);
  return p === 2 ? total.sqrt() : total.pow(1 / p);
};

const globally =
  (f: (x: Tensor, axes: readonly number[]) => Tensor): Apply =>
  (call) => {
    const x = input(call);
    if (x.rank < 3) throw invalidNode(call.node, `it takes images, and gets the shape [${x.shape}]`);
    return f(
      x,
      range(x.rank - 2).map((i) => i + 2),
    );
  };

const convolution: Apply = (call) => {
  const [x, w] = [input(call, 0), input(call, 1)];
  const groups = numberOf(call, "group", 1);
  if (
    x.rank < 3 ||
    w.rank !== x.rank ||
    !(groups >= 1) ||
    x.shape[1] !== w.shape[1]! * groups ||
    w.shape[0]! % groups !== 0
  )
    throw invalidNode(call.node, `its input [${x.shape}] and kernel [${w.shape}] do not fit, in ${groups} groups`);
  const kernel = numbersOf(call, "kernel_shape") ?? w.shape.slice(2);
  if (kernel.join() !== w.shape.slice(2).join())
    throw invalidNode(call.node, `its kernel_shape [${kernel}] is not that of [${w.shape}]`);
  const window = windowOf(call, x, kernel);
  const y = convolve(padded(x, window, 0), w, window, groups);
  const bias = call.inputs[2];
  return bias === undefined ? y : y.add(bias.reshape([bias.size, ...kernel.map(() => 1)]));
};

/** Over one axis as over two of which one has size 1; over three as a sum over the first of them. */
function convolve(x: Tensor, w: Tensor, window: Window, groups: number): Tensor {
  const { kernel, strides, dilations, counts } = window;
  if (kernel.length === 1) {
    const wide = (t: Tensor) => t.reshape([...t.shape.slice(0, 2), 1, t.shape[2]!]);
    const y = wide(x).conv2d(wide(w), { stride: [1, strides[0]!], dilation: [1, dilations[0]!], groups });
    return cut(y, 3, 0, counts[0]!).reshape([...y.shape.slice(0, 2), counts[0]!]);
  }
  if (kernel.length === 2) {
    const y = x.conv2d(w, { stride: pair(strides), dilation: pair(dilations), groups });
    return cut(cut(y, 2, 0, counts[0]!), 3, 0, counts[1]!);
  }
  const inner = {
    ...window,
    kernel: kernel.slice(1),
    strides: strides.slice(1),
    dilations: dilations.slice(1),
    counts: counts.slice(1),
  };
  if (kernel[0]! > mostPlaces) throw new RangeError(`a sum over ${kernel[0]} kernels, over ${mostPlaces}`);
  const [n, c] = x.shape as [number, number];
  const depth = counts[0]!;
  return range(kernel[0]!)
    .map((k) => {
      // [n, c, depth, …] → [n depth, c, …]
      const part = strided(x, 2, k * dilations[0]!, depth, strides[0]!);
      const rest = part.shape.slice(3);
      const front = part.transpose([0, 2, 1, ...rest.map((_, i) => i + 3)]).reshape([n * depth, c, ...rest]);
      const own = cut(w, 2, k, k + 1).reshape([...w.shape.slice(0, 2), ...w.shape.slice(3)]);
      const y = convolve(front, own, inner, groups);
      const apart = y.reshape([n, depth, ...y.shape.slice(1)]);
      return apart.transpose([0, 2, 1, ...y.shape.slice(2).map((_, i) => i + 3)]);
    })
    .reduce((sum, one) => sum.add(one));
}

/** The gradient of a convolution by its input, as an operator of its own. */
const transposed: Apply = (call) => {
  const [x, w] = [input(call, 0), input(call, 1)];
  const groups = numberOf(call, "group", 1);
  const axes = x.rank - 2;
  if (axes < 1 || axes > 2) throw refused(call.node, `it goes over ${axes} axes, where 1 and 2 are supported`);
  if (w.rank !== x.rank || w.shape[0] !== x.shape[1] || x.shape[1]! % groups !== 0)
    throw invalidNode(call.node, `its input [${x.shape}] and kernel [${w.shape}] do not fit, in ${groups} groups`);
  const kernel = w.shape.slice(2);
  const list = (name: string, byDefault: number) => numbersOf(call, name) ?? kernel.map(() => byDefault);
  const [strides, dilations, more] = [list("strides", 1), list("dilations", 1), list("output_padding", 0)];
  const whole = kernel.map((n, i) => strides[i]! * (x.shape[i + 2]! - 1) + dilations[i]! * (n - 1) + 1 + more[i]!);
  const auto = choiceOf(call, "auto_pad", "NOTSET", ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
  const asked = numbersOf(call, "output_shape")?.slice(-axes);
  const sizes = asked ?? (auto.startsWith("SAME") ? kernel.map((_, i) => x.shape[i + 2]! * strides[i]!) : undefined);
  const pads = numbersOf(call, "pads") ?? new Array<number>(2 * axes).fill(0);
  const cuts = kernel.map((_, i) => {
    if (sizes === undefined) return [pads[i]!, pads[axes + i]!] as const;
    const total = whole[i]! - sizes[i]!;
    const [small, large] = [Math.floor(total / 2), Math.ceil(total / 2)];
    return auto === "SAME_UPPER" ? ([small, large] as const) : ([large, small] as const);
  });
  const wide = (t: Tensor) => (axes === 1 ? t.reshape([...t.shape.slice(0, 2), 1, t.shape[2]!]) : t);
  const both = (numbers: readonly number[], one: number) =>
    axes === 1 ? ([one, numbers[0]!] as const) : pair(numbers);
  const outputs = w.shape[1]! * groups;
  const y = build([wide(w), wide(x)], (g, values) => {
    const floats = g.accepted("conv2d", values);
    const size = both(
      whole.map((n, i) => n - more[i]!),
      1,
    );
    return g.apply("conv2dInputGradient", floats, {
      stride: both(strides, 1),
      padding: [0, 0],
      dilation: both(dilations, 1),
      groups,
      inputShape: [x.shape[0]!, outputs, ...size],
    });
  });
  let z = axes === 1 ? y.reshape([x.shape[0]!, outputs, y.shape[3]!]) : y;
  cuts.forEach(([before, after], i) => {
    // Where more is asked for than there is, zeros.
    z = padAxis(z, i + 2, Math.max(0, -before), more[i]! + Math.max(0, -after));
    z = cut(z, i + 2, Math.max(0, before), z.shape[i + 2]! - Math.max(0, after));
  });
  const bias = call.inputs[2];
  return bias === undefined ? z : z.add(bias.reshape([bias.size, ...kernel.map(() => 1)]));
};

const windowNames = "auto_pad dilations kernel_shape pads strides";

export const windows = {
  AveragePool: op(`${windowNames} ceil_mode count_include_pad`, averagePool),
  Conv: op(`${windowNames} group`, convolution, { weights: [1, 2] }),
  ConvTranspose: op(`${windowNames} group output_padding output_shape`, transposed, { weights: [1, 2] }),
  GlobalAveragePool: op(
    "",
    globally((x, axes) => x.mean(axes, { keepDims: true })),
  ),
  GlobalMaxPool: op(
    "",
    globally((x, axes) => x.max(axes, { keepDims: true })),
  ),
  LpPool: op(`${windowNames} ceil_mode p`, lpPool),
  MaxPool: op(`${windowNames} ceil_mode storage_order`, maxPool, { narrow: "keeps" }),
} satisfies Record<string, OnnxOp>;
