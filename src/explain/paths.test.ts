// Paths through networks of any depth.
import { expect, it } from "vitest";
import { pathsFrom } from "./paths.ts";
import type { Reading, Step } from "./reading.ts";

it("follows a path of a hundred thousand steps", () => {
  const loss = 100_000;
  const step = (node: number): Step => ({ node, index: 0, value: 1, chains: [] });
  const gradients = Array.from({ length: loss + 1 }, () => Float64Array.of(1));
  const reading: Pick<Reading, "steps"> & { readonly scalars: object } = {
    scalars: { loss, gradients },
    steps: ({ node }) => [step(node + 1)],
  };
  const { shown, count, rest } = pathsFrom(reading as Reading, { node: 0, index: 0 }, 3);
  expect([count, rest, shown[0]!.steps.length]).toEqual([1, 0, loss]);
});
