// A graph kept free of cycles while nodes are joined and edges added, by a topological order that is kept up to date.

/** Positions in the order are numbers with others between them; closer than this they are numbered anew. */
const closest = 1e-6;

/**
 * What would close a cycle is refused. A search for a path stays between its two ends in the order and goes from both at
 * once, so that it costs twice what the cheaper one does; what it found then moves out from between them
 * (after Pearce and Kelly 2007, "A dynamic topological sort algorithm for directed acyclic graphs").
 */
export class AcyclicGraph {
  /** Edges that searches have looked at. */
  looked = 0;
  readonly #next: number[][];
  readonly #previous: number[][];
  /** Of each node, the group that it is in, named by one of its members. */
  readonly #groupOf: Int32Array;
  readonly #members: number[][];
  // The order of groups is a list that begins and ends with a node that does not exist.
  readonly #end: number;
  readonly #position: Float64Array;
  readonly #after: Int32Array;
  readonly #before: Int32Array;

  /** `order` lists the nodes, each after those that lead to it; `next[node]` lists where its edges lead. */
  constructor(next: readonly (readonly number[])[], order: readonly number[]) {
    const count = next.length;
    this.#next = next.map((targets) => [...targets]);
    this.#previous = next.map(() => []);
    next.forEach((targets, node) => {
      for (const target of targets) this.#previous[target]!.push(node);
    });
    this.#groupOf = Int32Array.from(next, (_, node) => node);
    this.#members = next.map((_, node) => [node]);
    this.#end = count;
    this.#position = new Float64Array(count + 1);
    this.#after = new Int32Array(count + 1).fill(count);
    this.#before = new Int32Array(count + 1).fill(count);
    let last = count;
    for (const node of order) {
      this.#link(last, node);
      last = node;
    }
    this.#link(last, count);
    this.#renumber();
  }

  groupOf(node: number): number {
    return this.#groupOf[node]!;
  }

  /** Nodes of a group, ascending. */
  members(group: number): readonly number[] {
    return this.#members[group]!;
  }

  /** Whether a path leads from one group to another. */
  reaches(from: number, to: number): boolean {
    return from === to || (this.#isBefore(from, to) && this.#search(from, to, true) === undefined);
  }

  /** Adds an edge between two groups. False, and no edge, where a path leads back. */
  connect(from: number, to: number): boolean {
    if (from === to || (this.#isBefore(to, from) && this.#separate(to, from, true) === undefined)) return false;
    this.#next[from]!.push(to);
    this.#previous[to]!.push(from);
    return true;
  }

  /** Joins two groups, of which the first one stays. False where a path leads from one to the other through a third. */
  join(first: number, second: number): boolean {
    const [low, high] = this.#isBefore(first, second) ? [first, second] : [second, first];
    const place = this.#separate(low, high, false);
    if (place === undefined) return false;
    if (place === second) {
      this.#unlink(first);
      this.#insert([first], second);
    }
    this.#unlink(second);
    const members = [...this.#members[first]!, ...this.#members[second]!].sort((a, b) => a - b);
    for (const node of members) this.#groupOf[node] = first;
    this.#members[first] = members;
    this.#members[second] = [];
    return true;
  }

  #isBefore(a: number, b: number): boolean {
    return this.#position[a]! < this.#position[b]!;
  }

  /**
   * Moves groups so that no group between `low` and `high` in the order depends on the one that gives the place, or it on
   * them: gives `high` where what follows `low` has moved behind it, `low` where what leads to `high` has moved before it.
   * Undefined where a path leads from `low` to `high`; `direct`: an edge counts as one.
   */
  #separate(low: number, high: number, direct: boolean): number | undefined {
    const found = this.#search(low, high, direct);
    if (found === undefined) return undefined;
    const moving = [...found.groups].sort((a, b) => this.#position[a]! - this.#position[b]!);
    // An edge from `high` to `low` is to come: then the end itself moves too.
    if (direct && found.forward) moving.unshift(low);
    if (direct && !found.forward) moving.push(high);
    for (const group of moving) this.#unlink(group);
    this.#insert(moving, found.forward ? high : this.#before[low]!);
    return found.forward ? high : low;
  }

  /** What lies between two groups and follows the first one, or leads to the second one; undefined where a path joins them. */
  #search(
    low: number,
    high: number,
    direct: boolean,
  ): { readonly forward: boolean; readonly groups: ReadonlySet<number> } | undefined {
    const following = this.#walk(low, high, this.#next, direct);
    const leading = this.#walk(high, low, this.#previous, direct);
    for (;;) {
      for (const forward of [true, false]) {
        const step = (forward ? following : leading).next();
        if (step.done) return step.value && { forward, groups: step.value };
      }
    }
  }

  /** Edge by edge; in the end the groups that were found between `from` and `to`, or undefined once `to` is reached. */
  *#walk(
    from: number,
    to: number,
    edges: readonly (readonly number[])[],
    direct: boolean,
  ): Generator<void, Set<number> | undefined> {
    const found = new Set<number>();
    const stack = [from];
    const isUp = this.#isBefore(from, to);
    while (stack.length > 0) {
      const group = stack.pop()!;
      for (const node of this.#members[group]!) {
        for (const target of edges[node]!) {
          this.looked++;
          yield;
          const other = this.#groupOf[target]!;
          if (other === to && (direct || group !== from)) return undefined;
          if (other === to || other === from || found.has(other) || this.#isBefore(other, to) !== isUp) continue;
          found.add(other);
          stack.push(other);
        }
      }
    }
    return found;
  }

  #link(first: number, second: number): void {
    this.#after[first] = second;
    this.#before[second] = first;
  }

  #unlink(group: number): void {
    this.#link(this.#before[group]!, this.#after[group]!);
  }

  /** Puts groups into the list, in their order, after `place`. */
  #insert(groups: readonly number[], place: number): void {
    const next = this.#after[place]!;
    const low = place === this.#end ? 0 : this.#position[place]!;
    const step = next === this.#end ? 1 : (this.#position[next]! - low) / (groups.length + 1);
    let last = place;
    groups.forEach((group, i) => {
      this.#position[group] = low + (i + 1) * step;
      this.#link(last, group);
      last = group;
    });
    this.#link(last, next);
    if (step < closest) this.#renumber();
  }

  #renumber(): void {
    let position = 1;
    for (let group = this.#after[this.#end]!; group !== this.#end; group = this.#after[group]!) {
      this.#position[group] = position++;
    }
  }
}
