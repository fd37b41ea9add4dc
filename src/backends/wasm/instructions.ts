// The machine's language: instructions and the records inside them, field by field. The build writes from it the classes
// of the kernels (machine/instructions.generated.ts) and the order of fields for the encoder (tables.generated.ts).

/** One word each. "usize" is an address or a number of bytes. */
export type FieldType = "i32" | "u32" | "usize" | "f32";
export type Layout = Readonly<Record<string, FieldType>>;

/** The patches that a convolution reads: what the padded copy is cut from, and where patches lie in it. In elements. */
const window = {
  // Of a source plane.
  ...{ height: "i32", width: "i32" },
  // Rows and columns that a source element is apart in the padded copy: zeros between them.
  ...{ spacingH: "i32", spacingW: "i32" },
  // Zeros before the first row and column; negative where source rows are left out.
  ...{ paddingH: "i32", paddingW: "i32" },
  ...{ kh: "i32", kw: "i32" },
  ...{ dilationH: "i32", dilationW: "i32" },
  ...{ strideH: "i32", strideW: "i32" },
  // Of an output plane.
  ...{ oh: "i32", ow: "i32" },
  // Output rows in a block.
  rows: "i32",
} as const satisfies Layout;

/**
 * A product over patches. Then a window. `source` and `other`: x and w, dy and w, w and dy or x and dy, as the kernel says.
 * From `edge` on: where in the scratch space of a thread the kernel keeps what; 0 for what it does not use.
 */
const convolution = {
  ...{ source: "usize", other: "usize", output: "usize" },
  ...{ batch: "i32", groups: "i32", inChannels: "i32", outChannels: "i32", isBlas: "i32", isFlipped: "i32" },
  ...{ edge: "usize", table: "usize", flipped: "usize", strips: "usize", padded: "usize", panel: "usize" },
  patches: "usize",
} as const satisfies Layout;

/**
 * A 3 × 3 convolution by Winograd's transforms. Then a window, whose rows and columns are those of whole tiles. A block has
 * `images` images, or rows of tiles of one; an image has `down` × `across` tiles. Steps: bytes from one of the 36 values to the
 * next. From `table` on: places in the scratch space.
 */
const winograd = {
  ...{ source: "usize", kernel: "usize", output: "usize", batch: "i32", inChannels: "i32", outChannels: "i32" },
  ...{ isBlas: "i32", images: "i32", down: "i32", across: "i32", oh: "i32", ow: "i32" },
  ...{ kernelStep: "usize", valueStep: "usize", productStep: "usize" },
  ...{ table: "usize", padded: "usize", values: "usize", products: "usize" },
} as const satisfies Layout;

const directConvolution = {
  ...{ first: "usize", second: "usize", output: "usize" },
  ...{ batch: "i32", inChannels: "i32", height: "i32", width: "i32", outChannels: "i32" },
  ...{ kh: "i32", kw: "i32", oh: "i32", ow: "i32", strideH: "i32", strideW: "i32" },
  ...{ paddingH: "i32", paddingW: "i32", dilationH: "i32", dilationW: "i32", groups: "i32" },
} as const satisfies Layout;

/** `second`: dy of the gradient, u of the gather. */
const pooling = {
  ...{ x: "usize", second: "usize", y: "usize", planes: "i32", height: "i32", width: "i32", oh: "i32", ow: "i32" },
  ...{ kh: "i32", kw: "i32", strideH: "i32", strideW: "i32", paddingH: "i32", paddingW: "i32" },
} as const satisfies Layout;

/** Parts of instructions that stand behind their fields, as many as a field says. */
export const records = {
  window,
  /** An outer axis of COPY and TRANSPOSE: its size, and bytes from one element to the next. */
  copyAxis: { size: "i32", from: "i32", to: "i32" },
  /** A batch axis of MATMUL, in the same manner. */
  batchAxis: { size: "i32", x: "i32", y: "i32" },
  /** An operand of FUSED: its bits, its address, or the place of its register in the scratch space. */
  operand: { kind: "i32", value: "usize" },
  /** An input that is repeated, before its sizes and its strides in elements; the last axis is innermost. */
  broadcastOperand: { kind: "i32", register: "usize", address: "usize", rank: "i32" },
  /** A step of FUSED: places of its result and operands in the table of slots, in bytes. */
  step: { number: "i32", result: "usize", x: "usize", y: "usize", z: "usize" },
  /**
   * A part of ATTENTION: weights [batch, heads, queries, keys], rows [batch, time, heads, width] of queries and of keys. `z`: the weights of q and k,
   * or the gradient to the scores, of weights, dy and v. A product is written to the rows that it does not read.
   */
  attentionPart: {
    ...{ kind: "i32", weights: "usize", queryRows: "usize", keyRows: "usize", z: "usize", scale: "f32" },
    ...{ block: "i32", isBlas: "i32" },
  },
} as const satisfies Record<string, Layout>;

/** What instructions write that others read by name: a sketch, as sketchLayout of ops/sketch.ts has it, before its histogram. */
export const results = {
  sketchResult: {
    ...{ mean: "f32", rms: "f32", min: "f32", max: "f32" },
    ...{ nonFinite: "f32", zeros: "f32", subnormal: "f32", counted: "f32" },
  },
} as const satisfies Record<string, Layout>;

