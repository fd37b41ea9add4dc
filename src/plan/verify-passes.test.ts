// The checks behind the passes find what a pass would get wrong.
import { describe, expect, it } from "vitest";
import { passesOf } from "./test-graphs.ts";
import { verifyAliases, verifyCopies, verifyOrder, verifyPlaces } from "./verify-passes.ts";

const made = passesOf({ w: [2, 2] }, { x: [2, 2] }, ({ w }, { x }) => {
  const product = x!.matmul(w!);
  return { state: { w: w!.sub(product.exp().matmul(x!)) }, outputs: { y: product.matmul(product.neg()) } };
});
const { bound, copied, ordered, aliases, rootOf } = made;

describe("copies", () => {
  it("a state without its next value, an output that shows another value", () => {
    expect(() => verifyCopies({ ...copied, homes: new Map() }, bound)).toThrow(
      'After explicit copies: state "w" misses its next value.',
    );
    const x = bound.inputs.get("x")!;
    const outputs = new Map([["y", { node: x, shape: [2, 2] }]]);
    expect(() => verifyCopies({ ...copied, outputs }, bound)).toThrow('output "y" shows another value');
  });
});

describe("order", () => {
  it("groups that are left out, come too early, or read a state too late", () => {
    expect(() => verifyOrder(ordered.slice(1), copied, rootOf)).toThrow("After order: every group runs once.");
    expect(() => verifyOrder([...ordered].reverse(), copied, rootOf)).toThrow(/reads %\d+ before it is there/);
    const [state, value] = copied.writes[0]!;
    const first = ordered[0]!.members.at(-1)!;
    // The first group, which reads w or comes before all that do, as the writer of w.
    expect(value).not.toBe(first);
    const early = { ...copied, writes: [[state, first] as const] };
    expect(() => verifyOrder(ordered, early, rootOf)).toThrow(`reads state %${state} after it was written`);
  });
});

describe("alias", () => {
  it("two values in one buffer at a time, and buffers that end too early", () => {
    const same = new Map([...aliases.scratchOf.keys()].map((id) => [id, 0]));
    expect(() => verifyAliases({ ...aliases, scratchOf: same }, ordered, copied.graph, rootOf)).toThrow(
      /where another value lies/,
    );
    const short = aliases.scratch.map((own) => ({ ...own, last: own.first }));
    expect(() => verifyAliases({ ...aliases, scratch: short }, ordered, copied.graph, rootOf)).toThrow(
      /is read out of its time/,
    );
  });
});

describe("place", () => {
  it("values that overlap while both are alive, or end beyond the arena", () => {
    const lives = [
      { bytes: 32, first: 0, last: 1 },
      { bytes: 32, first: 1, last: 2 },
    ];
    expect(verifyPlaces({ offsets: [0, 32], bytes: 64 }, lives).bytes).toBe(64);
    expect(() => verifyPlaces({ offsets: [0, 16], bytes: 64 }, lives)).toThrow(
      "After place: bytes 16 to 48 are taken.",
    );
    expect(() => verifyPlaces({ offsets: [0, 32], bytes: 48 }, lives)).toThrow("bytes 32 to 64 are taken");
  });
});
