// Which values get a copy: those that shall lie in two buffers, or cannot be written over their state yet.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../index.ts";
import { passesOf, randomPrograms } from "./test-graphs.ts";
import { verifyCopies } from "./verify-passes.ts";

/** Number of copies, and of those in kernels of their own. */
function copiesOf(...args: Parameters<typeof passesOf>): [all: number, alone: number] {
  const { copied } = passesOf(...args);
  const isCopy = (id: number) => copied.graph.nodes[id]!.op === "copy";
  const alone = copied.groups.filter(({ members }) => members.every(isCopy));
  return [copied.graph.nodes.filter(({ id }) => isCopy(id)).length, alone.length];
}

describe("explicit copies", () => {
  it.each<[string, [number, number], Parameters<typeof passesOf>[2]]>([
    ["none where a state is updated in place", [0, 0], ({ a, b }) => ({ state: { a: a!.sub(b!.exp()) } })],
    ["none where a state stays what it is", [0, 0], ({ a, b }) => ({ state: { a: a!, b: b!.neg() } })],
    ["one where a state takes the value of another", [1, 1], ({ b }) => ({ state: { a: b! } })],
    ["three where two are exchanged: one is put aside", [3, 3], ({ a, b }) => ({ state: { a: b!, b: a! } })],
    [
      "one, in the chain that computes it, of a value that is kept twice",
      [1, 0],
      ({ a, b }) => {
        const sum = a!.add(b!);
        return { state: { a: sum, b: sum } };
      },
    ],
    [
      "one of a next value that is an output too: the state may change before that is read",
      [1, 0],
      ({ a, b }) => {
        const sum = a!.add(b!);
        return { state: { a: sum }, outputs: { sum } };
      },
    ],
    [
      "one where the old value is still read after the new one is there",
      [1, 1],
      ({ a }) => {
        const next = a!.exp();
        return { state: { a: next }, outputs: { y: a!.mul(next.sum()) } };
      },
    ],
    ["one of a product that reads what it would write over", [1, 1], ({ m }) => ({ state: { m: m!.matmul(m!) } })],
  ])("%s", (_, copies, fn) => {
    expect(copiesOf({ a: [4], b: [4], m: [2, 2] }, {}, fn)).toEqual(copies);
  });

  it("looks through reshapes", () => {
    const fn = ({ a }: Record<string, Tensor>) => ({ state: { a: a!.reshape([2, 2]).reshape([4]) } });
    expect(copiesOf({ a: [4] }, {}, fn)).toEqual([0, 0]);
  });

  it("gives every next value and output its buffer, for programs of any kind", () => {
    fc.assert(
      fc.property(randomPrograms, (program) => {
        const { bound, copied } = passesOf(...program);
        expect(verifyCopies(copied, bound)).toBe(copied);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
