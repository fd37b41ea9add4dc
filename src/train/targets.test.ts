// Trainings with several targets: each is learnt, measured by its name, saved and read back; what cannot be is said.
import { describe, expect, it } from "vitest";
import "../index.ts";
import { type PrepareOptions, prepare, tableFromRows, transform } from "../data/index.ts";
import { mean } from "../ir/stats.ts";
import { dense } from "../nn/index.ts";
import { adam } from "../optim/index.ts";
import { tensor } from "../trace/create.ts";
import type { EndEvent, EpochEvent, TrainEvent } from "./events.ts";
import { measure } from "./measure.ts";
import { decodeModel, encodeModel, type LoadedTableModel } from "./model-file.ts";
import type { TableSettings } from "./settings/resolve.ts";
import { predictTable } from "./table-predictor.ts";
import { trainTable } from "./tabular.ts";
import { train } from "./train.ts";

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const random = generator(3);
const rows = Array.from({ length: 300 }, () => {
  const [a, b, c] = [2 * random() - 1, 2 * random() - 1, 2 * random() - 1];
  return {
    ...{ a, b, c },
    price: 1000 + 300 * Math.sin(2 * a) + 20 * b + 10 * random(),
    share: 0.5 + 0.1 * b * b + 0.2 * c + 0.01 * random(),
    late: a + c > 0.1 ? "yes" : "no",
    large: b > 0.5 ? "L" : "S",
  };
});
const table = tableFromRows(rows, { source: "rows" });
const numbers = { target: ["price", "share"], columnTypes: { late: "ignore", large: "ignore" } } as const;
const classes = { target: ["late", "large"], columnTypes: { price: "ignore", share: "ignore" } } as const;
const quick = { epochs: 40, threads: 1, deterministic: true } as const;

async function trained(options: PrepareOptions, settings: TableSettings = {}) {
  const prepared = prepare(table, options);
  const training = trainTable(prepared, { ...quick, ...settings });
  const events: TrainEvent[] = [];
  for await (const event of training) events.push(event);
  const end = events.at(-1) as EndEvent;
  return { prepared, events, end, settings: training.settings, result: await training.result() };
}

