// The compiled machine: decoded and compiled once, instantiated with a memory of its own for each plan.
import { ChainruleError } from "../../ir/errors.ts";
import { machineBase64 } from "./machine.generated.ts";

export interface MachineExports {
  memoryBase(): number;
  statusAddress(): number;
  run(program: number, times: number, thread: number, threads: number, room: number): number;
  runOne(instruction: number, thread: number, threads: number, room: number): void;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** By hand: Node and browsers share no decoder that takes all sizes without going through strings. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(128);
  for (let i = 0; i < 64; i++) value[alphabet.charCodeAt(i)] = i;
  const length = (text.replace(/=+$/, "").length * 3) >> 2;
  const bytes = new Uint8Array(length);
  for (let i = 0, at = 0; at < length; i += 4) {
    const four = [0, 1, 2, 3].reduce((bits, j) => (bits << 6) | value[text.charCodeAt(i + j) & 127]!, 0);
    for (const shift of [16, 8, 0]) if (at < length) bytes[at++] = four >> shift;
  }
  return bytes;
}

// A function of no arguments that drops a v128: (func (v128.const 0) drop).
const simdProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0],
  ...[10, 23, 1, 21, 0, 253, 12, ...new Array<number>(16).fill(0), 26, 11],
);

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

let compiled: WebAssembly.Module | undefined;

export function instantiate(memory: WebAssembly.Memory): MachineExports {
  if (!compiled) {
    requireSimd(globalThis.WebAssembly);
    compiled = new WebAssembly.Module(decodeBase64(machineBase64));
  }
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as MachineExports;
}

let base: number | undefined;

/** First address that the machine leaves to the host. */
export function memoryBase(): number {
  return (base ??= instantiate(new WebAssembly.Memory({ initial: 1 })).memoryBase());
}
