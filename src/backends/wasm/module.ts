// The compiled machine: decoded and compiled once for each build.
import { ChainruleError } from "../../ir/errors.ts";
import { instantiate } from "./instance.ts";
import { fusedSites, machineAlphabet, machineText } from "./machine.generated.ts";
import { encodeFunction, type InstructionName, InstructionWriter, moduleBytes } from "./webassembly.ts";

/** Plain SIMD gives the same bits everywhere; relaxed SIMD multiplies and adds in one rounding, and is faster. */
export type Build = "plain" | "relaxed";

/** The machine, for plain SIMD. */
function machineBytes(): Uint8Array<ArrayBuffer> {
  const byteOf = new Uint8Array(512);
  for (let byte = 0; byte < 256; byte++) byteOf[machineAlphabet.charCodeAt(byte)] = byte;
  const bytes = new Uint8Array(machineText.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = byteOf[machineText.charCodeAt(i)]!;
  return bytes;
}

/** f32x4.mul, …, f32x4.add → nop nop nop, …, f32x4.relaxed_madd: the same operands in the same order, in place. */
function fuseMultiplyAdds(bytes: Uint8Array): void {
  const gap = new InstructionWriter().op("nop").op("nop").op("nop").written();
  const multiplyAdd = new InstructionWriter().op("f32x4.relaxed_madd").written();
  for (let i = 0, at = 0; i < fusedSites.length; i += 2) {
    at += fusedSites[i]!;
    bytes.set(gap, at);
    bytes.set(multiplyAdd, at + fusedSites[i + 1]!);
  }
}

/** A module that an engine takes only if it knows these instructions: of zeros, as many as they take. */
function probe(operands: number, name: InstructionName): Uint8Array<ArrayBuffer> {
  const code = new InstructionWriter();
  for (let i = 0; i < operands; i++) code.splat(0);
  return moduleBytes({ parameters: [], functions: [encodeFunction({ locals: [], code: code.op(name).op("drop") })] });
}
const simdProbe = probe(2, "f32x4.add");
const relaxedProbe = probe(3, "f32x4.relaxed_madd");

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
    const bytes = machineBytes();
    if (build === "relaxed") fuseMultiplyAdds(bytes);
    compiled = new WebAssembly.Module(bytes);
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
