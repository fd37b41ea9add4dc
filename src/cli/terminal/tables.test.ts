// The tables at several widths: metrics, confusion matrix, columns.
import fc from "fast-check";
import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import type { ColumnDescription } from "../../data/index.ts";
import { renderColumns } from "./columns-table.ts";
import { renderConfusion } from "./confusion-matrix.ts";
import { renderMetrics } from "./metrics-table.ts";
import { renderReliability } from "./reliability-table.ts";
import type { Style } from "./style.ts";
import { displayWidth } from "./text.ts";

const plain = (width: number): Style => ({ width, colors: picocolors.createColors(false) });
const column = (
  name: string,
  type: ColumnDescription["type"],
  rest: Partial<ColumnDescription> = {},
): ColumnDescription => ({ name, type, role: "feature", missing: 0, distinct: 10, features: 1, reason: "", ...rest });

const show = (lines: string[]) => `\n${lines.join("\n")}\n`;

describe("metrics", () => {
  it("stand side by side", () => {
    const train = { loss: 0.312345, accuracy: 0.8831, rocAuc: 0.93456 };
    expect(
      show(
        renderMetrics(
          [
            ["train", train],
            ["validation", { ...train, loss: 0.35 }],
          ],
          plain(40),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "
                 train  validation
      loss      0.3123      0.3500
      accuracy  88.31%      88.31%
      ROC AUC   0.9346      0.9346
      "
    `);
    expect(
      show(renderMetrics([["train", { loss: 0.05, rmse: 12345.6, mae: 1e-5, r2: 0.9 }]], plain(80))),
    ).toMatchInlineSnapshot(`
      "
               train
      loss   0.05000
      RMSE     12346
      MAE   1.000e-5
      R²      0.9000
      "
    `);
  });
});

describe("the reliability table", () => {
  const bins = [
    { from: 8 / 15, to: 9 / 15, rows: 1204, confidence: 0.571, accuracy: 0.5 },
    { from: 14 / 15, to: 1, rows: 7, confidence: 0.9999, accuracy: 1 },
  ];
  it("has a line for each interval", () =>
    expect(show(renderReliability(bins, plain(40)))).toMatchInlineSnapshot(`
    "
     confidence    mean   right   rows
     53% to 60%   57.1%   50.0%  1,204
    93% to 100%  100.0%  100.0%      7
    "
  `));
});

describe("the confusion matrix", () => {
  it("of two classes", () =>
    expect(
      show(
        renderConfusion(
          [
            [1200, 14],
            [22, 80],
          ],
          ["no", "yes"],
          plain(40),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "
      true ╲ predicted     no  yes  recall
      no                1,200   14   98.8%
      yes                  22   80   78.4%
      "
    `));

  const digits = Array.from({ length: 10 }, (_, k) => `digit number ${k}`);
  const counts = digits.map((_, i) => digits.map((_, j) => (i === j ? 100 : (i * j) % 5)));
  it("of ten classes in 120 columns", () =>
    expect(show(renderConfusion(counts, digits, plain(120)))).toMatchInlineSnapshot(`
      "
      true ╲ predicted     1    2    3    4    5    6    7    8    9   10  recall
       1 digit number 0  100    0    0    0    0    0    0    0    0    0  100.0%
       2 digit number 1    0  100    2    3    4    0    1    2    3    4   84.0%
       3 digit number 2    0    2  100    1    3    0    2    4    1    3   86.2%
       4 digit number 3    0    3    1  100    2    0    3    1    4    2   86.2%
       5 digit number 4    0    4    3    2  100    0    4    3    2    1   84.0%
       6 digit number 5    0    0    0    0    0  100    0    0    0    0  100.0%
       7 digit number 6    0    1    2    3    4    0  100    2    3    4   84.0%
       8 digit number 7    0    2    4    1    3    0    2  100    1    3   86.2%
       9 digit number 8    0    3    1    4    2    0    3    1  100    2   86.2%
      10 digit number 9    0    4    3    2    1    0    4    3    2  100   84.0%
      "
    `));
  it("of ten classes in 80 columns", () =>
    expect(show(renderConfusion(counts, digits, plain(80)))).toMatchInlineSnapshot(`
      "
      true ╲ predicted     1    2    3    4    5    6    7    8    9   10  recall
       1 digit number 0  100    0    0    0    0    0    0    0    0    0  100.0%
       2 digit number 1    0  100    2    3    4    0    1    2    3    4   84.0%
       3 digit number 2    0    2  100    1    3    0    2    4    1    3   86.2%
       4 digit number 3    0    3    1  100    2    0    3    1    4    2   86.2%
       5 digit number 4    0    4    3    2  100    0    4    3    2    1   84.0%
       6 digit number 5    0    0    0    0    0  100    0    0    0    0  100.0%
       7 digit number 6    0    1    2    3    4    0  100    2    3    4   84.0%
       8 digit number 7    0    2    4    1    3    0    2  100    1    3   86.2%
       9 digit number 8    0    3    1    4    2    0    3    1  100    2   86.2%
      10 digit number 9    0    4    3    2    1    0    4    3    2  100   84.0%
      "
    `));
  it("of ten classes in 40 columns is left out", () => expect(renderConfusion(counts, digits, plain(40))).toEqual([]));
  it("of eleven classes is left out", () =>
    expect(renderConfusion(Array(11).fill(Array(11).fill(0)), Array(11).fill("a"), plain(200))).toEqual([]));
});

describe("the columns", () => {
  const titanic = [
    column("age", "number", { missing: 1177, features: 2 }),
    column("sex", "category", { features: 3 }),
    column("name", "identifier", { role: "left out", features: 0, reason: "almost every value is different" }),
    column("survived\u001b[31m\n", "boolean", { role: "target", features: 0, reason: "classification: 2 classes" }),
    column("乗船した港", "category", { missing: 2, features: 4 }),
  ];
  it("in 40 columns", () =>
    expect(show(renderColumns(titanic, plain(40)))).toMatchInlineSnapshot(`
      "
      column      type        becomes
      age         number      2 features
      sex         category    3 features
      name        identifier  left out (almos…
      survived�   boolean     target (classif…
      乗船した港  category    4 features
      "
    `));
  it("in 80 columns", () =>
    expect(show(renderColumns(titanic, plain(80)))).toMatchInlineSnapshot(`
    "
    column      type        missing  becomes
    age         number        1,177  2 features
    sex         category          0  3 features
    name        identifier        0  left out (almost every value is different)
    survived�   boolean           0  target (classification: 2 classes)
    乗船した港  category          2  4 features
    "
  `));

  it("are shortened beyond twenty, and the target is shown", () => {
    const many = [
      ...Array.from({ length: 40 }, (_, i) => column(`x${i}`, i % 10 === 9 ? "category" : "number")),
      column("y", "number", { role: "target", features: 0, reason: "regression" }),
    ];
    const lines = renderColumns(many, plain(80));
    expect(lines).toHaveLength(21);
    expect(show(lines.slice(-4))).toMatchInlineSnapshot(`
      "
      x16     number          0  1 feature
      x17     number          0  1 feature
      y       number          0  target (regression)
      … 22 more columns: 19 number, 3 category
      "
    `);
  });
});

it("no table is wider than the terminal", () => {
  const name = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 120 }), fc.array(name, { minLength: 1, maxLength: 10 }), (width, names) => {
      const style = plain(width);
      const lines = [
        ...renderColumns(
          names.map((n) => column(n, "number", { missing: 1e9, reason: n })),
          style,
        ),
        ...renderConfusion(
          names.map(() => names.map(() => 12345)),
          names,
          style,
        ),
        ...renderMetrics([["train", Object.fromEntries(names.map((n) => [n, 1e-300]))]], style),
      ];
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});
