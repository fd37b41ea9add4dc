// WebAssembly as bytes: instructions, and modules of functions.
// https://webassembly.github.io/spec/core/binary/

import * as wasm from "./webassembly-opcodes.ts";

const types = { i32: 0x7f, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

/** A block or a loop that takes and leaves nothing. */
const noResult = 0x40;

/** A growing list of bytes. Every method returns the writer. */
export class ByteWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #grow(by: number): void {
    const needed = this.#length + by;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  byte(value: number): this {
    this.#grow(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    this.#grow(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  /** LEB128 of 0 ≤ value < 2³². */
  unsigned(value: number): this {
    let rest = value >>> 0;
    for (; rest > 127; rest >>>= 7) this.byte((rest & 127) | 128);
    return this.byte(rest);
  }

  /** Signed LEB128 of −2³¹ ≤ value < 2³¹. */
  signed(value: number): this {
    let rest = value | 0;
    for (; rest < -64 || rest >= 64; rest >>= 7) this.byte((rest & 127) | 128);
    return this.byte(rest & 127);
  }

  /** Bytes behind their number. */
  sized(content: ByteWriter): this {
    return this.unsigned(content.length).bytes(content.written());
  }

  /** ASCII behind its length. */
  text(value: string): this {
    this.unsigned(value.length);
    for (let i = 0; i < value.length; i++) this.byte(value.charCodeAt(i));
    return this;
  }

  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Instructions, one behind the other. Every method returns the writer. */
export class InstructionWriter extends ByteWriter {
  /** An instruction of webassembly-opcodes.ts, without its immediate operands. */
  op(opcode: number): this {
    return opcode < 256 ? this.byte(opcode) : this.byte(opcode >> 12).unsigned(opcode & 0xfff);
  }

  localGet(local: number): this {
    return this.op(wasm.LOCAL_GET).unsigned(local);
  }

  localSet(local: number): this {
    return this.op(wasm.LOCAL_SET).unsigned(local);
  }

  i32Const(value: number): this {
    return this.op(wasm.I32_CONST).signed(value);
  }

  /** The same 32 bits in all four lanes. */
  splat(bits: number): this {
    this.op(wasm.V128_CONST);
    for (let lane = 0; lane < 4; lane++) {
      for (let shift = 0; shift < 32; shift += 8) this.byte((bits >> shift) & 255);
    }
    return this;
  }

  /** A load or store at an address from the stack plus `offset` bytes; no alignment is promised. */
  memory(opcode: number, offset: number): this {
    return this.op(opcode).unsigned(0).unsigned(offset);
  }

  /** Until its `end`, what `br_if` with this label goes back to. */
  loop(): this {
    return this.op(wasm.LOOP).byte(noResult);
  }

  /** Until its `end`, what happens where the top of the stack is not 0. */
  if(): this {
    return this.op(wasm.IF).byte(noResult);
  }

  /** `label`: 0 is the innermost block. */
  brIf(label: number): this {
    return this.op(wasm.BR_IF).unsigned(label);
  }

  /** A function by its place in the module. */
  call(index: number): this {
    return this.op(wasm.CALL).unsigned(index);
  }
}

/** Locals behind the parameters, in runs of one type, and the instructions without the last `end`. */
export interface FunctionBody {
  readonly locals: readonly { readonly count: number; readonly type: ValueType }[];
  readonly code: InstructionWriter;
}

/** What a code section says of a function. */
export function encodeFunction({ locals, code }: FunctionBody): Uint8Array {
  const body = new InstructionWriter().unsigned(locals.length);
  for (const { count, type } of locals) body.unsigned(count).byte(types[type]);
  return new ByteWriter().sized(body.bytes(code.written()).op(wasm.END)).written();
}

// Numbers of sections.
const TYPE = 1;
const IMPORT = 2;
const FUNCTION = 3;
const EXPORT = 7;
const CODE = 10;

export interface ModuleOptions {
  /** Of every function; no results. */
  readonly parameters: readonly ValueType[];
  /** Functions as `encodeFunction` gives them; they are exported as "0", "1", …. */
  readonly functions: readonly Uint8Array[];
  /** Whether the functions use the shared memory "env" "memory". */
  readonly memory?: boolean;
}

export function moduleBytes({ parameters, functions, memory }: ModuleOptions): Uint8Array<ArrayBuffer> {
  const signatures = new ByteWriter().unsigned(1).byte(0x60).unsigned(parameters.length);
  for (const type of parameters) signatures.byte(types[type]);
  signatures.unsigned(0);
  const declared = new ByteWriter().unsigned(functions.length);
  const exported = new ByteWriter().unsigned(functions.length);
  const bodies = new ByteWriter().unsigned(functions.length);
  functions.forEach((body, i) => {
    declared.unsigned(0);
    exported.text(`${i}`).byte(0).unsigned(i);
    bodies.bytes(body);
  });
  const module = new ByteWriter().bytes([0, 97, 115, 109, 1, 0, 0, 0]);
  module.byte(TYPE).sized(signatures);
  if (memory) {
    // A memory, shared and with a maximum, of any size.
    const imported = new ByteWriter().unsigned(1).text("env").text("memory").bytes([0x02, 0x03]);
    module.byte(IMPORT).sized(imported.unsigned(0).unsigned(65536));
  }
  module.byte(FUNCTION).sized(declared);
  module.byte(EXPORT).sized(exported);
  return module.byte(CODE).sized(bodies).written();
}
