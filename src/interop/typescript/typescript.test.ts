// Exported TypeScript files: they type-check, and answer as predict does, whatever the columns, the network and the loss.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tableFromRows, transform } from "../../data/index.ts";
import type { ChainruleError } from "../../ir/errors.ts";
import { activationNames } from "../../nn/activation.ts";
import { type LossName, lossesFor } from "../../nn/losses/index.ts";
import { decodeModel, encodeModel, type LoadedTableModel, type Row, type TableModel } from "../../train/index.ts";
import { type Exported, load, mixedRows, networkFor, plainFor, plainRows, preparedFor } from "./test-exports.ts";
import { writeTypeScript } from "./write.ts";

/** What is exported, by the name of its file. */
const models: Record<string, TableModel> = {};

for (const [name, target] of Object.entries({ classes: "label", two: "yes", numbers: "number" }))
  models[`mixed_${name}`] = networkFor(preparedFor(target), target === "number" ? "mse" : "crossEntropy");
models.mixed_targets = networkFor(preparedFor(["number", "other"]), "mse");
models.mixed_answers = networkFor(preparedFor(["yes", "high"]), "binaryCrossEntropy");
models.mixed_unscaled = networkFor(preparedFor("label", { standardize: false }), "crossEntropy");
models.mixed_marked = networkFor(preparedFor("label", { missing: ["-999", "n.b."] } as never), "crossEntropy");

const losses: LossName[] = [...lossesFor("regression", 1), "quantile(0.9)"];
for (const loss of losses) models[`loss_${loss.replace(/\W+/g, "_")}`] = networkFor(plainFor("count"), loss);
for (const loss of lossesFor("classification", 1)) models[`loss_${loss}`] = networkFor(plainFor("label"), loss);

const variants = {
  batch: { normalization: "batch", residual: true },
  layer: { normalization: "layer", dropout: 0.2 },
  plain: {},
} as const;
for (const [name, options] of Object.entries(variants))
  models[`net_${name}`] = networkFor(plainFor(["y", "z"]), "mse", options);
for (const activation of activationNames)
  models[`net_${activation}`] = networkFor(plainFor("y"), "mse", { activation, ...variants.batch });
models.net_linear = networkFor(plainFor("y"), "mse", { hidden: [] });
models.net_deep = networkFor(plainFor("y"), "mse", {
  hidden: new Array(6).fill(3),
  residual: true,
  activation: "tanh",
});

let folder: string;
let exported: Record<string, Exported>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "chainrule-typescript-"));
  const files = Object.entries(models).map(([name, model]) => [name, writeTypeScript(model, name)]);
  exported = load(folder, Object.fromEntries(files));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const loadedAs = (model: TableModel, backend?: "reference") =>
  decodeModel(encodeModel(model), "the model", backend && { backend }) as LoadedTableModel;

/** Answers of each target, as text and numbers in their order. */
const flat = (answers: readonly object[]): (string | number)[] =>
  answers.flatMap((answer) =>
    Object.values(answer).flatMap((one): (string | number)[] =>
      typeof one === "object" ? flat([one as object]) : [one],
    ),
  );

/** `tolerance` relative to numbers above 1. */
function expectNear(got: readonly object[], wanted: readonly object[], tolerance: number): void {
  const [a, b] = [flat(got), flat(wanted)];
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    const other = b[i]!;
    if (typeof value === "string" || typeof other === "string") expect(value).toBe(other);
    else if (Math.abs(value - other) > tolerance * Math.max(1, Math.abs(other))) expect([i, value]).toEqual([i, other]);
  });
}

/** The answers, or the code of the error. */
function outcome(predict: () => readonly object[]): readonly object[] | string {
  try {
    return predict();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return (error as ChainruleError).code;
  }
}

/** Whether there were answers; otherwise the same error. */
function expectSame(name: string, rows: readonly Row[]): boolean {
  const model = models[name]!;
  const several = model.preprocessing.targets.length > 1;
  const answersOf = (loaded: LoadedTableModel) => () => (several ? loaded.predictTargets(rows) : loaded.predict(rows));
  const own = outcome(() => exported[name]!.predictAll(rows));
  const [exact, fast] = byName.get(name)!.map((loaded) => outcome(answersOf(loaded)));
  if (typeof own === "string" || typeof exact === "string") {
    expect(own).toEqual(exact);
    return false;
  }
  expectNear(own, exact!, 1e-12);
  // predict computes in float32, to some 1e-7 of the numbers on the way: of standard deviations, and of features that are many of these.
  const { targets } = model.preprocessing;
  const { x } = transform(model.preprocessing, tableFromRows(rows, { source: "rows" }));
  const largest = Math.max(1, x.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 4);
  const unit = Math.max(1, ...targets.map((target) => (target.kind === "regression" ? target.std : 1))); // Spread: a few targets.
  expectNear(own, fast as readonly object[], 1e-6 * largest * unit);
  return true;
}

const byName = new Map(
  Object.entries(models).map(([name, model]) => [name, [loadedAs(model, "reference"), loadedAs(model)]]),
);

it.each(Object.keys(models))("%s answers every row of its table as predict does", (name) => {
  const rows = name.startsWith("mixed") ? mixedRows : plainRows;
  expectSame(name, rows.slice(0, 40));
});

