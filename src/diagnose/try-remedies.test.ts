// Twins of small trainings: what helps is found and ranked, in one unit, alike every time.
import { expect, it } from "vitest";
import "../index.ts";
import { prepare, tableFromRows } from "../data/index.ts";
import { scaleOf } from "../data/target-kinds.ts";
import type { TrainEvent } from "../train/events.ts";
import { trainTable } from "../train/tabular.ts";
import type { Recipe } from "./change.ts";
import type { VerdictKind } from "./detectors.ts";
import { bestRemedy, type TwinReport, tryRemedies } from "./try-remedies.ts";
import type { TriedVerdict, Verdict } from "./verdict.ts";

const table = tableFromRows(
  Array.from({ length: 120 }, (_, i) => {
    const [a, b] = [Math.sin(i * 1.7), Math.cos(i * 2.3)];
    const y = 50 + 20 * (a * b + a) + 10 * Math.sin(i * i);
    return { a: 1000 * a, b, copy: y, y };
  }),
  { source: "waves" },
);
const quick = { backend: "wasm", threads: 1, hidden: [8], batchSize: 16, epochs: 15 } as const;
const features = { target: "y", columnTypes: { copy: "ignore" } } as const;

const verdictOf = (kind: VerdictKind, evidence: Verdict["evidence"] = {}): Verdict => {
  return { kind, severity: "severe", layers: [], sinceStep: 1, message: "", evidence, cause: {}, confidence: 1 };
};

async function trialsOf(recipe: Recipe, verdicts: readonly Verdict[]) {
  const events: TrainEvent[] = [];
  try {
    for await (const event of trainTable(prepare(table, recipe.data), recipe.settings)) events.push(event);
  } catch {
    // The loss became NaN.
  }
  const twins: TwinReport[] = [];
  const trials = await tryRemedies(verdicts, events, table, recipe, (twin) => twins.push(twin));
  return { ...trials, twins, best: bestRemedy(trials) };
}

it("finds what makes a deep sigmoid network learn, ranks it, and tries the best together", async () => {
  const settings = { ...quick, hidden: [6, 6, 6, 6], activation: "sigmoid" } as const;
  const { verdicts, steps, twins, best } = await trialsOf({ data: features, settings }, [
    verdictOf("vanishing-gradient"),
  ]);
  expect(steps).toBe(90);
  expect(twins.map(({ index }) => index)).toEqual(twins.map((_, i) => i));
  expect(twins[0]!.words).toBe("as it was");
  // The total is that of the single changes, from the first twin on; combinations come after it.
  expect(new Set(twins.map(({ of }) => of)).size).toBe(1);
  expect(twins.filter(({ index, of }) => index < of && index > 0).every(({ words }) => !words.includes(" + "))).toBe(
    true,
  );
  expect(twins.filter(({ index, of }) => index >= of).every(({ words }) => words.includes(" + "))).toBe(true);
  const { remedies } = verdicts[0]!;
  expect(remedies.map(({ settings }) => settings)).toContainEqual({ activation: "relu", init: "heUniform" });
  for (const { before, after } of remedies) {
    expect(before).toEqual(twins[0]!.outcome);
    const isShorter = Math.abs(Math.log(after.product!)) < Math.abs(Math.log(before.product!));
    expect(after.validationLoss! < before.validationLoss! || isShorter).toBe(true);
  }
  const losses = remedies.map(({ after }) => after.validationLoss!);
  expect(losses).toEqual(losses.toSorted((a, b) => a - b));
  expect(twins.some(({ words }) => words.includes(" + "))).toBe(true);
  expect(best!.after.validationLoss).toBe(Math.min(...remedies.map(({ after }) => after.validationLoss!)));
});

it("tries what several verdicts ask for once, and gives the same figures every time", async () => {
  const recipe = { data: features, settings: { ...quick, activation: "sigmoid", init: "zeros" } } as const;
  const verdicts = [verdictOf("bad-initialization"), verdictOf("saturation")];
  const first = await trialsOf(recipe, verdicts);
  const words = first.twins.map((twin) => twin.words);
  expect(new Set(words).size).toBe(words.length);
  expect(words.filter((text) => text === "Xavier initial weights")).toHaveLength(1);
  for (const { remedies } of first.verdicts)
    expect(remedies.map(({ settings }) => settings)).toContainEqual({ init: "xavierUniform" });
  expect(await trialsOf(recipe, verdicts)).toEqual(first);
});

it("compares losses in the target's unit where a twin is trained in another", async () => {
  const recipe = { data: { ...features, standardize: false }, settings: quick } as const;
  const { verdicts, twins } = await trialsOf(recipe, [verdictOf("unscaled-feature")]);
  const standardised = verdicts[0]!.remedies.find(({ settings }) => Object.keys(settings).join() === "standardize")!;
  const own = { ...recipe, data: features };
  const alone = await trialsOf(own, [verdictOf("learning-rate-too-low")]);
  const variance = scaleOf(prepare(table, features).preprocessing.targets[0]!).unit ** 2;
  expect(variance).toBeGreaterThan(10);
  expect(standardised.after.loss).toBeCloseTo(variance * alone.twins[0]!.outcome.loss, 6);
  expect(standardised.after.validationLoss).toBeCloseTo(variance * alone.twins[0]!.outcome.validationLoss!, 6);
  expect(standardised.before).toEqual(twins[0]!.outcome);
});

