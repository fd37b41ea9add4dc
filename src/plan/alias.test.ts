// Which values share a scratch buffer.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { passesOf, randomPrograms } from "./test-graphs.ts";
import { verifyAliases } from "./verify-passes.ts";

/** Values in scratch, and the buffers that they share. */
function scratchOf(...args: Parameters<typeof passesOf>): [values: number, buffers: number] {
  const { aliases } = passesOf(...args);
  return [aliases.scratchOf.size, aliases.scratch.length];
}

describe("alias", () => {
  it.each<[string, [number, number], Parameters<typeof passesOf>[2]]>([
    [
      "a chain writes over an input that nobody needs afterwards",
      [2, 1],
      (_, { m }) => {
        const product = m!.matmul(m!);
        return { outputs: { y: product.exp().matmul(m!) } };
      },
    ],
    [
      "not over one that is read later",
      [2, 2],
      (_, { m }) => {
        const product = m!.matmul(m!);
        return { outputs: { y: product.exp().matmul(product) } };
      },
    ],
    [
      "not over one that it repeats",
      [2, 2],
      (_, { m, x }) => {
        const row = m!.sum(0);
        return { outputs: { y: x!.mul(row).matmul(m!) } };
      },
    ],
    [
      "a product has a buffer of its own",
      [2, 2],
      (_, { m }) => ({ outputs: { y: m!.matmul(m!).matmul(m!).matmul(m!) } }),
    ],
  ])("%s", (_, expected, fn) => {
    expect(scratchOf({}, { m: [2, 2], x: [2, 2] }, fn)).toEqual(expected);
  });

  it("never has a value read where another one lies, in programs of any kind", () => {
    fc.assert(
      fc.property(randomPrograms, (program) => {
        const { copied, ordered, aliases, rootOf } = passesOf(...program);
        expect(verifyAliases(aliases, ordered, copied.graph, rootOf)).toBe(aliases);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
