// Fused kernels as WebAssembly functions of their own: a pass over the elements with every value in a register.
import type { Step } from "./step-table.ts";
import { encodeFunction, type FunctionBody, InstructionWriter, moduleBytes } from "./webassembly.ts";
import * as wasm from "./webassembly-opcodes.ts";

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

export interface Generated {
  /** Steps that have a template. */
  readonly steps: readonly { readonly step: Step; readonly operands: readonly Source[] }[];
  readonly outputs: readonly { readonly source: Source; readonly address: number }[];
}

const keyOf = (source: Source): string => Object.values(source).join(" ");

/** Where in rows of n elements the loop is: bytes into the row, and four times the row, from 0 again after `planes`. */
interface Counter {
  readonly n: number;
  readonly planes: number | undefined;
  /** Locals. */
  readonly column: number;
  readonly row: number;
}

type Counted = Extract<Source, { readonly n: number }>;

const counterKey = (source: Counted): string =>
  "planes" in source ? `${source.n} of ${source.planes}` : `${source.n}`;

// Locals: from and to are vectors, then bytes; then the counters; then vectors.
const [FROM, TO] = [0, 1];
const VECTOR_BYTES = 16;

/** Which local holds what. */
class Locals {
  readonly counters = new Map<string, Counter>();
  /** All operands and outputs, each once. */
  readonly sources: readonly Source[];
  readonly #vectors = new Map<string, number>();
  readonly #firstVector: number;

  constructor({ steps, outputs }: Generated) {
    const all = [...steps.flatMap(({ operands }) => operands), ...outputs.map(({ source }) => source)];
    this.sources = [...new Map(all.map((source) => [keyOf(source), source])).values()];
    let next = TO + 1;
    for (const source of this.sources) {
      if (!("n" in source) || this.counters.has(counterKey(source))) continue;
      const planes = "planes" in source ? source.planes : undefined;
      this.counters.set(counterKey(source), { n: source.n, planes, column: next, row: next + 1 });
      next += 2;
    }
    this.#firstVector = next;
    const ofSteps = steps.map((_, index): Source => ({ kind: "step", index }));
    for (const source of [...this.sources, ...ofSteps]) {
      const key = keyOf(source);
      if (source.kind !== "number" && !this.#vectors.has(key)) this.#vectors.set(key, next++);
    }
  }

  counterOf(source: Counted): Counter {
    return this.counters.get(counterKey(source))!;
  }

  /** The vector of a source that is not a number. */
  of(source: Source): number {
    return this.#vectors.get(keyOf(source))!;
  }

  /** As a function declares them: its two parameters come before. */
  declared(): FunctionBody["locals"] {
    return [
      { count: this.#firstVector - (TO + 1), type: "i32" },
      { count: this.#vectors.size, type: "v128" },
    ];
  }
}

/** Bytes in place of vectors, the counters where `from` lies, and operands that are the same for all elements. */
function writeStart(code: InstructionWriter, locals: Locals): void {
  for (const bound of [FROM, TO]) code.localGet(bound).i32Const(VECTOR_BYTES).op(wasm.I32_MUL).localSet(bound);
  for (const { n, planes, column, row } of locals.counters.values()) {
    code
      .localGet(FROM)
      .i32Const(n * 4)
      .op(wasm.I32_REM_U)
      .localSet(column);
    code
      .localGet(FROM)
      .i32Const(n * 4)
      .op(wasm.I32_DIV_U);
    if (planes !== undefined) code.i32Const(planes).op(wasm.I32_REM_U);
    code.i32Const(4).op(wasm.I32_MUL).localSet(row);
  }
  for (const source of locals.sources) {
    if (source.kind !== "scalar") continue;
    code.i32Const(0).memory(wasm.V128_LOAD32_SPLAT, source.address).localSet(locals.of(source));
  }
}

/** The operands of this turn. */
function writeLoads(code: InstructionWriter, locals: Locals): void {
  for (const source of locals.sources) {
    if (source.kind === "elements") code.localGet(FROM).memory(wasm.V128_LOAD, source.address);
    else if (source.kind === "row")
      code.localGet(locals.counterOf(source).column).memory(wasm.V128_LOAD, source.address);
    else if (source.kind === "column" || source.kind === "plane")
      code.localGet(locals.counterOf(source).row).memory(wasm.V128_LOAD32_SPLAT, source.address);
    else continue;
    code.localSet(locals.of(source));
  }
}

/** The counters, one vector on. */
function writeCounting(code: InstructionWriter, locals: Locals): void {
  for (const { n, planes, column, row } of locals.counters.values()) {
    code.localGet(column).i32Const(VECTOR_BYTES).op(wasm.I32_ADD).localSet(column);
    code
      .localGet(column)
      .i32Const(n * 4)
      .op(wasm.I32_EQ)
      .if();
    code.i32Const(0).localSet(column).localGet(row).i32Const(4).op(wasm.I32_ADD).localSet(row);
    if (planes !== undefined) {
      code
        .localGet(row)
        .i32Const(planes * 4)
        .op(wasm.I32_EQ)
        .if()
        .i32Const(0)
        .localSet(row)
        .op(wasm.END);
    }
    code.op(wasm.END);
  }
}

/** A function (from, to) for a code section: vectors [from, to) of all operands. */
export function functionOf(generated: Generated): Uint8Array {
  const locals = new Locals(generated);
  const code = new InstructionWriter();
  const push = (source: Source): void => {
    if (source.kind === "number") code.splat(source.bits);
    else code.localGet(locals.of(source));
  };
  writeStart(code, locals);
  code.loop();
  writeLoads(code, locals);
  generated.steps.forEach(({ step, operands }, index) => {
    for (const part of step.template.match(/[xyz]|../g)!) {
      const operand = operands["xyz".indexOf(part)];
      if (operand) push(operand);
      else code.byte(Number.parseInt(part, 16));
    }
    code.localSet(locals.of({ kind: "step", index }));
  });
  for (const { source, address } of generated.outputs) {
    code.localGet(FROM);
    push(source);
    code.memory(wasm.V128_STORE, address);
  }
  writeCounting(code, locals);
  code.localGet(FROM).i32Const(VECTOR_BYTES).op(wasm.I32_ADD).localSet(FROM);
  code.localGet(FROM).localGet(TO).op(wasm.I32_LT_U).brIf(0).op(wasm.END);
  return encodeFunction({ locals: locals.declared(), code });
}

export interface CalledFunction {
  /** Which function of the module. */
  readonly index: number;
  readonly vectors: number;
}

/** A function that calls others of its module, one after the other, each for all its vectors. */
export function sequenceOf(calls: readonly CalledFunction[]): Uint8Array {
  const code = new InstructionWriter();
  for (const { index, vectors } of calls) code.i32Const(0).i32Const(vectors).call(index);
  return encodeFunction({ locals: [], code });
}

/** A module of functions (from, to) on the machine's memory, exported as "0", "1", …. */
export const functionsModule = (functions: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  moduleBytes({ parameters: ["i32", "i32"], functions, memory: true });
