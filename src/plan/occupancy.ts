// Bytes of an arena that are taken over time: finds the lowest ones that are free all through a span of time.

/** Disjoint intervals of bytes, ascending: starts and ends by turns. */
type Taken = number[];

/** Index of the first end above `byte`. */
function firstEndAbove(taken: Taken, byte: number): number {
  let [low, high] = [0, taken.length / 2];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (taken[2 * middle + 1]! > byte) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Adds start … end − 1; neighbours that touch become one. */
function take(taken: Taken, start: number, end: number): void {
  const first = firstEndAbove(taken, start - 1);
  let last = first;
  while (2 * last < taken.length && taken[2 * last]! <= end) last++;
  const joined = last > first;
  taken.splice(
    2 * first,
    2 * (last - first),
    joined ? Math.min(start, taken[2 * first]!) : start,
    joined ? Math.max(end, taken[2 * last - 1]!) : end,
  );
}

/**
 * A segment tree over the times 0 … times − 1. A span is the union of O(log times) nodes of the tree; what is alive
 * together packs closely, so that each node's bytes are few intervals.
 */
export class Occupancy {
  readonly #leaves: number;
  /** By node: what is taken all through its times, and what is taken at some of them. */
  readonly #through: Taken[];
  readonly #within: Taken[];

  constructor(times: number) {
    let leaves = 1;
    while (leaves < times) leaves *= 2;
    this.#leaves = leaves;
    this.#through = Array.from({ length: 2 * leaves }, () => []);
    this.#within = Array.from({ length: 2 * leaves }, () => []);
  }

  /** The lowest offset of `bytes` that are free from time `first` to `last`. */
  lowestFree(bytes: number, first: number, last: number): number {
    const sets: Taken[] = [];
    this.#visit(
      first,
      last,
      (node) => sets.push(this.#within[node]!),
      (node) => sets.push(this.#through[node]!),
    );
    const rivals = sets.filter((taken) => taken.length > 0);
    let offset = 0;
    for (let clear = 0, at = 0; clear < rivals.length; at = (at + 1) % rivals.length) {
      const taken = rivals[at]!;
      let index = 2 * firstEndAbove(taken, offset);
      const before = offset;
      for (; index < taken.length && taken[index]! < offset + bytes; index += 2) offset = taken[index + 1]!;
      clear = offset === before ? clear + 1 : 1;
    }
    return offset;
  }

  take(offset: number, bytes: number, first: number, last: number): void {
    if (bytes === 0) return;
    this.#visit(
      first,
      last,
      (node) => {
        take(this.#through[node]!, offset, offset + bytes);
        take(this.#within[node]!, offset, offset + bytes);
      },
      (node) => take(this.#within[node]!, offset, offset + bytes),
    );
  }

  /** The nodes that make up a span, and those above any of them, each once. */
  #visit(first: number, last: number, whole: (node: number) => void, above: (node: number) => void): void {
    const seen = new Set<number>();
    const wholes: number[] = [];
    for (let [low, high] = [first + this.#leaves, last + this.#leaves + 1]; low < high; low >>= 1, high >>= 1) {
      if (low & 1) wholes.push(low++);
      if (high & 1) wholes.push(--high);
    }
    for (const node of wholes) {
      whole(node);
      for (let up = node >> 1; up > 0 && !seen.has(up); up >>= 1) seen.add(up);
    }
    for (const node of seen) above(node);
  }
}
