// Where a value of a fused chain lies: an entry in the table of slots.

/** SLOT_BYTES long. A number lies in the slot itself. */
@unmanaged
export class Slot {
  pointer: usize;
  /** Bytes from one vector to the next. */
  stride: usize;
}

/** Of a number, in bytes from the beginning of its slot. */
export const SLOT_SPLAT: usize = 16;
