// Rows have the numbers of their lines: in built-in sets those of the CSV that they are saved as, as in files.
import { expect, it } from "vitest";
import { csvOf } from "../sets/csv.ts";
import { LabTraining } from "./lab-training.ts";
import { rowNumber, rowOfNumber } from "./rows.ts";

it("counts rows of built-in sets as lines of their CSV, and those of a file as its lines", async () => {
  const own = { settings: { hidden: [2], epochs: 1, standardize: false }, interventions: [] };
  const built = await LabTraining.open({ ...own, data: { kind: "set", name: "circle", options: {} } });
  const text = csvOf(built.opened.table!);
  const lines = text.split("\n");
  const file = { name: "circle.csv", bytes: new TextEncoder().encode(text) };
  const data = { kind: "file", name: file.name, sha256: "0" } as const;
  const read = await LabTraining.open({ ...own, settings: { ...own.settings, target: "class" }, data }, { file });
  const { rowNumbers } = built.describe();
  expect(rowNumbers).toEqual(read.describe().rowNumbers);
  const { x } = built.opened.options.data;
  for (const row of [0, 1, 150]) {
    const cells = lines[rowNumbers![row]! - 1]!.split(",");
    expect(Math.fround(Number(cells[0]))).toBe(x.data[row * 2]);
    expect(rowNumber(built.describe(), row)).toBe(rowNumbers![row]);
  }
  expect(Math.min(...rowNumbers!)).toBeGreaterThanOrEqual(2);
  await built.dispose();
  await read.dispose();
});

it("finds the row of a number, and the next in its direction where there is none", () => {
  const numbered = { rowNumbers: Int32Array.of(2, 3, 7, 9) };
  expect(rowOfNumber(numbered, 7, 0)).toBe(2);
  expect(rowOfNumber(numbered, 4, 1)).toBe(2);
  expect(rowOfNumber(numbered, 6, 2)).toBe(1);
  expect(rowOfNumber(numbered, 90, 0)).toBe(3);
  expect(rowOfNumber(numbered, 0, 3)).toBe(0);
  expect(rowOfNumber({}, 5, 0)).toBe(5);
});
