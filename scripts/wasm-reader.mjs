// Reads a WebAssembly module instruction by instruction, as far as the compiled machine needs it.
// https://webassembly.github.io/spec/core/binary/
import * as wasm from "../src/backends/wasm/webassembly-opcodes.ts";

export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  byte() {
    return this.bytes[this.at++];
  }
  /** An unsigned LEB128, or a signed one that nobody looks at. */
  leb() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      if (shift < 28) value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }
  skip(bytes) {
    this.at += bytes;
  }
  lebs(count) {
    for (let i = 0; i < count; i++) this.leb();
  }
}

/** From the first to the last, both included. */
export const between = (opcode, first, last) => opcode >= first && opcode <= last;
const prefixes = [wasm.MEMORY_COPY, wasm.V128_LOAD, wasm.ATOMIC_FENCE].map((opcode) => opcode >> 12);

/** Reads one instruction past its immediates; gives its opcode. */
export function readInstruction(reader) {
  const first = reader.byte();
  const opcode = prefixes.includes(first) ? first * 4096 + reader.leb() : first;
  readImmediates(reader, opcode);
  return opcode;
}

const hasLabelOrIndex = (opcode) =>
  between(opcode, wasm.BLOCK, wasm.IF) ||
  [wasm.BR, wasm.BR_IF, wasm.CALL, wasm.I32_CONST, wasm.I64_CONST, wasm.MEMORY_FILL].includes(opcode) ||
  between(opcode, wasm.LOCAL_GET, wasm.TABLE_SET);

/** An address: alignment and offset. */
const hasAddress = (opcode) =>
  between(opcode, wasm.I32_LOAD, wasm.I64_STORE32) ||
  between(opcode, wasm.V128_LOAD, wasm.V128_STORE) ||
  between(opcode, wasm.V128_LOAD8_LANE, wasm.V128_LOAD64_ZERO) ||
  (opcode >> 12 === wasm.ATOMIC_FENCE >> 12 && opcode !== wasm.ATOMIC_FENCE);

function readImmediates(reader, opcode) {
  if (hasLabelOrIndex(opcode)) reader.leb();
  else if (hasAddress(opcode)) {
    reader.lebs(2);
    if (between(opcode, wasm.V128_LOAD8_LANE, wasm.V128_STORE64_LANE)) reader.byte();
  } else if (opcode === wasm.CALL_INDIRECT || opcode === wasm.MEMORY_COPY) reader.lebs(2);
  else if (opcode === wasm.BR_TABLE) reader.lebs(reader.leb() + 1);
  else if (opcode === wasm.F32_CONST) reader.skip(4);
  else if (opcode === wasm.F64_CONST) reader.skip(8);
  else if (opcode === wasm.V128_CONST || opcode === wasm.I8X16_SHUFFLE) reader.skip(16);
  else if (
    [wasm.MEMORY_SIZE, wasm.MEMORY_GROW, wasm.ATOMIC_FENCE].includes(opcode) ||
    between(opcode, wasm.I8X16_EXTRACT_LANE_S, wasm.F64X2_REPLACE_LANE)
  )
    reader.byte();
  else if (!isAlone(opcode)) throw new Error(`fused-sites: instruction ${opcode.toString(16)} is not known here`);
}

/** Without immediates. */
const isAlone = (opcode) =>
  (opcode <= wasm.I64_EXTEND32_S && opcode !== wasm.SELECT_T) ||
  (opcode >> 12 === wasm.MEMORY_COPY >> 12 && opcode <= wasm.I64_TRUNC_SAT_F64_U) ||
  between(opcode, wasm.V128_LOAD, wasm.F64X2_CONVERT_LOW_I32X4_U);

/** Numbers of sections. */
export const section = { import: 2, function: 3, export: 7, start: 8, element: 9, code: 10 };

/** Content of a section by its number: { from, to }. Undefined where there is none. */
export function sectionOf(bytes, number) {
  const reader = new Reader(bytes);
  reader.skip(8);
  while (reader.at < bytes.length) {
    const own = reader.byte();
    const size = reader.leb();
    if (own === number) return { from: reader.at, to: reader.at + size };
    reader.skip(size);
  }
  return undefined;
}

/** Skips the local variables at the beginning of a function's body. */
export function skipLocals(reader) {
  for (let groups = reader.leb(); groups > 0; groups--) {
    reader.leb();
    reader.byte();
  }
}
