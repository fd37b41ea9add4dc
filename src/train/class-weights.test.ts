// Weights of classes: by rarity and by name, and the loss that a training has with them.
import { describe, expect, it } from "vitest";
import { classesOf, prepare, tableFromRows } from "../data/index.ts";
import { ChainruleError } from "../index.ts";
import { classWeightsOf } from "./class-weights.ts";
import type { ClassWeight } from "./settings/class-weight.ts";
import { trainTable } from "./tabular.ts";

const classes = ["No", "no", "yes", "maybe", "no", "NO", "yes", "no", "no", "no"];
const rows = classes.map((answer, i) => ({ a: i % 4, b: (i * 7) % 5, answer }));
const table = tableFromRows(rows, { source: "answers" });
const prepared = prepare(table, { target: "answer", validation: 0 });

const failure = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainruleError) return error.message;
  }
  return "";
};

describe("the weights", () => {
  it("that balance are n / (classes · rows of the class), as scikit-learn's", () => {
    expect(classesOf(prepared.preprocessing.targets[0]!)).toEqual(["maybe", "no", "yes"]);
    expect(classWeightsOf(prepared, "balanced")).toEqual([10 / 3, 10 / 21, 10 / 6]);
  });

  it.each<ClassWeight>([{ YES: 4 }, new Map([["yes", 4]])])("are those that are named, and 1: %j", (given) => {
    expect(classWeightsOf(prepared, given)).toEqual([1, 1, 4]);
  });

  it("are refused for what is no class", () => {
    expect(failure(() => classWeightsOf(prepared, { yes: 4, nope: 2 }))).toBe(
      'classWeight names "nope", which is no class of "answer". Its classes: "maybe", "no", "yes".',
    );
    const number = prepare(table, { target: "b", task: "regression" });
    expect(failure(() => trainTable(number, { classWeight: "balanced" }))).toContain("classWeight is for classes");
    expect(failure(() => trainTable(prepared, { classWeight: { yes: 0 } }))).toContain("weights above 0");
  });
});

it("a training minimises Σ w loss / Σ w, and measures all else without", async () => {
  const settings = { epochs: 1, hidden: [], learningRate: 1e-12, batchSize: 10 } as const;
  const of = async (classWeight?: ClassWeight) => {
    const training = trainTable(prepared, { ...settings, classWeight });
    const events = [];
    for await (const event of training) if (event.type === "epoch" || event.type === "data") events.push(event);
    return { ...(await training.result()), events, classWeights: training.classWeights };
  };
  const [plain, weighed] = [await of(), await of({ yes: 4 })];
  expect([plain.classWeights, weighed.classWeights]).toEqual([undefined, { maybe: 1, no: 1, yes: 4 }]);
  // The loss of the one is put together from those of rows alone.
  const losses = await Promise.all(
    rows.map(async (_, i) => {
      const one = {
        ...prepared,
        train: {
          ...prepared.train,
          x: prepared.train.x.slice(i * width, (i + 1) * width),
          y: prepared.train.y.slice(i, i + 1),
          rows: 1,
        },
      };
      return (await trainTable(one, { ...settings, variables: plain.variables }).result()).metrics.train.loss!;
    }),
  );
  const weight = (i: number) => (prepared.train.y[i] === 2 ? 4 : 1);
  const total = losses.reduce((sum, loss, i) => sum + weight(i) * loss, 0) / 16;
  expect(weighed.metrics.train.loss).toBeCloseTo(total, 5);
  expect(plain.metrics.train.loss).not.toBeCloseTo(total, 3);
  expect({ ...weighed.metrics.train, loss: 0 }).toEqual({ ...plain.metrics.train, loss: 0 });
  // Of the best constant: the entropy of 1, 7 and 8 sixteenths.
  const entropy = -[1, 7, 8].reduce((sum, n) => sum + (n / 16) * Math.log(n / 16), 0);
  expect(weighed.events[0]).toMatchObject({ constantLoss: expect.closeTo(entropy, 12) });
});

const width = prepared.preprocessing.features.length;
