// Snapshots of a training along its way, so that any step is a short way from one of them; thinned where they grow too large.
import type { Snapshot } from "chainrule/train";

/** Steps between two snapshots at first; it doubles where they outgrow their bytes. */
const firstSpacing = 64;
const mostBytes = 48 * 2 ** 20;

export class Snapshots {
  readonly #kept = new Map<number, Snapshot>();
  #spacing = firstSpacing;
  #bytes = 0;

  /** The next step at which one is due, after `step`. */
  due(step: number): number {
    return (Math.floor(step / this.#spacing) + 1) * this.#spacing;
  }

  isDue(step: number): boolean {
    return step % this.#spacing === 0 && !this.#kept.has(step);
  }

  keep(step: number, snapshot: Snapshot): void {
    if (this.#kept.has(step)) return;
    this.#kept.set(step, snapshot);
    this.#bytes += bytesOf(snapshot);
    while (this.#bytes > mostBytes && this.#kept.size > 2) this.#thin();
  }

  /** The last one at a step or before it: its step, and itself. */
  before(step: number): { readonly step: number; readonly snapshot: Snapshot } | undefined {
    let best = -1;
    for (const at of this.#kept.keys()) if (at <= step && at > best) best = at;
    const snapshot = this.#kept.get(best);
    return snapshot && { step: best, snapshot };
  }

  /** Forgets those after a step: the training goes another way from there. */
  dropAfter(step: number): void {
    for (const [at, snapshot] of [...this.#kept]) if (at > step) this.#drop(at, snapshot);
  }

  get bytes(): number {
    return this.#bytes;
  }

  #thin(): void {
    this.#spacing *= 2;
    for (const [at, snapshot] of [...this.#kept]) if (at % this.#spacing !== 0) this.#drop(at, snapshot);
  }

  #drop(at: number, snapshot: Snapshot): void {
    this.#kept.delete(at);
    this.#bytes -= bytesOf(snapshot);
  }
}

/** Bytes of the arrays of a snapshot, each once. */
export function bytesOf({ machine, state }: Snapshot): number {
  const { good, latest, best } = state.weights;
  const arrays = new Set([machine, good.values, latest.values, best.values].flatMap((values) => [...values.values()]));
  let bytes = 0;
  for (const { byteLength } of arrays) bytes += byteLength;
  return bytes;
}
