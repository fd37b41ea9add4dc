// Fused kernels as WebAssembly functions of their own: a pass over the elements with every value in a register.
import * as code from "./machine/opcodes.ts";

/** Where an operand comes from. Addresses are constants: the code is made for one memory. */
export type Source =
  | { readonly kind: "number"; readonly bits: number }
  | { readonly kind: "scalar"; readonly address: number }
  | { readonly kind: "elements"; readonly address: number }
  /** [n] on [m, n], or [m, 1] on [m, n], with n a multiple of four. */
  | { readonly kind: "row" | "column"; readonly address: number; readonly n: number }
  /** [planes, 1] on [m, planes, n], with n a multiple of four. */
  | { readonly kind: "plane"; readonly address: number; readonly n: number; readonly planes: number }
  | { readonly kind: "step"; readonly index: number };

export interface GeneratedStep {
  readonly step: number;
  readonly operands: readonly Source[];
}

export interface Generated {
  readonly steps: readonly GeneratedStep[];
  readonly outputs: readonly { readonly source: Source; readonly address: number }[];
}

const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
};
const signed = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const isLast = rest >= -64 && rest < 64;
    bytes.push((rest & 127) | (isLast ? 0 : 128));
    if (isLast) return bytes;
  }
};
const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const text = (name: string): number[] => vector([...name].map((character) => [character.charCodeAt(0)]));

// Instructions, by the names of the WebAssembly specification.
const get = (local: number) => [0x20, ...unsigned(local)];
const set = (local: number) => [0x21, ...unsigned(local)];
const i32 = (value: number) => [0x41, ...signed(value)];
const [add, remainder, divide, multiply] = [0x6a, 0x70, 0x6e, 0x6c] as const;
const equal = 0x46;
const lessUnsigned = 0x49;
const simd = (opcode: number, ...rest: number[]): number[] => [0xfd, ...unsigned(opcode), ...rest];
const loadVector = (offset: number) => simd(0x00, 0, ...unsigned(offset));
const loadSplat = (offset: number) => simd(0x09, 0, ...unsigned(offset));
const storeVector = (offset: number) => simd(0x0b, 0, ...unsigned(offset));
const splat = (bits: number) => {
  const bytes = [bits & 255, (bits >> 8) & 255, (bits >> 16) & 255, (bits >> 24) & 255];
  return simd(0x0c, ...bytes, ...bytes, ...bytes, ...bytes);
};
const one = splat(0x3f800000);
const zero = splat(0);
const [and, select] = [simd(0x4e), simd(0x52)] as const;

type Emit = (...operands: readonly number[][]) => number[];
const plain =
  (...opcodes: number[]): Emit =>
  (...operands) => [...operands.flat(), ...opcodes.flatMap((opcode) => simd(opcode))];
/** A comparison, as 0 or 1. */
const compare =
  (opcode: number): Emit =>
  (...operands) => [...operands.flat(), ...simd(opcode), ...one, ...and];

/** The steps that take few instructions, each as the interpreter's step of the same number computes it. */
const emitters: ReadonlyMap<number, Emit> = new Map<number, Emit>([
  [code.STEP_COPY, (x) => x!],
  [code.STEP_NEG, plain(0xe1)],
  [code.STEP_SQRT, plain(0xe3)],
  [code.STEP_RSQRT, (x) => [...one, ...x!, ...simd(0xe3), ...simd(0xe7)]],
  [code.STEP_RECIPROCAL, (x) => [...one, ...x!, ...simd(0xe7)]],
  [code.STEP_SQUARE, (x) => [...x!, ...x!, ...simd(0xe6)]],
  [code.STEP_ABS, plain(0xe0)],
  [code.STEP_FLOOR, plain(0x68)],
  [code.STEP_RELU, (x) => [...x!, ...zero, ...simd(0xeb)]],
  [code.STEP_LEAKY_RELU, (x, y) => [...x!, ...y!, ...simd(0xe6), ...x!, ...x!, ...zero, ...simd(0x43), ...select]],
  [code.STEP_ADD, plain(0xe4)],
  [code.STEP_SUB, plain(0xe5)],
  [code.STEP_MUL, plain(0xe6)],
  [code.STEP_DIV, plain(0xe7)],
  [code.STEP_MAXIMUM, plain(0xe9)],
  [code.STEP_MINIMUM, plain(0xe8)],
  [code.STEP_EQUAL, compare(0x41)],
  [code.STEP_NOT_EQUAL, compare(0x42)],
  [code.STEP_LESS, compare(0x43)],
  [code.STEP_LESS_EQUAL, compare(0x45)],
  [code.STEP_WHERE, (x, y, condition) => [...x!, ...y!, ...condition!, ...zero, ...simd(0x42), ...select]],
  [code.STEP_IS_FINITE, (x) => [...x!, ...simd(0xe0), ...splat(0x7f800000), ...simd(0x43), ...one, ...and]],
  [code.STEP_FLOAT_TO_INT, plain(0xf8)],
  [code.STEP_INT_TO_FLOAT, plain(0xfa)],
  [code.STEP_FLOAT_TO_BOOL, (x) => [...x!, ...zero, ...simd(0x42), ...one, ...and]],
  [code.STEP_INT_TO_BOOL, (x) => [...x!, ...zero, ...simd(0x38), ...one, ...and]],
  [code.STEP_INT_NEG, plain(0xa1)],
  [code.STEP_INT_ABS, plain(0xa0)],
  [code.STEP_INT_SQUARE, (x) => [...x!, ...x!, ...simd(0xb5)]],
  [code.STEP_INT_ADD, plain(0xae)],
  [code.STEP_INT_SUB, plain(0xb1)],
  [code.STEP_INT_MUL, plain(0xb5)],
  [code.STEP_INT_MAXIMUM, plain(0xb8)],
  [code.STEP_INT_MINIMUM, plain(0xb6)],
  [code.STEP_INT_EQUAL, compare(0x37)],
  [code.STEP_INT_NOT_EQUAL, compare(0x38)],
  [code.STEP_INT_LESS, compare(0x39)],
  [code.STEP_INT_LESS_EQUAL, compare(0x3d)],
]);

