// The compiled machine: decoded and compiled once for each build.
import { ChainruleError } from "../../ir/errors.ts";
import { instantiate } from "./instance.ts";
import { machineAlphabet, machineText } from "./machine.generated.ts";
import { encodeFunction, InstructionWriter, moduleBytes } from "./webassembly.ts";
import * as wasm from "./webassembly-opcodes.ts";

/** Plain SIMD gives the same bits everywhere; relaxed SIMD multiplies and adds in one rounding, and is faster. */
export type Build = "plain" | "relaxed";

/**
 * The machine: a letter of the text is a byte, or one of two instructions that can become one in place, or a v128.const whose
 * four lanes are the next four letters. The two are f32x4.mul, …, f32x4.add, of which the relaxed build makes nop nop nop, …,
 * f32x4.relaxed_madd, with the same operands.
 */
export function machineBytes(build: Build): Uint8Array<ArrayBuffer> {
  const indexOf = new Uint16Array(512);
  let rare = 0xc0;
  for (let i = 0; i < machineAlphabet.length; i++) {
    indexOf[machineAlphabet[i] === " " ? rare++ : machineAlphabet.charCodeAt(i)] = i;
  }
  const instructions = (
    build === "plain"
      ? [[wasm.F32X4_MUL], [wasm.F32X4_ADD]]
      : [[wasm.NOP, wasm.NOP, wasm.NOP], [wasm.F32X4_RELAXED_MADD]]
  ).map((opcodes) => {
    const code = new InstructionWriter();
    for (const opcode of opcodes) code.op(opcode);
    return code.written();
  });
  // More than enough: few letters are instructions.
  const bytes = new Uint8Array(machineText.length * 3);
  let at = 0;
  let i = 0;
  const next = (): number => indexOf[machineText.charCodeAt(i++)]!;
  while (i < machineText.length) {
    const index = next();
    if (index < 256) bytes[at++] = index;
    else {
      const instruction =
        instructions[index - 256] ??
        new InstructionWriter().splat(next() | (next() << 8) | (next() << 16) | (next() << 24)).written();
      bytes.set(instruction, at);
      at += instruction.length;
    }
  }
  return bytes.slice(0, at);
}

/** A module that an engine takes only if it knows these instructions: of zeros, as many as they take. */
function probe(operands: number, opcode: number): Uint8Array<ArrayBuffer> {
  const code = new InstructionWriter();
  for (let i = 0; i < operands; i++) code.splat(0);
  return moduleBytes({
    parameters: [],
    functions: [encodeFunction({ locals: [], code: code.op(opcode).op(wasm.DROP) })],
  });
}
const simdProbe = probe(2, wasm.F32X4_ADD);
const relaxedProbe = probe(3, wasm.F32X4_RELAXED_MADD);

export function requireSimd(webAssembly: typeof WebAssembly | undefined): void {
  if (webAssembly?.validate(simdProbe)) return;
  throw new ChainruleError(
    "UNSUPPORTED_BY_BACKEND",
    `The "wasm" backend needs WebAssembly SIMD, which this JavaScript engine ${
      webAssembly ? "does not have" : "lacks, as it has no WebAssembly at all"
    }. Use Node 20.19 or newer, a browser of 2023 or newer, or the reference backend (backend: "reference").`,
    { backend: "wasm" },
  );
}

/** The fastest build that this JavaScript engine can compile. */
export const fastestBuild = (): Build => (globalThis.WebAssembly?.validate(relaxedProbe) ? "relaxed" : "plain");

const modules = new Map<Build, WebAssembly.Module>();

export function moduleOf(build: Build): WebAssembly.Module {
  let compiled = modules.get(build);
  if (compiled === undefined) {
    requireSimd(globalThis.WebAssembly);
    compiled = new WebAssembly.Module(machineBytes(build));
    modules.set(build, compiled);
  }
  return compiled;
}

/** Of `pages` pages of 64 KiB. Shared, so that threads can join; it never grows. */
export const sharedMemory = (pages: number): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });

/** Where the machine leaves off: its memory, in bytes, and its table of functions. */
export interface Bases {
  readonly memory: number;
  readonly table: number;
}

const bases = new Map<Build, Bases>();

export function basesOf(build: Build): Bases {
  let base = bases.get(build);
  if (base === undefined) {
    const machine = instantiate(moduleOf(build), sharedMemory(1));
    base = { memory: machine.memoryBase(), table: machine.table.length };
    bases.set(build, base);
  }
  return base;
}
