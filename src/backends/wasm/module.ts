// The compiled machine: decoded and compiled once for each build.
import { ChainruleError } from "../../ir/errors.ts";
import { instantiate } from "./instance.ts";
import { fusedSites, machineAlphabet, machineText } from "./machine.generated.ts";

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
  for (let i = 0, at = 0; i < fusedSites.length; i += 2) {
    at += fusedSites[i]!;
    bytes.set([1, 1, 1], at);
    bytes.set(relaxedMultiplyAdd, at + fusedSites[i + 1]!);
  }
}

/** A module of one function of no arguments and results, with this body. */
const functionOf = (...body: number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0],
    ...[10, body.length + 4, 1, body.length + 2, 0, ...body, 11],
  );
const zeros = [0xfd, 12, ...new Array<number>(16).fill(0)];
const drop = 26;
const simdProbe = functionOf(...zeros, drop);
const relaxedMultiplyAdd = [0xfd, 0x85, 0x02];
const relaxedProbe = functionOf(...zeros, ...zeros, ...zeros, ...relaxedMultiplyAdd, drop);

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
