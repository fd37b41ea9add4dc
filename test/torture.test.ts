// Trainings that are killed at random moments, in memory and in blocks, end as one that nobody killed: see torture.mjs.
import { expect, it } from "vitest";
import { tortureBoth } from "./torture.mjs";

it("20 kills cost nothing but time", { timeout: 600_000 }, async () => {
  const { memory, blocks } = await tortureBoth(20, 1);
  expect(memory.kills + blocks.kills).toBe(20);
  for (const { resumed } of [memory, blocks]) expect(resumed).toBeGreaterThan(0);
});