/** Every instruction; its opcode is its place in the list, from 1 on. */
export const instructions = {
  /** Then `fixed` operands that stay, `moving` ones that move with the block, and the steps. */
  fused: { elements: "i32", fixed: "i32", moving: "i32", steps: "i32" },
  /** z[m, n] = Σ_k x[m, k] y[k, n]: bytes from one row, column or k to the next. Then `axes` batch axes, innermost last. */
  matmul: {
    ...{ path: "i32", x: "usize", y: "usize", z: "usize", m: "i32", n: "i32", k: "i32" },
    ...{ xRow: "usize", xK: "usize", yK: "usize", yColumn: "usize", batches: "i32", axes: "i32" },
    // In the scratch space: a tile, a block of x, a block of y.
    ...{ edge: "usize", xBlock: "usize", yBlock: "usize" },
  },
  /** z[outer, inner] of x[outer, n, inner]; the last outer index has only `lastN`. `parameter`: a factor, or the correction. */
  reduce: {
    ...{ kind: "i32", element: "i32", x: "usize", z: "usize", outer: "i32", n: "i32", inner: "i32" },
    ...{ parameter: "f32", lastN: "i32" },
  },
  softmax: { isLogarithm: "i32", x: "usize", y: "usize", outer: "i32", n: "i32", inner: "i32" },
  /** Then `parts` of it, which a thread computes one after the other for each head, or block by block where there is one. */
  attention: {
    ...{ parts: "i32", batch: "i32", heads: "i32", queries: "i32", keys: "i32", width: "i32", isCausal: "i32" },
    ...{ edge: "usize", xBlock: "usize", yBlock: "usize" },
  },
  /** Rows of n elements, `fromStep` and `toStep` bytes apart. Then `axes` outer axes, innermost last. */
  copy: { from: "usize", to: "usize", rows: "i32", axes: "i32", n: "i32", fromStep: "usize", toStep: "usize" },
  /** to[r, c] = from[c, r] of each plane, rows in bytes. Then `axes` outer axes, innermost last. */
  transpose: {
    ...{ from: "usize", to: "usize", planes: "i32", axes: "i32", rows: "i32", columns: "i32" },
    ...{ fromRow: "usize", toRow: "usize" },
  },
  fill: { to: "usize", n: "i32", bits: "i32" },
  /** y[i, :] = x[indices[i], :], rows of `width` words. */
  gather: { x: "usize", indices: "usize", y: "usize", count: "i32", rows: "i32", width: "i32" },
  /** y = 0, then y[indices[i], :] += updates[i, :] */
  scatterAdd: {
    ...{ indices: "usize", updates: "usize", y: "usize", count: "i32", rows: "i32", width: "i32", element: "i32" },
  },
  /** y[outer, n, inner] = index along n */
  iota: { y: "usize", outer: "i32", n: "i32", inner: "i32", element: "i32" },
  random: { distribution: "i32", key: "usize", y: "usize", elements: "i32", stream: "u32", block: "u32" },
  conv2d: convolution,
  conv2dWeightGradient: convolution,
  conv2dScatteredGradient: convolution,
  /** Bytes from one output's or input's weights to the next, and from one of the 36 values to the next. */
  winogradKernel: {
    ...{ w: "usize", to: "usize", inChannels: "i32", outChannels: "i32", inStep: "usize", outStep: "usize" },
    ...{ step: "usize", isFlipped: "i32", isBlas: "i32" },
  },
  winogradConv2d: winograd,
  /**
   * Then windows of x and of dy. The sums over `parts` parts of the batch, for blocks of so many outputs and inputs. `source` is x,
   * `other` dy; the rest as for winogradConv2d.
   */
  winogradWeightGradient: {
    ...{ source: "usize", other: "usize", output: "usize", batch: "i32", inChannels: "i32", outChannels: "i32" },
    ...{ isBlas: "i32", images: "i32", down: "i32", across: "i32", parts: "i32", outBlock: "i32", inBlock: "i32" },
    ...{ valueStep: "usize", gradientStep: "usize", productStep: "usize" },
    ...{ table: "usize", padded: "usize", values: "usize", gradients: "usize", products: "usize" },
  },
  maxPool2d: pooling,
  maxPool2dGradient: pooling,
  maxPool2dGather: pooling,
  avgPool2d: pooling,
  avgPool2dGradient: pooling,
  directConv2d: directConvolution,
  directInputGradient: directConvolution,
  directWeightGradient: directConvolution,
  /** A generated function, by its place in the machine's table. */
  call: { index: "i32", vectors: "i32" },
  /** Partial results of SKETCH_PIECE elements each. */
  sketch: { x: "usize", n: "i32", partials: "usize" },
  sketchEnd: { partials: "usize", count: "i32", n: "i32", z: "usize" },
  /** The n elements at y become their sums over all ranks. */
  allReduce: { y: "usize", n: "i32", element: "i32" },
} as const satisfies Record<string, Layout>;

export type InstructionName = keyof typeof instructions;
export type RecordName = keyof typeof records;
type ValuesOf<L> = { readonly [F in keyof L]: number };
export type InstructionFields<N extends InstructionName> = ValuesOf<(typeof instructions)[N]>;
export type RecordFields<N extends RecordName> = ValuesOf<(typeof records)[N]>;

export const opcodeOf = (name: InstructionName): number => Object.keys(instructions).indexOf(name) + 1;
