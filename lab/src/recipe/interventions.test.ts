// Changes by hand.
import { expect, it } from "vitest";
import { withIntervention } from "./interventions.ts";

it("replaces the change of the same number after the same step, and keeps the order of steps", () => {
  const weight = (after: number, value: number) => ({ after, element: "layers.0.weight[0,0]", value });
  const first = [weight(3, 1), { after: 5, rate: 0.1 }];
  expect(withIntervention(first, weight(3, 2))).toEqual(
    [{ after: 5, rate: 0.1 }, weight(3, 2)].sort((a, b) => a.after - b.after),
  );
  expect(withIntervention(first, weight(4, 2))).toEqual([weight(3, 1), weight(4, 2), { after: 5, rate: 0.1 }]);
  expect(withIntervention(first, { after: 5, rate: 0.2 })).toEqual([weight(3, 1), { after: 5, rate: 0.2 }]);
});
