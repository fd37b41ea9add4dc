// The moments of a step.
import { expect, it } from "vitest";
import { moment, showNextMoment } from "./moment.ts";

it("shows values, the loss and δ before the step, which is taken with its last moment", async () => {
  const seen: [string | undefined, number][] = [];
  let steps = 0;
  for (let i = 0; i < 6; i++) {
    await showNextMoment(async () => {
      steps++;
    });
    seen.push([moment.get(), steps]);
  }
  expect(seen).toEqual([
    ["forward", 0],
    ["loss", 0],
    ["backward", 0],
    ["update", 1],
    [undefined, 1],
    ["forward", 1],
  ]);
  moment.set(undefined);
});
