// Verdicts on what is predicted, with several targets: of the target that has the trouble, by its name, and of no other.
import { expect, it } from "vitest";
import "../run/engine.ts";
import { prepare, tableFromRows } from "../data/index.ts";
import type { TrainEvent } from "../train/events.ts";
import { trainTable } from "../train/tabular.ts";
import { diagnose } from "./diagnose.ts";
import { measureTable } from "./measure/measure-table.ts";
import { curve, found, generator, type Row, verdicts } from "./test-trainings.ts";
import type { Findings } from "./verdict.ts";

const random = generator(17);
const rows = curve(400).map(
  (row): Row => ({
    ...row,
    size: 3 * Number(row.a) + Number(row.b) + 0.3 * random(),
    noise: random(),
    rare: Number(row.c) > 0.98 && random() < 0.6 ? "yes" : "no",
  }),
);
const leaky = rows.map((row) => ({ ...row, copy: Number(row.size) + 0.001 * random() }));

it("a copy of one of two targets is a leak of that one", async () => {
  const target = ["b", "size"];
  const [leak] = (await verdicts(leaky, { target })).filter(({ kind }) => kind === "leaking-feature");
  expect(leak!.message).toMatchInlineSnapshot(
    `"Of the target "size": the feature "copy" alone explains 100 % of the target's variance; the next best manages 88 %. Is it known before the target is, or a copy of it?"`,
  );
  expect(leak!.evidence.target).toBe("size");
  expect(leak!.evidence.features).toEqual(["copy"]);
  expect(await found(rows, { target })).not.toContain("leaking-feature");
});

it("a target that no feature tells is named, and the other is not", async () => {
  const options = { columnTypes: { rare: "ignore", side: "ignore" }, settings: { epochs: 60 } } as const;
  const told = (await verdicts(rows, { target: ["size", "noise"], ...options })).filter(
    ({ kind }) => kind === "uninformative-features",
  );
  expect(told.map(({ evidence }) => evidence.target)).toEqual(["noise"]);
});

it("a rare class is that of its target", async () => {
  const told = (await verdicts(rows, { target: ["side", "rare"] })).filter(({ kind }) => kind === "class-imbalance");
  expect(told.map(({ evidence }) => [evidence.target, evidence.class])).toEqual([["rare", "yes"]]);
});

it("labels of one target that are wrong are those of that one", async () => {
  const flips = generator(5);
  const many = curve(3000);
  const flipped = many.map(() => flips() < 0.2);
  const wrong = many.map((row, i) => ({ ...row, tall: Number(row.a) > 0 !== flipped[i] ? "yes" : "no" }));
  const options = { settings: { epochs: 15 } } as const;
  const told = (await verdicts(wrong, { target: ["side", "tall"], ...options })).filter(
    ({ kind }) => kind === "label-noise",
  );
  expect(told.map(({ evidence }) => evidence.target)).toEqual(["tall"]);
  // Rows of a table of objects are counted from 1.
  const suspects = told[0]!.evidence.suspects as number[];
  expect(suspects.filter((row) => flipped[row - 1]).length).toBeGreaterThanOrEqual(0.9 * suspects.length);
});

it("what is measured of a table is of each target", async () => {
  const flips = generator(5);
  const flipped = Array.from({ length: 600 }, () => flips() < 0.2);
  const table = tableFromRows(
    curve(600).map((row, i) => ({ ...row, tall: Number(row.a) > 0 !== flipped[i] ? "yes" : "no" })),
    { source: "rows" },
  );
  const data = { target: ["side", "tall"] };
  // After one epoch a training says nothing of labels itself.
  const settings = { epochs: 1, threads: 1, deterministic: true };
  const events: TrainEvent[] = [];
  for await (const event of trainTable(prepare(table, data), settings)) events.push(event);
  const measured = await measureTable(table, { data, settings });
  const noisy = ({ verdicts }: Findings) => verdicts.filter(({ kind }) => kind === "label-noise");
  expect(noisy(diagnose(events))).toEqual([]);
  const told = noisy(diagnose(events, measured));
  expect(told.map(({ evidence }) => evidence.target)).toEqual(["tall"]);
  const [side, tall] = measured.targets!;
  expect(side!.folds!.classes!.errorRate).toBeLessThan(0.1);
  expect(tall!.folds!.classes!.errorRate).toBeGreaterThan(0.15);
});
