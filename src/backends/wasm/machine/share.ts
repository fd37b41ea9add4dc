// A thread's share of an instruction's independent units, where threads meet, and why a run stopped.
import {
  CONTROL_ARRIVED,
  CONTROL_ASLEEP,
  CONTROL_BOUND,
  CONTROL_COMPLETED,
  CONTROL_INDEX,
  CONTROL_INSTRUCTION,
  CONTROL_MEETING,
  CONTROL_STOP,
  CONTROL_TAKEN,
  STATUS_INDEX,
  STATUS_OK,
} from "./opcodes";

/** First of `total` units that belongs to `thread`; the share ends where the next thread's begins. */
export function shareStart(total: i32, thread: i32, threads: i32): i32 {
  if (thread == 0) return 0;
  if (thread == threads) return total;
  return <i32>((<i64>total * thread) / threads);
}

/** The control words; the first is the status. Not static data: that is written anew for each thread that joins. */
export const control: usize = (__heap_base + 63) & ~63;

export function indexOutOfRange(instruction: usize, index: i32, bound: i32): void {
  // The first thread to fail is the one that is heard.
  if (atomic.cmpxchg<i32>(control, STATUS_OK, STATUS_INDEX) != STATUS_OK) return;
  store<i32>(control, <i32>instruction, CONTROL_INSTRUCTION << 2);
  store<i32>(control, index, CONTROL_INDEX << 2);
  store<i32>(control, bound, CONTROL_BOUND << 2);
}

export function failed(): bool {
  return load<i32>(control) != STATUS_OK;
}

/** The next piece of the instruction at hand that no thread has taken. */
export function takePiece(): i32 {
  return atomic.add<i32>(control, 1, CONTROL_TAKEN << 2);
}

/** Counts a step. */
export function stepDone(): void {
  store<i32>(control, load<i32>(control, CONTROL_COMPLETED << 2) + 1, CONTROL_COMPLETED << 2);
}

/** Whether the host asks to end after this step. */
export function stopAsked(): bool {
  return atomic.load<i32>(control, CONTROL_STOP << 2) != 0;
}

/** Looks at the meeting before a thread goes to sleep: about 0.1 ms. Waking it takes tens of microseconds. */
const SPINS: i32 = 50000;

/**
 * Waits until all threads are here. False where they must go no further, which the last to come decides for all:
 * an instruction failed, or (at the end of a step) the host asks to stop.
 */
export function meet(threads: i32, atEnd: bool): bool {
  const meeting = control + (CONTROL_MEETING << 2);
  const seen = atomic.load<i32>(meeting);
  if (seen & 1) return false;
  if (atomic.add<i32>(control, 1, CONTROL_ARRIVED << 2) == threads - 1) {
    atomic.store<i32>(control, 0, CONTROL_ARRIVED << 2);
    atomic.store<i32>(control, 0, CONTROL_TAKEN << 2);
    const next = (seen + 2) | <i32>(failed() || (atEnd && stopAsked()));
    atomic.store<i32>(meeting, next);
    if (atomic.load<i32>(control, CONTROL_ASLEEP << 2) != 0) atomic.notify(meeting, -1);
    return (next & 1) == 0;
  }
  for (let i = 0; i < SPINS; i++) {
    const now = atomic.load<i32>(meeting);
    if (now != seen) return (now & 1) == 0;
  }
  atomic.add<i32>(control, 1, CONTROL_ASLEEP << 2);
  let now = atomic.load<i32>(meeting);
  while (now == seen) {
    atomic.wait<i32>(meeting, seen, -1);
    now = atomic.load<i32>(meeting);
  }
  atomic.sub<i32>(control, 1, CONTROL_ASLEEP << 2);
  return (now & 1) == 0;
}