describe("numbers", () => {
  it("are both learnt, each measured in its unit, the others being means", async () => {
    const { end, events, settings, result } = await trained(numbers);
    expect(settings.loss).toBe("mse");
    const [price, share] = end.targets!;
    expect([price!.name, share!.name]).toEqual(["price", "share"]);
    for (const { validation } of end.targets!) expect(validation!.r2).toBeGreaterThan(0.95);
    expect(price!.validation!.rmse).toBeGreaterThan(1);
    expect(share!.validation!.rmse).toBeLessThan(0.1);
    for (const split of ["train", "validation"] as const) {
      const all = end.metrics[split]!;
      for (const name of ["loss", "rmse", "mae", "r2"]) {
        const each = end.targets!.map((target) => target[split]![name]!);
        expect(all[name]! / mean(each)).toBeCloseTo(1, 5);
      }
    }
    expect(result.targets).toEqual(end.targets);
    const epoch = events.findLast((event): event is EpochEvent => event.type === "epoch" && event.best)!;
    expect(epoch.targets!.map(({ validation }) => validation)).toEqual(
      end.targets!.map(({ validation }) => validation),
    );
    expect(epoch.validation).toEqual(end.metrics.validation);
  });

  it.each(["mae", "huber", "quantile(0.5)", "halfSumOfSquares"] as const)("are learnt by %s", async (loss) => {
    const { end } = await trained(numbers, { loss });
    for (const { validation } of end.targets!) expect(validation!.r2).toBeGreaterThan(0.9);
  });

  it("are counts for poisson, each divided by its mean", async () => {
    const { end, prepared } = await trained({ ...numbers, targetScale: "mean" }, { loss: "poisson" });
    expect(prepared.preprocessing.targets).toMatchObject([{ mean: 0 }, { mean: 0 }]);
    for (const { validation } of end.targets!) {
      expect(validation!.r2).toBeGreaterThan(0.9);
      expect(validation!.deviance).toBeGreaterThan(0);
    }
    const bad = tableFromRows([...rows, { ...rows[0]!, share: -2 }], { source: "rows" });
    const prepared2 = prepare(bad, { ...numbers, targetScale: "mean", validation: 0 });
    expect(() => trainTable(prepared2, { loss: "poisson" })).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: poisson is for numbers of at least 0, counts or rates; "share" is -2 in row 301. Mend the row, or use mse.]`,
    );
  });
});

describe("classes", () => {
  it("are both learnt, by a logit for each and binary cross entropy", async () => {
    const { end, settings, result } = await trained(classes);
    expect(settings.loss).toBe("binaryCrossEntropy");
    expect(end.targets!.map(({ name }) => name)).toEqual(["late", "large"]);
    for (const { validation } of end.targets!) {
      expect(validation!.accuracy).toBeGreaterThan(0.9);
      expect(validation!.rocAuc).toBeGreaterThan(0.95);
    }
    expect(end.metrics.validation!.accuracy).toBeCloseTo(mean(end.targets!.map((t) => t.validation!.accuracy!)), 12);
    expect(result.trained.preprocessing.targets).toHaveLength(2);
  });

  it.each<[string, TableSettings]>([
    ["weights of classes", { classWeight: "balanced" }],
    ["a loss of one target", { loss: "crossEntropy" }],
    ["a loss of numbers", { loss: "mae" }],
  ])("are refused %s", (_, settings) => {
    expect(() => trainTable(prepare(table, classes), settings)).toThrowErrorMatchingSnapshot();
  });
});

describe("a model", () => {
  it.each([numbers, classes])("read back predicts the same bits, each target by its name: $target", async (options) => {
    const { result, prepared } = await trained(options, { epochs: 3 });
    const model = decodeModel(encodeModel(result.trained)) as LoadedTableModel;
    expect(model.preprocessing.targets.map(({ name }) => name)).toEqual(options.target);
    const some = rows.slice(0, 20).map(({ a, b, c }) => ({ a, b, c }));
    const { x } = transform(prepared.preprocessing, tableFromRows(some, { source: "rows" }));
    const expected = predictTable(result.trained, x, 20);
    const answers = model.predictTargets(some);
    const flat = answers.flatMap((row) =>
      options.target.flatMap((name) => {
        const { prediction, probabilities } = row[name]!;
        return probabilities ? Object.values(probabilities) : [prediction as number];
      }),
    );
    expect(flat).toEqual([...expected]);
    expect(predictTable(model, x, 20)).toEqual(expected);
    expect(() => model.predict(some)).toThrow(/predict is for a model of one target, and this one has 2: "/);
  });

  it("of one target gives it by its name too", async () => {
    const { result } = await trained({ ...numbers, target: "price" }, { epochs: 2 });
    const model = decodeModel(encodeModel(result.trained)) as LoadedTableModel;
    expect(model.predictTargets(rows).map(({ price }) => price)).toEqual(model.predict(rows));
  });

  it("measures new rows target by target, as its training did", async () => {
    for (const options of [numbers, classes]) {
      const { result, prepared, end } = await trained(options, { epochs: 5 });
      const { x, y, rows } = prepared.validation!;
      const { metrics, targets } = measure(result.trained, predictTable(result.trained, x, rows), y);
      const name = options === numbers ? "rmse" : "accuracy";
      targets.forEach(({ metrics }, t) => {
        expect(metrics[name]! / end.targets![t]!.validation![name]!).toBeCloseTo(1, 4);
      });
      expect(metrics[name]! / end.metrics.validation![name]!).toBeCloseTo(1, 4);
      expect(targets.every(({ confusion }) => (confusion?.length ?? 2) === 2)).toBe(true);
    }
  });
});

describe("train with names of targets", () => {
  const x = tensor([0, 1, 2, 3], { shape: [4, 1] });
  const y = tensor([0, 5, 1, 6, 2, 7, 3, 8], { shape: [4, 2] });
  const options = { model: dense(1, 2), data: { x, y }, loss: "mse", optimizer: adam(), epochs: 1 } as const;

  it("measures each column of y", async () => {
    const { targets, metrics } = await train({ ...options, targets: ["p", "q"] }).result();
    expect(targets!.map(({ name }) => name)).toEqual(["p", "q"]);
    expect(metrics.train.rmse).toBeCloseTo(mean(targets!.map(({ train }) => train.rmse!)), 12);
    expect((await train(options).result()).targets).toBeUndefined();
  });

  it.each([
    ["of other columns", { targets: ["p"] }],
    ["twice the same", { targets: ["p", "p"] }],
    ["that are no texts", { targets: [1, 2] as never }],
    ["of a loss of classes", { targets: ["p", "q"], loss: "crossEntropy" }],
  ] as const)("refuses names %s", async (_, own) => {
    await expect(train({ ...options, ...own }).result()).rejects.toThrowErrorMatchingSnapshot();
  });
});
