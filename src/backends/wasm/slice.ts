// Steps that all threads run together.
import * as code from "./machine/opcodes.ts";

/** Wakes all threads but the first, for so many steps. None of them may be at work. */
export function beginSlice(words: Int32Array, threads: number, steps: number): void {
  words[code.CONTROL_ARRIVED] = 0;
  words[code.CONTROL_MEETING] = 0;
  words[code.CONTROL_TAKEN] = 0;
  words[code.CONTROL_STEPS] = steps;
  Atomics.store(words, code.CONTROL_RUNNING, threads - 1);
  Atomics.add(words, code.CONTROL_SLICE, 1);
  Atomics.notify(words, code.CONTROL_SLICE);
}