/** Whether a step has code; the others (exponentials and the like) are the interpreter's. */
export const canGenerate = (step: number): boolean => emitters.has(step);

const keyOf = (source: Source): string => Object.values(source).join(" ");

/** Where in rows of n elements the loop is: bytes into the row, and four times the row, from 0 again after `planes`. */
interface Counter {
  readonly n: number;
  readonly planes: number | undefined;
  readonly column: number;
  readonly row: number;
}

const counterKey = (source: Extract<Source, { readonly n: number }>): string =>
  "planes" in source ? `${source.n} of ${source.planes}` : `${source.n}`;

// Locals: from and to are vectors, then bytes; then the counters; then vectors.
const [FROM, TO] = [0, 1];

/** The body of a function (from, to): vectors [from, to) of all operands. */
export function functionBody({ steps, outputs }: Generated): number[] {
  let locals = 2;
  const place = new Map<string, number>();
  const vectors: number[] = [];
  const newVector = (): number => {
    vectors.push(0);
    return -vectors.length;
  };
  // Vector locals come after the counters; they are numbered when all counters are known.
  const sources = [...steps.flatMap(({ operands }) => operands), ...outputs.map(({ source }) => source)];
  const unique = [...new Map(sources.map((source) => [keyOf(source), source])).values()];
  const moving = unique.filter((source) => "n" in source || source.kind === "elements");
  const counters = new Map<string, Counter>();
  for (const source of moving) {
    if ("n" in source && !counters.has(counterKey(source))) {
      const planes = "planes" in source ? source.planes : undefined;
      counters.set(counterKey(source), { n: source.n, planes, column: locals++, row: locals++ });
    }
  }
  const first = locals;
  const local = (vectorIndex: number) => first - vectorIndex - 1;
  for (const source of unique) if (source.kind !== "number") place.set(keyOf(source), newVector());
  const results = steps.map((_, index) => place.get(keyOf({ kind: "step", index })) ?? newVector());

  const operand = (source: Source): number[] =>
    source.kind === "number" ? splat(source.bits) : get(local(place.get(keyOf(source))!));

  const body: number[] = [];
  // Bytes instead of vectors.
  for (const bound of [FROM, TO]) body.push(...get(bound), ...i32(16), multiply, ...set(bound));
  for (const { n, planes, column, row } of counters.values()) {
    body.push(...get(FROM), ...i32(n * 4), remainder, ...set(column));
    body.push(...get(FROM), ...i32(n * 4), divide);
    if (planes !== undefined) body.push(...i32(planes), remainder);
    body.push(...i32(4), multiply, ...set(row));
  }
  for (const source of unique) {
    if (source.kind !== "scalar") continue;
    body.push(...i32(0), ...loadSplat(source.address), ...set(local(place.get(keyOf(source))!)));
  }
  body.push(0x03, 0x40); // loop
  for (const source of moving) {
    const to = set(local(place.get(keyOf(source))!));
    if (!("n" in source)) {
      body.push(...get(FROM), ...loadVector(source.address), ...to);
      continue;
    }
    const { column, row } = counters.get(counterKey(source))!;
    if (source.kind === "row") body.push(...get(column), ...loadVector(source.address), ...to);
    else body.push(...get(row), ...loadSplat(source.address), ...to);
  }
  steps.forEach(({ step, operands }, i) => {
    body.push(...emitters.get(step)!(...operands.map(operand)), ...set(local(results[i]!)));
  });
  for (const { source, address } of outputs) body.push(...get(FROM), ...operand(source), ...storeVector(address));
  for (const { n, planes, column, row } of counters.values()) {
    body.push(...get(column), ...i32(16), add, ...set(column));
    body.push(...get(column), ...i32(n * 4), equal, 0x04, 0x40); // if
    body.push(...i32(0), ...set(column), ...get(row), ...i32(4), add, ...set(row));
    if (planes !== undefined) {
      body.push(...get(row), ...i32(planes * 4), equal, 0x04, 0x40, ...i32(0), ...set(row), 0x0b);
    }
    body.push(0x0b); // end
  }
  body.push(...get(FROM), ...i32(16), add, ...set(FROM));
  body.push(...get(FROM), ...get(TO), lessUnsigned, 0x0d, 0x00, 0x0b, 0x0b); // br_if loop; end; end
  const declared = vector([
    [...unsigned(first - 2), 0x7f],
    [...unsigned(vectors.length), 0x7b],
  ]);
  const whole = [...declared, ...body];
  return [...unsigned(whole.length), ...whole];
}

/** A module of functions (from, to) on an imported shared memory, exported as "0", "1", …. */
export function moduleBytes(bodies: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  const signature = [0x60, ...vector([[0x7f], [0x7f]]), ...vector([])];
  const memory = [...text("env"), ...text("memory"), 0x02, 0x03, ...unsigned(0), ...unsigned(65536)];
  return Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(1, vector([signature])),
    ...section(2, vector([memory])),
    ...section(3, vector(bodies.map(() => [0]))),
    ...section(7, vector(bodies.map((_, i) => [...text(`${i}`), 0x00, ...unsigned(i)]))),
    ...section(10, vector(bodies)),
  );
}
