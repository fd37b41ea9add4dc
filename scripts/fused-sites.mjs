// Where a compiled machine multiplies and then adds vectors of float32, so that both can become one fused instruction.
//
// f32x4.add of a product and of a value that only pushes, loads and pure operations make is
//     a b f32x4.mul … f32x4.add        and can become        a b nop nop nop … f32x4.relaxed_madd
// in place, since a f32x4.mul, three nops, a f32x4.add and a relaxed_madd all take three bytes.
// Instructions: https://webassembly.github.io/spec/core/binary/instructions.html

import * as wasm from "../src/backends/wasm/webassembly-opcodes.ts";

class Reader {
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

const between = (opcode, first, last) => opcode >= first && opcode <= last;
const prefixes = [wasm.MEMORY_COPY, wasm.V128_LOAD, wasm.ATOMIC_FENCE].map((opcode) => opcode >> 12);

/** Reads one instruction past its immediates; gives its opcode. */
function instruction(reader) {
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

/** How an instruction that has no effect but on the stack changes its height; undefined for all others. */
function pushed(opcode) {
  if (opcode === wasm.LOCAL_GET || opcode === wasm.GLOBAL_GET) return 1;
  if (between(opcode, wasm.I32_CONST, wasm.F64_CONST) || opcode === wasm.V128_CONST) return 1;
  if (opcode === wasm.LOCAL_TEE) return 0;
  if (between(opcode, wasm.I32_LOAD, wasm.I64_LOAD32_U)) return 0;
  if (between(opcode, wasm.V128_LOAD, wasm.V128_LOAD64_SPLAT)) return 0;
  if (between(opcode, wasm.I8X16_SPLAT, wasm.F64X2_SPLAT)) return 0;
  if (between(opcode, wasm.I32_ADD, wasm.I32_ROTR)) return -1;
  if (between(opcode, wasm.F32X4_ADD, wasm.F32X4_DIV)) return -1;
  return undefined;
}

/** Places in the module, each { multiply, add }: offsets of two instructions that one f32x4.relaxed_madd can stand for. */
export function fusedSites(bytes) {
  const reader = new Reader(bytes);
  reader.skip(8);
  while (reader.byte() !== 10) reader.skip(reader.leb());
  reader.leb();
  const sites = [];
  for (let functions = reader.leb(); functions > 0; functions--) {
    const size = reader.leb();
    const end = reader.at + size;
    for (let groups = reader.leb(); groups > 0; groups--) {
      reader.leb();
      reader.byte();
    }
    // Products on the stack that nothing has used yet, and the height at which each lies.
    let open = [];
    let height = 0;
    while (reader.at < end) {
      const at = reader.at;
      const opcode = instruction(reader);
      const change = pushed(opcode);
      if (change === undefined) {
        open = [];
        height = 0;
        continue;
      }
      // What takes two takes the two on top: a sum's first operand is one below.
      if (change < 0) {
        const product = open.find((entry) => entry.height === height - 1);
        if (opcode === wasm.F32X4_ADD && product) sites.push({ multiply: product.at, add: at });
      }
      height += change;
      // Used (by a local.tee too) where it lies at the height of the new top or above.
      if (change <= 0) open = open.filter((entry) => entry.height < height);
      if (opcode === wasm.F32X4_MUL) open.push({ at, height });
    }
  }
  return sites.sort((a, b) => a.multiply - b.multiply);
}
