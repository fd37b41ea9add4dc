// Where a compiled machine multiplies and then adds vectors of float32, so that both can become one fused instruction.
//
// f32x4.add of a product and of a value that only pushes, loads and pure operations make is
//     a b f32x4.mul … f32x4.add        and can become        a b nop nop nop … f32x4.relaxed_madd
// in place, since a f32x4.mul, three nops, a f32x4.add and a relaxed_madd all take three bytes.
// Instructions: https://webassembly.github.io/spec/core/binary/instructions.html

import * as wasm from "../src/backends/wasm/webassembly-opcodes.ts";
import { between, Reader, readInstruction, section, sectionOf, skipLocals } from "./wasm-reader.mjs";

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
  reader.at = sectionOf(bytes, section.code).from;
  const sites = [];
  for (let functions = reader.leb(); functions > 0; functions--) {
    const size = reader.leb();
    const end = reader.at + size;
    skipLocals(reader);
    // Products on the stack that nothing has used yet, and the height at which each lies.
    let open = [];
    let height = 0;
    while (reader.at < end) {
      const at = reader.at;
      const opcode = readInstruction(reader);
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
