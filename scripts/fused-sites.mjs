// Where a compiled machine multiplies and then adds vectors of float32, so that both can become one fused instruction.
//
// f32x4.add of a product and of a value that only pushes, loads and pure operations make is
//     a b f32x4.mul … f32x4.add        and can become        a b nop nop nop … f32x4.relaxed_madd
// in place, since a f32x4.mul, three nops, a f32x4.add and a relaxed_madd all take three bytes.
// Instructions: https://webassembly.github.io/spec/core/binary/instructions.html

const MULTIPLY = 0xfde6;
const ADD = 0xfde4;
const SPLAT_LOAD_LAST = 0xfd0a;

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

/** Reads one instruction past its immediates: its opcode, with the prefix in front. */
function instruction(reader) {
  const opcode = reader.byte();
  if (opcode === 0xfc) {
    const second = reader.leb();
    if (second === 10) reader.lebs(2);
    else if (second === 11) reader.leb();
    else if (second > 7) throw new Error(`fused-sites: instruction fc ${second} is not known here`);
    return 0xfc00 | second;
  }
  if (opcode === 0xfe) {
    const second = reader.leb();
    if (second === 3) reader.byte();
    else reader.lebs(2);
    return 0xfe00 | second;
  }
  if (opcode === 0xfd) {
    const second = reader.leb();
    if (second > 0xff) throw new Error(`fused-sites: instruction fd ${second} is not known here`);
    if (second <= 11 || second === 92 || second === 93) reader.lebs(2);
    else if (second === 12 || second === 13) reader.skip(16);
    else if (second >= 21 && second <= 34) reader.byte();
    else if (second >= 84 && second <= 91) {
      reader.lebs(2);
      reader.byte();
    }
    return 0xfd00 | second;
  }
  if (opcode >= 0x02 && opcode <= 0x04) reader.leb();
  else if (opcode === 0x0c || opcode === 0x0d || opcode === 0x10) reader.leb();
  else if (opcode === 0x0e) reader.lebs(reader.leb() + 1);
  else if (opcode === 0x11) reader.lebs(2);
  else if (opcode >= 0x20 && opcode <= 0x26) reader.leb();
  else if (opcode >= 0x28 && opcode <= 0x3e) reader.lebs(2);
  else if (opcode === 0x3f || opcode === 0x40) reader.byte();
  else if (opcode === 0x41 || opcode === 0x42) reader.leb();
  else if (opcode === 0x43) reader.skip(4);
  else if (opcode === 0x44) reader.skip(8);
  else if (opcode === 0x1c || opcode > 0xc4) throw new Error(`fused-sites: instruction ${opcode} is not known here`);
  return opcode;
}

/** How an instruction that has no effect but on the stack changes its height; undefined for all others. */
function pushed(opcode) {
  if (opcode === 0x20 || opcode === 0x23 || (opcode >= 0x41 && opcode <= 0x44) || opcode === 0xfd0c) return 1;
  // local.tee, loads, vector loads and splats.
  if (opcode === 0x22 || (opcode >= 0x28 && opcode <= 0x35) || (opcode >= 0xfd00 && opcode <= SPLAT_LOAD_LAST))
    return 0;
  if (opcode >= 0xfd0f && opcode <= 0xfd14) return 0;
  // i32.add … i32.rotr; f32x4.add, sub, mul, div.
  if ((opcode >= 0x6a && opcode <= 0x78) || (opcode >= 0xfde4 && opcode <= 0xfde7)) return -1;
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
        if (opcode === ADD && product) sites.push({ multiply: product.at, add: at });
      }
      height += change;
      // Used (by a local.tee too) where it lies at the height of the new top or above.
      if (change <= 0) open = open.filter((entry) => entry.height < height);
      if (opcode === MULTIPLY) open.push({ at, height });
    }
  }
  return sites.sort((a, b) => a.multiply - b.multiply);
}
