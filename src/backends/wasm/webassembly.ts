// WebAssembly as bytes: instructions by the names of its specification, and modules of functions.
// https://webassembly.github.io/spec/core/binary/

const plainOpcodes = {
  nop: 0x01,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  br_if: 0x0d,
  drop: 0x1a,
  "local.get": 0x20,
  "local.set": 0x21,
  "i32.const": 0x41,
  "i32.eq": 0x46,
  "i32.lt_u": 0x49,
  "i32.add": 0x6a,
  "i32.mul": 0x6c,
  "i32.div_u": 0x6e,
  "i32.rem_u": 0x70,
} as const;

/** Behind the prefix 0xfd. */
const simdOpcodes = {
  "v128.load": 0x00,
  "v128.load32_splat": 0x09,
  "v128.store": 0x0b,
  "v128.const": 0x0c,
  "i32x4.eq": 0x37,
  "i32x4.ne": 0x38,
  "i32x4.lt_s": 0x39,
  "i32x4.gt_s": 0x3b,
  "i32x4.le_s": 0x3d,
  "i32x4.ge_s": 0x3f,
  "f32x4.eq": 0x41,
  "f32x4.ne": 0x42,
  "f32x4.lt": 0x43,
  "f32x4.gt": 0x44,
  "f32x4.le": 0x45,
  "f32x4.ge": 0x46,
  "v128.not": 0x4d,
  "v128.and": 0x4e,
  "v128.andnot": 0x4f,
  "v128.or": 0x50,
  "v128.xor": 0x51,
  "v128.bitselect": 0x52,
  "f32x4.ceil": 0x67,
  "f32x4.floor": 0x68,
  "f32x4.trunc": 0x69,
  "f32x4.nearest": 0x6a,
  "i32x4.abs": 0xa0,
  "i32x4.neg": 0xa1,
  "i32x4.shl": 0xab,
  "i32x4.shr_s": 0xac,
  "i32x4.shr_u": 0xad,
  "i32x4.add": 0xae,
  "i32x4.sub": 0xb1,
  "i32x4.mul": 0xb5,
  "i32x4.min_s": 0xb6,
  "i32x4.max_s": 0xb8,
  "f32x4.abs": 0xe0,
  "f32x4.neg": 0xe1,
  "f32x4.sqrt": 0xe3,
  "f32x4.add": 0xe4,
  "f32x4.sub": 0xe5,
  "f32x4.mul": 0xe6,
  "f32x4.div": 0xe7,
  "f32x4.min": 0xe8,
  "f32x4.max": 0xe9,
  "f32x4.pmin": 0xea,
  "f32x4.pmax": 0xeb,
  "i32x4.trunc_sat_f32x4_s": 0xf8,
  "f32x4.convert_i32x4_s": 0xfa,
  "f32x4.relaxed_madd": 0x105,
} as const;

export type SimdName = keyof typeof simdOpcodes;
export const simdNames = Object.keys(simdOpcodes) as readonly SimdName[];

export type InstructionName = keyof typeof plainOpcodes | SimdName;

const opcodes = new Map<InstructionName, { readonly prefix?: number; readonly opcode: number }>([
  ...Object.entries(plainOpcodes).map(([name, opcode]) => [name as InstructionName, { opcode }] as const),
  ...Object.entries(simdOpcodes).map(([name, opcode]) => [name as InstructionName, { prefix: 0xfd, opcode }] as const),
]);

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
  /** An instruction without immediate operands. */
  op(name: InstructionName): this {
    const { prefix, opcode } = opcodes.get(name)!;
    return prefix === undefined ? this.byte(opcode) : this.byte(prefix).unsigned(opcode);
  }

  localGet(local: number): this {
    return this.op("local.get").unsigned(local);
  }

  localSet(local: number): this {
    return this.op("local.set").unsigned(local);
  }

  i32Const(value: number): this {
    return this.op("i32.const").signed(value);
  }

  /** The same 32 bits in all four lanes. */
  splat(bits: number): this {
    this.op("v128.const");
    for (let lane = 0; lane < 4; lane++) {
      for (let shift = 0; shift < 32; shift += 8) this.byte((bits >> shift) & 255);
    }
    return this;
  }

  /** A load or store at an address from the stack plus `offset` bytes; no alignment is promised. */
  memory(name: "v128.load" | "v128.load32_splat" | "v128.store", offset: number): this {
    return this.op(name).unsigned(0).unsigned(offset);
  }

  /** Until its `end`, what `br_if` with this label goes back to. */
  loop(): this {
    return this.op("loop").byte(noResult);
  }

  /** Until its `end`, what happens where the top of the stack is not 0. */
  if(): this {
    return this.op("if").byte(noResult);
  }

  /** `label`: 0 is the innermost block. */
  brIf(label: number): this {
    return this.op("br_if").unsigned(label);
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
  return new ByteWriter().sized(body.bytes(code.written()).op("end")).written();
}

const section = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

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
  module.byte(section.type).sized(signatures);
  if (memory) {
    // A memory, shared and with a maximum, of any size.
    const imported = new ByteWriter().unsigned(1).text("env").text("memory").bytes([0x02, 0x03]);
    module.byte(section.import).sized(imported.unsigned(0).unsigned(65536));
  }
  module.byte(section.function).sized(declared);
  module.byte(section.export).sized(exported);
  return module.byte(section.code).sized(bodies).written();
}
