// Verdicts on a terminal: in 60 and 80 columns, with remedies, with the same ones again, and without any.
import picocolors from "picocolors";
import { expect, it } from "vitest";
import type { Remedy, TriedVerdict } from "../../diagnose/verdict.ts";
import type { LedgerRow } from "../../observe/ledger.ts";
import { renderDiagnosis, type Tried, twinLines, type Unfinished } from "./diagnosis.ts";
import type { Style } from "./style.ts";
import { displayWidth } from "./text.ts";

const plain = (width: number): Style => ({ width, colors: picocolors.createColors(false) });

const before = { loss: Number.NaN };
const remedies: readonly Remedy[] = [
  {
    change: "relu with He initial weights",
    settings: { activation: "relu", init: "heUniform" },
    before,
    after: { loss: 0.0213, validationLoss: 0.05, product: 0.31 },
  },
  {
    change: "residual connections + layer normalisation",
    settings: { normalization: "layer", residual: true },
    before,
    after: { loss: 0.4, validationLoss: 0.5, product: 1.2 },
  },
];
const vanishing: TriedVerdict = {
  kind: "vanishing-gradient",
  severity: "severe",
  layers: ["layers.0", "layers.2"],
  sinceStep: 3,
  message: "Of the gradient at the output, 3.1e-7 is left at layers.0, so that the first layers hardly learn.",
  evidence: { product: 3.1e-7, layers: 8, step: 1200 },
  cause: { activationFactor: 0.21, weightFactor: 0.9, flat: true, at: ["layers.0", "layers.2", "a", "b", "c"] },
  confidence: 1,
  remedies,
};
const noise: TriedVerdict = {
  ...vanishing,
  ...{ kind: "label-noise", severity: "info", layers: [], sinceStep: 0, evidence: {}, cause: {}, remedies: [] },
  message: "About 5 % of the labels look wrong.",
};
const output: LedgerRow = {
  ...{ layer: "layers.0", gradientRms: 0.1, deltaRms: 0.1 },
  ...{ weightFactor: 1, activationFactor: 1, skipFactor: 1, attenuation: 1, product: 1 },
};
const show = (width: number, verdicts: readonly TriedVerdict[], tried: Tried, unfinished?: Unfinished) => {
  const healthy = verdicts.every(({ severity }) => severity === "info");
  const ledger = unfinished?.step === 0 ? [] : [output];
  const how = { tried, ...(unfinished && { unfinished }) };
  const all = renderDiagnosis("runs/a", { healthy, verdicts, ledger }, how, plain(width));
  const title = all.indexOf("The chain-rule ledger of the last step that was observed");
  const lines = title < 0 ? all : all.slice(0, title - 1);
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  return `\n${lines.join("\n")}\n`;
};

it("in 60 columns", () => {
  const longer: Remedy = {
    ...remedies[0]!,
    change: "relu with He initial weights + layer normalisation",
    settings: { activation: "relu", init: "heUniform", normalization: "layer" },
  };
  const both: TriedVerdict = { ...vanishing, remedies: [...remedies, longer] };
  const again: TriedVerdict = {
    ...vanishing,
    remedies: both.remedies,
    kind: "saturation",
    severity: "warning",
    message: "Units are flat.",
  };
  expect(show(60, [both, again, noise], { steps: 500 })).toMatchInlineSnapshot(`
    "
    runs/a: 3 verdicts, causes before what follows from them

    severe: vanishing gradient, since step 3
      Of the gradient at the output, 3.1e-7 is left at layers.0,
      so that the first layers hardly learn.
      layers: layers.0, layers.2
      evidence: product 3.100e-7, layers 8, step 1200
      cause: activation factor 0.2100, weight factor 0.9000,
      flat true, at layers.0 layers.2 a b and 1 more

      tried for 500 steps             loss  validation  ledger
      as it was                 not finite           –       –
      1 relu with He initial       0.02130     0.05000    0.31
        weights
      2 residual connections +      0.4000      0.5000     1.2
        layer normalisation
      3 relu with He initial       0.02130     0.05000    0.31
        weights + layer
        normalisation

      1 --activation relu --init heUniform
      2 --layer-norm --residual
      3 --activation relu --init heUniform --layer-norm

    warning: saturation, since step 3
      Units are flat.
      layers: layers.0, layers.2
      evidence: product 3.100e-7, layers 8, step 1200
      cause: activation factor 0.2100, weight factor 0.9000,
      flat true, at layers.0 layers.2 a b and 1 more
      The same remedies help as above.

    info: label noise, in the data
      About 5 % of the labels look wrong.
      No option of chainrule train mends this: it lies in the
      data.
    "
  `);
});