it("compares a loss that is a sum over the batch by what it is a row", async () => {
  // So slow that no training learns anything: only the batches differ.
  const settings = { ...quick, loss: "halfSumOfSquares", optimizer: "sgd", learningRate: 1e-12 } as const;
  const { verdicts, twins } = await trialsOf({ data: features, settings }, [verdictOf("batch-too-small")]);
  expect(twins.slice(0, 5).map(({ words }) => words)).toEqual([
    ...["as it was", "batches of 64 rows", "batches of 96 rows"],
    ...["batches of 64 rows at a learning rate of 2e-12", "batches of 96 rows at a learning rate of 2.4e-12"],
  ]);
  const [before, ...after] = twins.map(({ outcome }) => outcome.loss);
  for (const loss of after) expect(Math.abs(loss / before! - 1)).toBeLessThan(0.2);
  expect(verdicts[0]!.remedies.every(({ after: { loss } }) => loss < before!)).toBe(true);
});

it("a training whose loss became NaN has no loss, and what makes it finite helps", async () => {
  const settings = { ...quick, optimizer: "sgd", learningRate: 1e9 } as const;
  const { verdicts, best } = await trialsOf({ data: features, settings }, [verdictOf("non-finite")]);
  expect(verdicts[0]!.remedies.length).toBeGreaterThan(0);
  for (const { before, after } of verdicts[0]!.remedies) {
    expect(before).toEqual({ loss: Number.NaN });
    expect(Number.isFinite(after.loss)).toBe(true);
  }
  expect(best!.settings.learningRate).toBeLessThan(1);
});

it("leaves out a feature that gives the target away, at the cost of loss, and does not restart with that", async () => {
  const verdict = verdictOf("leaking-feature", { features: ["copy"] });
  const { verdicts, best } = await trialsOf({ data: { target: "y" }, settings: quick }, [verdict]);
  const [remedy, ...others] = verdicts[0]!.remedies;
  expect(others).toEqual([]);
  expect(remedy!.settings).toEqual({ columnTypes: { copy: "ignore" } });
  expect(remedy!.after.loss).toBeGreaterThan(remedy!.before.loss);
  expect(best).toBeUndefined();
});

it("tries nothing where no setting mends it", async () => {
  const verdicts = [verdictOf("label-noise"), verdictOf("class-imbalance")];
  const { twins, steps, ...tried } = await trialsOf({ data: features, settings: quick }, verdicts);
  expect({ twins, steps }).toEqual({ twins: [], steps: 0 });
  expect(tried.verdicts.map(({ remedies }) => remedies)).toEqual([[], []]);
});

it("tries dropout against overfitting, unless there is as much", async () => {
  const words = async (dropout: number) => {
    const recipe = { data: features, settings: { ...quick, epochs: 3, dropout } };
    const { twins } = await trialsOf(recipe, [verdictOf("overfitting")]);
    return twins.map((twin) => twin.words);
  };
  expect(await words(0)).toContain("dropout of 0.3");
  expect(await words(0.3)).not.toContain("dropout of 0.3");
});

it("takes a warning that nothing helps against for a remark, and lets severe verdicts stand", async () => {
  // All that is left to try against its initial weights is relu, which learns waves no better than tanh.
  const settings = { ...quick, activation: "tanh", normalization: "layer", learningRate: 0.02 } as const;
  for (const severity of ["warning", "severe"] as const) {
    const { verdicts, twins } = await trialsOf({ data: features, settings }, [
      { ...verdictOf("bad-initialization"), severity },
    ]);
    expect(twins).toHaveLength(2);
    const [{ remedies, wasWarning, severity: now }] = verdicts as [TriedVerdict];
    expect(remedies).toEqual([]);
    expect([now, wasWarning]).toEqual(severity === "warning" ? ["info", true] : ["severe", undefined]);
  }
});

it("measures larger batches by as many rows, and lifts a clip that makes every step short", async () => {
  const settings = { ...quick, optimizer: "sgd", learningRate: 0.1, clipNorm: 1e-5 } as const;
  const { verdicts, best } = await trialsOf({ data: features, settings }, [verdictOf("learning-rate-too-low")]);
  expect(verdicts[0]!.remedies.map((remedy) => remedy.settings)).toContainEqual({ clipNorm: 1 });
  expect(best!.settings.clipNorm).toBe(1);
  // With a rate this small what is left says how many steps a twin took: as many epochs as the training.
  const slow = { ...quick, optimizer: "sgd", schedule: "constant", learningRate: 1e-4 } as const;
  const { twins } = await trialsOf({ data: features, settings: slow }, [verdictOf("batch-too-small")]);
  const own: (number | undefined)[] = [];
  for (const batchSize of [16, 64]) {
    const training = trainTable(prepare(table, features), { ...slow, batchSize });
    own.push((await training.result()).metrics.validation?.loss);
  }
  expect(twins.slice(0, 2).map(({ outcome }) => outcome.validationLoss)).toEqual(own);
});

it("normalises no batches of one row", async () => {
  const words = async (batchSize: number) => {
    const recipe = { data: features, settings: { ...quick, epochs: 2, batchSize } };
    return (await trialsOf(recipe, [verdictOf("dead-units")])).twins.map((twin) => twin.words);
  };
  expect(await words(1)).not.toContain("batch normalisation");
  expect(await words(1)).toContain("layer normalisation");
  expect(await words(2)).toContain("batch normalisation");
});
