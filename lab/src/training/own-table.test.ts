// Own files: what the page says of one before it is trained on, how it is trained, and what columns and rows are blamed for.
import { expect, it } from "vitest";
import type { DataChoice } from "../recipe/recipe.ts";
import { blameOf } from "./blame.ts";
import { inspectTable } from "./inspect.ts";
import { LabTraining } from "./lab-training.ts";
import type { OwnFile } from "./open.ts";
import { readTable } from "./open-table.ts";

const fileOf = (name: string, text: string): OwnFile => ({ name, bytes: new TextEncoder().encode(text) });
const dataOf = ({ name }: OwnFile): DataChoice => ({ kind: "file", name, sha256: "0".repeat(64) });

const shops = fileOf(
  "shops.csv",
  `id;size;city;zip;sold\n${Array.from(
    { length: 40 },
    (_, i) =>
      `s${i};${i % 7 === 3 ? "" : `${i},5`};${["Rome", "Oslo", "Bern"][i % 3]};${1000 + (i % 4)};${i % 2 ? "yes" : "no"}`,
  ).join("\n")}\n`,
);
const inspected = async (file: OwnFile, settings = {}) =>
  inspectTable((await readTable({ data: dataOf(file), settings }, file)).table, settings);

it("tells a file's columns as the command line does", async () => {
  const { rows, columns, preview, problem } = await inspected(shops, { target: "sold" });
  expect(problem).toBeUndefined();
  expect(rows).toBe(40);
  expect(columns.map(({ name, type, role, missing, features }) => [name, type, role, missing, features])).toEqual([
    ["id", "identifier", "left out", 0, 0],
    ["size", "number", "feature", 6, 2],
    ["city", "category", "feature", 0, 3],
    ["zip", "number", "feature", 0, 1],
    ["sold", "boolean", "target", 0, 0],
  ]);
  expect(columns[1]!.examples).toEqual(["0,5", "1,5", "2,5"]);
  expect(preview[3]).toEqual({ number: 5, cells: ["s3", null, "Rome", "1003", "yes"] });
});

it("takes a type that is set, and says what speaks against one", async () => {
  const typed = await inspected(shops, { target: "sold", columnTypes: new Map([["zip", "category"]]) });
  expect(typed.columns[3]).toMatchObject({ type: "category", features: 4 });
  const wrong = await inspected(shops, { target: "sold", columnTypes: new Map([["city", "number"]]) });
  expect(wrong.problem).toMatchObject({ code: "TYPE_MISMATCH", message: expect.stringMatching(/"city".*Rome/) });
  expect(wrong.columns[2]).toMatchObject({ type: "category" });
  expect((await inspected(shops, { target: "price" })).problem).toMatchObject({ code: "UNKNOWN_COLUMN" });
  const untargeted = await inspected(shops);
  expect(untargeted.problem).toBeUndefined();
  expect(untargeted.columns[4]).toMatchObject({ type: "boolean", role: "feature" });
});

it.each([
  ["ragged.csv", "a,b\n1,2\n3,4,5\n", /ragged\.csv, row 3 has 3 cells/],
  ["open.json", '[{"a": 1}, {"a": ', /open\.json/],
  ["empty.csv", "", /empty\.csv/],
  ["no.parquet", "PAR1 is all there is", /no\.parquet cannot be read as Parquet/],
  ["picture.png", "\u0089PNG\r\n\u001a\n\u0000\u0000", /picture\.png/],
])("refuses %s in words", async (name, text, message) => {
  await expect(inspected(fileOf(name, text))).rejects.toThrow(message);
});

it("asks for a file that is not given, and for a target", async () => {
  const recipe = { data: dataOf(shops), settings: {}, interventions: [] };
  await expect(LabTraining.open(recipe)).rejects.toThrow("This training needs the file shops.csv");
  await expect(LabTraining.open(recipe, { file: shops })).rejects.toThrow("Say which column is predicted");
});

it("draws the plane of two columns however their numbers are written", async () => {
  const file = fileOf(
    "points.csv",
    `a;b;y\n${Array.from({ length: 40 }, (_, i) => `${i % 8},5;${(i * 3) % 11},25;${i % 2 ? "u" : "v"}`).join("\n")}\n`,
  );
  const training = await LabTraining.open(
    { data: dataOf(file), settings: { target: "y", validation: 0 }, interventions: [] },
    { file },
  );
  expect(training.plane?.columns).toEqual(["a", "b"]);
  expect(training.plane?.x[0]).toBeCloseTo(0.5 - 0.7, 4);
  expect(training.plane?.x[1]).toBeCloseTo(7.5 + 0.7, 4);
  const row = training.opened.prepared!.train.rowNumbers[2]!;
  expect(training.points?.y[2]).toBeCloseTo(((row * 3) % 11) + 0.25, 4);
});

it("blames rows by the lengths of their own gradients, and columns by theirs over the rows", async () => {
  const training = await LabTraining.open(
    { data: dataOf(shops), settings: { target: "sold", hidden: [3], seed: 2 }, interventions: [] },
    { file: shops },
  );
  await training.seek(5);
  const { blame, rows, width } = await training.held((held) => {
    const count = held.started().rows;
    return {
      blame: blameOf(training.opened, held)!,
      rows: Array.from({ length: count }, (_, row) => held.look([row]).gradients),
      width: training.opened.features.length,
    };
  });
  const lengths = rows.map((gradients) => {
    let sum = 0;
    for (const [name, { data }] of Object.entries(gradients))
      if (/weight|bias/.test(name)) for (const value of data) sum += value ** 2;
    return Math.sqrt(sum);
  });
  expect(blame.step).toBe(5);
  expect(blame.rows[0]!.gradientNorm).toBeCloseTo(Math.max(...lengths), 5);
  expect(blame.rows[0]!.gradientNorm).toBeCloseTo(lengths[blame.rows[0]!.row]!, 5);
  expect(["yes", "no"]).toContain(blame.rows[0]!.target);
  expect(blame.columns.map(({ name }) => name).sort()).toEqual(["city", "size", "zip"]);
  const city = [2, 3, 4];
  const squares = rows.map(({ x }) => city.reduce((sum, f) => sum + x!.data[f]! ** 2, 0));
  expect(width).toBe(6);
  expect(blame.columns.find(({ name }) => name === "city")!.gradientRms).toBeCloseTo(
    Math.sqrt(squares.reduce((a, b) => a + b) / rows.length),
    5,
  );
});