const missing = fc.constantFrom(null, "", " ", "NA", "n/a", "none", "-", "?", "unknown", ".a", -999, "-999.0", "n.b.");
const number = fc.double({ min: -50, max: 50, noNaN: true });
const padded = (cell: fc.Arbitrary<string>) =>
  fc.tuple(cell, fc.constantFrom("", " ", "\t  ")).map(([text, pad]) => pad + text + pad);
const written = (text: (x: number) => string) => padded(number.map(text));
/** Cells that fit a column, by its name: also such as the training had not. */
const fitting: Readonly<Record<string, fc.Arbitrary<Row[string]>>> = {
  plain: fc.oneof(
    number,
    written(String),
    written((x) => x.toExponential(2)),
    fc.constantFrom("٣", "−5", "(4)", "<1.0"),
  ),
  text: fc.oneof(
    number,
    written((x) => x.toFixed(4)),
  ),
  price: fc.constantFrom("€1.000,50", "1.250,5 €", "€12", " €7,-", "(€4,00)"),
  share: fc.oneof(
    written((x) => `${x.toFixed(2)}%`),
    written((x) => `${x.toFixed(0)} %`),
  ),
  fund: fc.constantFrom("$3K", "$2.5M", "$1.2 bn", " $7 ", "-$4K"),
  kind: padded(fc.constantFrom("red", "RED", "Green", "bLue", "purple", "ＲＥＤ", "1")),
  place: fc.oneof(padded(fc.nat(50).map((n) => `Place ${n}`)), fc.string()),
  code: fc.oneof(fc.nat(9), fc.nat(9).map(String)),
  flag: fc.constantFrom("yes", "No", " y ", "f", "on", true, false, "0", 1),
  real: fc.constantFrom("yes", "No", true, false, 0, "1"),
  day: padded(
    fc.constantFrom("2021-04-03", "3 Apr 2021", "Apr 3, 2021", "3.4.2021", "2021-W14", "2021-Q2", "03APR2021 14:05"),
  ),
  moment: fc.date({ min: new Date(0), max: new Date(2e12), noInvalidDate: true }).map((date) => date.toISOString()),
  compact: fc.constantFrom(20210403, "20201231", 19991231.0, "20210403.0"),
  time: padded(fc.constantFrom("12:30", "7:45 PM", "23:59:59", "7 pm")),
  lasts: padded(fc.constantFrom("1h 30m", "PT5M", "2 days", "36:15:00", "-3 min")),
};
const cellOf = (name: string): fc.Arbitrary<Row[string]> =>
  fc.oneof(
    { weight: 12, arbitrary: fitting[name] ?? number },
    { weight: 5, arbitrary: missing },
    // Few, since one that does not fit is an error of its row.
    { weight: 1, arbitrary: fc.oneof(fc.string({ maxLength: 12 }), fc.double(), fc.boolean()) },
  );

describe("rows that are drawn", () => {
  it.each(Object.keys(models).filter((name) => name.startsWith("mixed")))("%s", (name) => {
    const columns = models[name]!.preprocessing.columns.map((column) => column.name);
    const cells = fc.record(Object.fromEntries(columns.map((column) => [column, cellOf(column)])));
    const kept = fc.subarray(columns);
    // Half of the cells are of the table.
    const row = fc.tuple(fc.nat(mixedRows.length - 1), cells, kept).map(([r, drawn, keep]): Row => {
      const own = mixedRows[r]!;
      return Object.fromEntries(
        columns.map((column) => [column, keep.includes(column) ? own[column]! : drawn[column]!]),
      );
    });
    let answered = 0;
    fc.assert(
      fc.property(row, (one) => {
        if (expectSame(name, [one])) answered++;
      }),
      { numRuns: 200 },
    );
    expect(answered).toBeGreaterThan(40);
  });
});

it("says which column a cell does not fit, and which columns are lacking", () => {
  const { predict, predictAll } = exported.mixed_classes!;
  expect(() => predict({ ...mixedRows[0]!, plain: "seven" })).toThrow(
    'Column "plain": a number is needed (decimal point, no unit, no "," in it), and the cell holds "seven". Mend the cell, or leave it empty if the value is missing.',
  );
  const { plain, kind, ...rest } = mixedRows[0]!;
  expect(() => predict(rest)).toThrow('The rows lack columns that the network was trained on: "plain", "kind".');
  expect(() => predictAll([null as never])).toThrow("Each row must be an object");
  expect(predictAll([])).toEqual([]);
});

it("does not hold state from row to row", () => {
  const { predict, predictAll } = exported.mixed_numbers!;
  const rows = mixedRows.slice(0, 20);
  expect(rows.toReversed().map(predict).toReversed()).toEqual(predictAll(rows));
});

it("is a module whose text holds no path of this machine", () => {
  const text = writeTypeScript(models.mixed_classes!, "a */ name\n");
  expect(text.split("\n")[0]).toBe(
    "// a */ name : a trained network, written by chainrule export. It needs nothing beside itself (ES2022).".replace(
      "*/",
      "* /",
    ),
  );
  expect(text).not.toMatch(/import |require\(|\/work|\/home/);
});