it("in 80 columns, where nothing helped", () => {
  expect(show(80, [{ ...vanishing, remedies: [] }], { steps: 500 })).toMatchInlineSnapshot(`
    "
    runs/a: 1 verdict, causes before what follows from them

    severe: vanishing gradient, since step 3
      Of the gradient at the output, 3.1e-7 is left at layers.0, so that the first
      layers hardly learn.
      layers: layers.0, layers.2
      evidence: product 3.100e-7, layers 8, step 1200
      cause: activation factor 0.2100, weight factor 0.9000, flat true, at layers.0
      layers.2 a b and 1 more

      Nothing that was tried lowered the loss by 3 %.
    "
  `);
});

it("says so where nothing that was tried helped", () => {
  const shown = show(80, [{ ...vanishing, kind: "overfitting", remedies: [] }], { steps: 500 });
  expect(shown).toContain("  Nothing that was tried lowered the loss by 3 %.\n");
});

it("where nothing could be tried", () => {
  expect(show(80, [{ ...vanishing, remedies: [] }], { untried: "the data is gone." })).toMatchInlineSnapshot(`
    "
    runs/a: 1 verdict, causes before what follows from them

    severe: vanishing gradient, since step 3
      Of the gradient at the output, 3.1e-7 is left at layers.0, so that the first
      layers hardly learn.
      layers: layers.0, layers.2
      evidence: product 3.100e-7, layers 8, step 1200
      cause: activation factor 0.2100, weight factor 0.9000, flat true, at layers.0
      layers.2 a b and 1 more

    No remedies were tried: the data is gone.
    "
  `);
});

it("where all is well", () => {
  expect(show(80, [], { steps: 0 })).toMatchInlineSnapshot(`
    "
    runs/a: nothing is wrong
    "
  `);
  expect(show(80, [noise], { steps: 0 })).toMatchInlineSnapshot(`
    "
    runs/a: nothing that costs anything, 1 remark

    info: label noise, in the data
      About 5 % of the labels look wrong.
      No option of chainrule train mends this: it lies in the data.
    "
  `);
});

it("of a training that has not ended", () => {
  expect(show(80, [], { steps: 0 }, { step: 12 })).toBe(
    "\nruns/a: nothing is wrong\nIt has not ended; seen so far: step 12.\n",
  );
  // Nothing to judge by is no good sign.
  const style = { width: 80, colors: picocolors.createColors(true) };
  const empty = { healthy: true, verdicts: [], ledger: [] };
  const lines = renderDiagnosis("runs/a", empty, { tried: { steps: 0 }, unfinished: { step: 0 } }, style);
  expect(lines).toEqual([
    `${style.colors.bold("runs/a")}: no step was observed, so there is nothing to judge by`,
    "It has not ended; seen so far: no step.",
  ]);
});

it("a row as the table has it, and else where it is counted from", () => {
  const causes = (cause: TriedVerdict["cause"]) =>
    show(80, [{ ...vanishing, evidence: {}, cause, remedies: [] }], { steps: 500 })
      .split("\n")
      .find((line) => line.startsWith("  cause:"));
  expect(causes({ split: "validation", row: 33, tableRow: 32 })).toBe("  cause: split validation, table row 32");
  expect(causes({ split: "train", row: 33 })).toBe("  cause: split train, row (counted from 0) 33");
});

it("twins as they are trained", () => {
  const lines = (outcome: Parameters<typeof twinLines>[0]["outcome"], width: number) =>
    `\n${twinLines({ index: 1, of: 12, words: "residual connections + layer normalisation", change: {}, outcome }, plain(width)).join("\n")}\n`;
  expect(lines({ loss: 0.4, validationLoss: 0.5 }, 90)).toMatchInlineSnapshot(`
    "
       2/12  residual connections + layer normalisation: loss 0.4000, validation 0.5000
    "
  `);
  expect(lines({ loss: Number.NaN }, 50)).toMatchInlineSnapshot(`
    "
       2/12  residual connections + layer
             normalisation: loss not finite
    "
  `);
  // Combinations come on top of the total that was known: the texts stay one below the other.
  const heads = [7, 8, 9].map((index) => {
    const twin = { index, of: 9, words: "relu", change: {}, outcome: { loss: 0.5 } };
    return twinLines(twin, plain(80))[0]!;
  });
  expect(heads).toEqual(["  8/9  relu: loss 0.5000", "  9/9  relu: loss 0.5000", "  10   relu: loss 0.5000"]);
});
