// An examination of a training of the page: what networks of parts of its table and twins say beside its events.
import { expect, it } from "vitest";
import type { Recipe } from "../recipe/recipe.ts";
import { diagnosisOf, toExamine } from "./diagnosis.ts";
import { examinationOf, type TriedReport } from "./examination.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { LabTraining } from "./lab-training.ts";

const turn = (x: number) => Number((2 * (x % 1) - 1).toFixed(4));

/** `c` decides `y` alone, and so do the others together. */
const file = {
  name: "sums.csv",
  bytes: new TextEncoder().encode(
    `a,b,c,y\n${Array.from({ length: 200 }, (_, i) => {
      const [a, b] = [turn((i * (1 + Math.sqrt(5))) / 2), turn(i * Math.SQRT2)];
      return [a, b, (a + b).toFixed(4), a + b > 0 ? "yes" : "no"].join();
    }).join("\n")}\n`,
  ),
};

const recipe: Recipe = {
  data: { kind: "file", name: file.name, sha256: "0".repeat(64) },
  settings: { target: "y", seed: 1, hidden: [16], epochs: 30, learningRate: 0.001 },
  interventions: [],
};

it("finds what no event says, withdraws what others tell as well, and leaves the training as it is", async () => {
  const training = await LabTraining.open(recipe, { file });
  await training.seek(100);
  // A loss that still falls is no poor result.
  expect((await toExamine(training, recipe)).result).toEqual([]);
  await training.seek(300);
  const [bits, { verdicts }] = [await fingerprintOf(await training.weights()), await diagnosisOf(training, recipe)];
  expect(verdicts.map(({ kind }) => kind)).toEqual(["leaking-feature"]);
  const asked = await toExamine(training, recipe);
  expect(asked.result.map(({ type }) => type)).toEqual(["examples", "end"]);
  expect(await fingerprintOf(await training.weights())).toBe(bits);

  const reports: TriedReport[] = [];
  const found = await examinationOf(asked, recipe, { file, onTwin: (report) => reports.push(report) });
  expect(found).toMatchObject({ step: 300, steps: 300 });
  expect(found.withdrawn.map(({ kind }) => kind)).toEqual(["leaking-feature"]);
  const [first] = found.verdicts;
  expect(first).toMatchObject({ kind: "learning-rate-too-low", severity: "warning", isOfData: false });
  expect(first).not.toHaveProperty("before");
  expect(first!.remedies.map(({ flags }) => flags)).toContain("--lr 0.01");
  expect(reports[0]).toMatchObject({ index: 0, flags: "" });
  expect(reports.length).toBeGreaterThan(2);
  await training.dispose();
});
