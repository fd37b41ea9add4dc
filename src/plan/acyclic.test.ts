// Random joins and edges, each answered as a plain search of the whole graph answers it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AcyclicGraph } from "./acyclic.ts";

const size = 12;
const node = fc.nat(size - 1);
const edges = fc.array(fc.tuple(node, node), { maxLength: 24 });
const steps = fc.array(fc.tuple(fc.constantFrom("join", "connect", "reaches"), node, node), { maxLength: 30 });

/** Groups as sets of nodes, and a search without an order. */
class Plain {
  readonly edges: (readonly [number, number])[];
  readonly groupOf = Array.from({ length: size }, (_, i) => i);

  constructor(list: readonly (readonly [number, number])[]) {
    this.edges = [...list];
  }

  reaches(from: number, to: number, skipDirect = false): boolean {
    const seen = new Set([from]);
    const stack = [from];
    for (let group = stack.pop(); group !== undefined; group = stack.pop()) {
      for (const [a, b] of this.edges) {
        const [start, end] = [this.groupOf[a]!, this.groupOf[b]!];
        if (start !== group || end === group || (skipDirect && group === from && end === to)) continue;
        if (end === to) return true;
        if (!seen.has(end)) {
          seen.add(end);
          stack.push(end);
        }
      }
    }
    return from === to;
  }
}

describe("an acyclic graph", () => {
  it("refuses what would close a cycle, and only that", () => {
    fc.assert(
      fc.property(edges, steps, (list, actions) => {
        // From the smaller to the larger number: no cycle.
        const own = list.filter(([a, b]) => a !== b).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
        const plain = new Plain(own);
        const next = Array.from({ length: size }, (_, i) => own.filter(([a]) => a === i).map(([, b]) => b));
        const graph = new AcyclicGraph(next, [...next.keys()]);
        for (const [action, x, y] of actions) {
          const [a, b] = [graph.groupOf(x), graph.groupOf(y)];
          if (action === "reaches") expect(graph.reaches(a, b)).toBe(plain.reaches(a, b));
          if (action === "connect") {
            const closes = plain.reaches(b, a);
            expect(graph.connect(a, b)).toBe(!closes);
            if (!closes) plain.edges.push([a, b]);
          }
          if (action === "join" && a !== b) {
            const closes = plain.reaches(a, b, true) || plain.reaches(b, a, true);
            expect(graph.join(a, b)).toBe(!closes);
            if (!closes) for (const member of graph.members(a)) plain.groupOf[member] = a;
          }
          expect(Array.from(plain.groupOf, (_, i) => graph.groupOf(i))).toEqual(plain.groupOf);
        }
        for (const group of new Set(plain.groupOf)) {
          expect(graph.members(group)).toEqual([...plain.groupOf.keys()].filter((i) => plain.groupOf[i] === group));
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it("searches from the end with less around it, and only between the two", () => {
    // 0 → 1 → … → 999, and 0 → 1000, which nothing else leads to.
    const next = Array.from({ length: 1001 }, (_, i) => (i === 0 ? [1, 1000] : i < 999 ? [i + 1] : []));
    const graph = new AcyclicGraph(next, [...next.keys()]);
    expect(graph.join(0, 1000)).toBe(true);
    expect(graph.looked).toBeLessThan(10);
    expect(graph.connect(400, 402)).toBe(true);
    expect(graph.reaches(402, 400)).toBe(false);
    expect(graph.looked).toBeLessThan(10);
    expect(graph.reaches(400, 403)).toBe(true);
    expect(graph.looked).toBeLessThan(20);
  });
});
