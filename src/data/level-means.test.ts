// Columns of many levels as means of the target: values by hand, no row's own target among its features, files and new rows.
import { describe, expect, it } from "vitest";
import { fitLevelMeans } from "./level-means.ts";
import { prepare } from "./prepare.ts";
import { parsePreprocessing } from "./preprocessing.ts";
import { tableFromRows } from "./rows.ts";
import { transform } from "./transform.ts";

const rowsOf = (codes: Int32Array) => Int32Array.from(codes.keys());

describe("the value of a level", () => {
  it("is its mean, drawn towards that of all by the variances within and between", () => {
    const codes = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 2, -1);
    const y = [1, 3, 1, 3, 7, 9, 7, 9, 5, 5];
    const { means } = fitLevelMeans(codes, 3, rowsOf(codes), [{ of: "mean y", at: (row) => y[row]! }], 0)!;
    // Within: 8 squares of 1 and 6 degrees of freedom. Between: 4 (2 − 5)² + 4 (8 − 5)² + 0 and 2. n₀ = (9 − 33/9) / 2.
    const within = 8 / 6;
    const between = (72 / 2 - within) / ((9 - 33 / 9) / 2);
    const share = (4 * between) / (4 * between + within);
    expect(means[0]!.overall).toBeCloseTo(5, 12);
    expect(means[0]!.values[0]).toBeCloseTo(share * 2 + (1 - share) * 5, 12);
    expect(means[0]!.values[1]).toBeCloseTo(share * 8 + (1 - share) * 5, 12);
    expect(means[0]!.values[2]).toBeCloseTo(5, 12);
  });

  it("is nothing where levels do not differ more than by chance", () => {
    const codes = Int32Array.from({ length: 120 }, (_, i) => i % 40);
    expect(
      fitLevelMeans(codes, 40, rowsOf(codes), [{ of: "mean y", at: (row) => Math.floor(row / 40) }], 0),
    ).toBeUndefined();
    expect(fitLevelMeans(codes, 40, rowsOf(codes), [{ of: "mean y", at: () => 1 }], 0)).toBeUndefined();
  });

  it("of a training row does not depend on its own target", () => {
    const codes = Int32Array.from({ length: 100 }, (_, i) => i % 25);
    const y = Array.from(codes, (code, i) => code + (i % 3));
    const own = (changed: number) =>
      fitLevelMeans(codes, 25, rowsOf(codes), [{ of: "y", at: (row) => y[row]! + (row === changed ? 20 : 0) }], 7)!;
    const before = own(-1).outOfFold[0]!;
    for (const row of [0, 13, 99]) expect(own(row).outOfFold[0]![row]).toBe(before[row]);
    expect(own(0).means[0]!.values[0]).not.toBeCloseTo(own(-1).means[0]!.values[0]!, 1);
  });
});

/** Shops of different prices, 3 rows of each; one cell is missing. */
const shops = Array.from({ length: 40 }, (_, shop) => `shop ${(shop * 17) % 40}`);
const sales = Array.from({ length: 120 }, (_, i) => ({
  shop: i === 60 ? null : shops[i % 40]!,
  size: (i * 7) % 11,
  price: 10 * ((i * 17) % 40) + ((i * 5) % 7),
}));
const table = tableFromRows(sales, { source: "sales" });

describe("a column of many levels", () => {
  const prepared = prepare(table, { target: "price" });
  const { preprocessing, columns } = prepared;

  it("is one feature, and says so", () => {
    expect(preprocessing.features).toEqual(["mean price by shop", "shop is missing", "size"]);
    const said = { type: "category", role: "feature", features: 2, distinct: 40, featureWords: "mean price at each" };
    expect(columns[0]).toMatchObject(said);
  });

  it("comes out of a file as it went in, and gives rows for validation and new rows the same features", () => {
    const again = parsePreprocessing(JSON.parse(JSON.stringify(preprocessing)));
    expect(again).toEqual(preprocessing);
    const all = transform(again, table).x;
    const { x, rowNumbers } = prepared.validation!;
    for (const [i, row] of rowNumbers.entries())
      expect([...x.subarray(i * 3, i * 3 + 3)]).toEqual([...all.subarray(row * 3, row * 3 + 3)]);
  });

  it("has the mean of all training rows where the level is new or missing, with a note", () => {
    const rows = [
      { shop: " Shop 5", size: 1 },
      { shop: "elsewhere", size: 1 },
      { shop: null, size: 1 },
    ];
    const { x, notes } = transform(preprocessing, tableFromRows(rows, { source: "new" }));
    expect(x[0]).toBeLessThan(-0.5);
    expect([x[3], x[4], x[6], x[7]]).toEqual([0, 0, 0, 1]);
    expect(notes.join(" ")).toMatch(
      /"shop": 1 cell with new categories, which take the mean of all training rows: "elsewhere" \(1\)\./,
    );
    expect(notes.join(" ")).toMatch(
      /"shop": 1 cell missing; a missing cell takes the training mean and sets "shop is missing"\./,
    );
  });

  it("is in the target's unit where numbers are left as they are", () => {
    const { preprocessing: plain } = prepare(table, { target: "price", standardize: false });
    const { x } = transform(plain, tableFromRows([{ shop: "shop 39", size: 1 }], { source: "new" }));
    expect(x[0]).toBeGreaterThan(130);
  });

  it("has a share for each class, for two classes the second one's", () => {
    const rows = sales.map(({ shop, size, price }) => ({
      shop,
      size,
      grade: price > 265 ? "c" : price > 133 ? "b" : "a",
    }));
    const three = prepare(tableFromRows(rows, { source: "rows" }), { target: "grade" });
    expect(three.preprocessing.features.slice(0, 3)).toEqual(["a", "b", "c"].map((name) => `share of ${name} by shop`));
    expect(three.columns[0]!.featureWords).toBe("share of each class at each");
    const two = rows.map(({ shop, size, grade }) => ({ shop, size, high: grade === "c" }));
    const { features } = prepare(tableFromRows(two, { source: "rows" }), { target: "high" }).preprocessing;
    expect(features[0]).toBe("share of true by shop");
  });

  it("has features for the levels that come often, beside the mean of the others", () => {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const shop = i % 2 === 0 ? "big" : `shop ${i % 50}`;
      return { shop, size: i % 11, price: 10 * (i % 50) + (i % 7) };
    });
    const { preprocessing: both, columns: said } = prepare(tableFromRows(rows, { source: "rows" }), {
      target: "price",
    });
    expect(both.features.slice(0, 2)).toEqual(["shop=big", "mean price by shop"]);
    expect(said[0]!.featureWords).toBe("mean price at each rare one");
    const { x } = transform(
      both,
      tableFromRows(
        [
          { shop: "big", size: 1 },
          { shop: "shop 49", size: 1 },
        ],
        { source: "new" },
      ),
    );
    expect([x[0], x[1], x[3]]).toEqual([1, 0, 0]);
    expect(x[4]).toBeGreaterThan(0.5);
    expect(parsePreprocessing(JSON.parse(JSON.stringify(both)))).toEqual(both);
  });

  it("keeps features of its levels where they do not differ, the rare ones together", () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({
      shop: `shop ${i % 30}`,
      size: i % 11,
      price: 100 + Math.floor(i / 30),
    }));
    const { features } = prepare(tableFromRows(rows, { source: "rows" }), { target: "price" }).preprocessing;
    expect(features).toContain("shop=shop 3");
    expect(features).toContain("shop=(other)");
  });
});
