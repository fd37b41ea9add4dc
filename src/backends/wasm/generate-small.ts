// Products and sums of a few elements as functions of their own, in one straight line: what an instruction is read by and looped over takes longer
// than they do. The bits are those of the kernels: the same sums, in the same order.
import { encodeFunction, InstructionWriter } from "./webassembly.ts";
import * as wasm from "./webassembly-opcodes.ts";

/** Vectors of multiply-adds, or of additions, up to which a straight line is short enough. */
const most = 48;

/** z[m, n] = Σ x[m, k] y[k, n]: addresses, and bytes from one row, one column, one k to the next. */
export interface SmallProduct {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly xRow: number;
  readonly xK: number;
  readonly yK: number;
  readonly yColumn: number;
}

/** z[outer, inner] = scale · Σ x[outer, n, inner]. */
export interface SmallSum {
  readonly x: number;
  readonly z: number;
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  readonly scale: number;
}

/** Locals behind the two parameters, which are not used. */
const firstLocal = 2;

const blocks = (columns: number): { readonly column: number; readonly count: number }[] =>
  Array.from({ length: Math.ceil(columns / 4) }, (_, i) => ({ column: 4 * i, count: Math.min(4, columns - 4 * i) }));

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

class Writer extends InstructionWriter {
  load(opcode: number, address: number): this {
    return this.i32Const(0).memory(opcode, address);
  }

  lane(opcode: number, address: number, lane: number): this {
    return this.memory(opcode, address).byte(lane);
  }

  /** The first `count` lanes of a local, to an address. */
  store(local: number, address: number, count: number): this {
    this.i32Const(0).localGet(local);
    if (count === 4) return this.memory(wasm.V128_STORE, address);
    if (count === 1) return this.lane(wasm.V128_STORE32_LANE, address, 0);
    this.lane(wasm.V128_STORE64_LANE, address, 0);
    if (count === 3)
      this.i32Const(0)
        .localGet(local)
        .lane(wasm.V128_STORE32_LANE, address + 8, 2);
    return this;
  }
}

/**
 * A product whose sums go along k one by one: what `rows` and `shortDots` of matmul.ts compute. `isRelaxed`: multiplies and adds in one rounding,
 * as that build does. Undefined where it is not small.
 */
export function smallProduct(product: SmallProduct, isRelaxed: boolean): Uint8Array | undefined {
  const { x, z, m, n, k, xRow, xK, yColumn, y, yK } = product;
  const wide = blocks(n);
  if (m * wide.length * k > most) return undefined;
  const code = new Writer();
  const columns = new Map<string, number>();
  let next = firstLocal;
  for (const { column, count } of wide)
    for (const q of range(k)) {
      const local = next++;
      columns.set(`${column} ${q}`, local);
      if (yColumn === 4) {
        code.load(wasm.V128_LOAD, y + q * yK + 4 * column).localSet(local);
        continue;
      }
      const at = y + q * yK + column * yColumn;
      code.load(wasm.V128_LOAD32_ZERO, at).localSet(local);
      for (const lane of range(count).slice(1))
        code
          .i32Const(0)
          .localGet(local)
          .lane(wasm.V128_LOAD32_LANE, at + lane * yColumn, lane)
          .localSet(local);
    }
  const sum = next++;
  for (const row of range(m))
    for (const { column, count } of wide) {
      code.splat(0).localSet(sum);
      for (const q of range(k)) {
        code.load(wasm.V128_LOAD32_SPLAT, x + row * xRow + q * xK).localGet(columns.get(`${column} ${q}`)!);
        if (!isRelaxed) code.op(wasm.F32X4_MUL);
        code
          .localGet(sum)
          .op(isRelaxed ? wasm.F32X4_RELAXED_MADD : wasm.F32X4_ADD)
          .localSet(sum);
      }
      code.store(sum, z + 4 * (row * n + column), count);
    }
  return encodeFunction({ locals: [{ count: next - firstLocal, type: "v128" }], code });
}

/** The lanes of the top of the stack put in another order. */
const shuffled = (code: Writer, local: number, lanes: readonly number[]): Writer =>
  code
    .localGet(local)
    .localGet(local)
    .op(wasm.I8X16_SHUFFLE)
    .bytes(lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)));

/** Sums as `reduce` of reduce.ts adds them up. Undefined where they are not small. */
export function smallSum({ x, z, outer, n, inner, scale }: SmallSum): Uint8Array | undefined {
  const isRow = inner === 1;
  if (isRow ? n > 4 || outer > most : outer * n * Math.ceil(inner / 4) > most) return undefined;
  const code = new Writer();
  const sum = firstLocal;
  const end = (address: number, count: number): void => {
    if (scale !== 1) code.localGet(sum).splat(bitsOf(scale)).op(wasm.F32X4_MUL).localSet(sum);
    code.store(sum, address, count);
  };
  for (const i of range(outer)) {
    if (isRow) {
      code.load(wasm.V128_LOAD, x + 4 * i * n);
      if (n < 4) code.op(wasm.V128_CONST).bytes(range(16).map((byte) => (byte < 4 * n ? 255 : 0)));
      if (n < 4) code.op(wasm.V128_AND);
      code.localSet(sum);
      for (const lanes of [
        [2, 3, 0, 1],
        [1, 0, 3, 2],
      ])
        shuffled(code.localGet(sum), sum, lanes).op(wasm.F32X4_ADD).localSet(sum);
      end(z + 4 * i, 1);
      continue;
    }
    for (const { column, count } of blocks(inner)) {
      code.splat(0);
      for (const row of range(n))
        code.load(wasm.V128_LOAD, x + 4 * ((i * n + row) * inner + column)).op(wasm.F32X4_ADD);
      code.localSet(sum);
      end(z + 4 * (i * inner + column), count);
    }
  }
  return encodeFunction({ locals: [{ count: 1, type: "v128" }], code });
}

const bitsOf = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]!;
