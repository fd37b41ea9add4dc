// A thread's share of an instruction's independent units, and the status words that say why a run stopped.
import { STATUS_INDEX } from "./opcodes";

/** First of `total` units that belongs to `thread`; the share ends where the next thread's begins. */
export function shareStart(total: i32, thread: i32, threads: i32): i32 {
  if (thread == 0) return 0;
  if (thread == threads) return total;
  return <i32>((<i64>total * thread) / threads);
}

/** [status, instruction, index, bound] */
export const status: usize = memory.data(16, 16);

export function indexOutOfRange(instruction: usize, index: i32, bound: i32): void {
  store<i32>(status, <i32>instruction, 4);
  store<i32>(status, index, 8);
  store<i32>(status, bound, 12);
  store<i32>(status, STATUS_INDEX);
}
