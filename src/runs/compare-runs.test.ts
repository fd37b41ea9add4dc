// Runs beside each other: what differs, and which is better.
import fc from "fast-check";
import { expect, it } from "vitest";
import { bestFirst, differingFacts, factText, metricsOf } from "./compare-runs.ts";

it("names what was not given alike, in the order of the settings, and nothing else", () => {
  const runs = [
    { settings: { target: "y", lr: 0.1, hidden: [8], out: "a" }, data: ["t.csv"] },
    { settings: { target: "y", hidden: [8], out: "b" }, data: ["t.csv"] },
    { settings: { target: "y", hidden: [8, 4], batchNorm: true }, data: ["t.csv"] },
    {},
  ];
  expect(differingFacts(runs)).toEqual(["hidden", "batchNorm", "lr"]);
  expect(differingFacts(runs.slice(0, 1))).toEqual([]);
  expect(differingFacts([...runs, { settings: { target: "y" }, data: ["u.csv", "v.csv"] }])[0]).toBe("data");
});

it("writes values as a command line has them, whatever they are", () => {
  expect(factText("hidden", [64, 32])).toBe("64,32");
  expect(factText("lr", 0.003)).toBe("0.003");
  expect(factText("batchNorm", true)).toBe("true");
  expect(factText("data", ["a.csv", "b.csv"])).toBe("a.csv b.csv");
  expect(factText("lr", undefined)).toBe(undefined);
  fc.assert(
    fc.property(
      fc.constantFrom("lr", "hidden", "type", "target", "data"),
      fc.jsonValue(),
      (name, value) => typeof factText(name, value) === "string",
    ),
  );
});

it("puts the better first, what has no figure last", () => {
  const figure = fc.option(fc.oneof(fc.double(), fc.constant(Number.NaN)), { nil: undefined });
  fc.assert(
    fc.property(fc.constantFrom("loss", "accuracy"), fc.array(figure), (metric, values) => {
      const sorted = values
        .map((value) => ({ metrics: value === undefined ? {} : { [metric]: value } }))
        .toSorted(bestFirst(metric))
        .map(({ metrics }) => metrics[metric] ?? Number.NaN);
      const known = sorted.filter(Number.isFinite);
      expect(sorted.slice(0, known.length)).toEqual(known);
      expect(known).toEqual(known.toSorted((a, b) => (metric === "loss" ? a - b : b - a)));
    }),
  );
  expect(metricsOf([{ metrics: { accuracy: 1 } }, {}, { metrics: { accuracy: 1, loss: 2 } }])).toEqual([
    "loss",
    "accuracy",
  ]);
});
