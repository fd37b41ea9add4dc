// Losses of tables from end to end: what train, evaluate, predict, diagnose and explain make of what a loss says of itself.
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { prepare, tableFromRows } from "../data/index.ts";
import { mean } from "../ir/stats.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { trainTable } from "../train/index.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();

/** A repeatable number in 0 … 1 for each of the integers. */
const noise = (n: number) => {
  const x = Math.sin(n * 12.9898) * 43758.5453;
  return x - Math.floor(x);
};

/** Rows of one feature x in 0 … 2, and what `target` makes of it and of noise. */
const rowsOf = (count: number, target: (x: number, u: number) => number) =>
  Array.from({ length: count }, (_, i) => {
    const x = 2 * noise(i + 1);
    return { x, y: target(x, noise(1000 + 7 * i)) };
  });

const write = (name: string, rows: readonly { x: number; y: number }[]) =>
  writeFile(name, ["x,y", ...rows.map(({ x, y }) => `${x.toFixed(4)},${y}`)].join("\n"));

/** The columns y and prediction of what predict wrote. */
async function predicted(file: string) {
  const lines = (await readFile(file, "utf8")).trim().split("\n").slice(1);
  return lines.map((line) => {
    const [, y, prediction] = line.split(",").map(Number);
    return { y: y!, said: prediction! };
  });
}

/** The smallest count whose cumulative Poisson probability is above u. */
function count(rate: number, u: number): number {
  let [k, p, sum] = [0, Math.exp(-rate), Math.exp(-rate)];
  while (sum < u && k < 1000) {
    k++;
    p *= rate / k;
    sum += p;
  }
  return k;
}

describe("poisson", () => {
  const counts = rowsOf(400, (x, u) => count(Math.exp(1.5 * x - 1), u));

  it("predicts rates, never below 0, and measures the deviance", async () => {
    await write("counts.csv", counts);
    const trained = await chainrule("train counts.csv --target y --loss poisson --out r --json");
    expect(trained).toMatchObject({ code: 0 });
    const summary = JSON.parse(trained.stdout);
    // A regression, though there are few different counts.
    expect(summary.task).toBe("regression");
    expect(trained.stdout + trained.said).not.toContain("look wrong");
    const evaluated = JSON.parse((await chainrule("evaluate r counts.csv --json")).stdout);
    await chainrule("predict r counts.csv --out p.csv");
    const rows = await predicted("p.csv");
    const deviance = mean(rows.map(({ y, said }) => 2 * ((y === 0 ? 0 : y * Math.log(y / said)) - y + said)));
    expect(evaluated.metrics.deviance).toBeCloseTo(deviance, 5);
    expect(Math.min(...rows.map(({ said }) => said))).toBeGreaterThan(0);
    // Beside the rates that the counts were drawn with.
    const apart = mean(rows.map(({ said }, i) => Math.abs(Math.log(said) - (1.5 * counts[i]!.x - 1))));
    expect(apart).toBeLessThan(0.15);
    const { train, validation } = summary.metrics;
    expect((0.8 * train.deviance + 0.2 * validation.deviance) / deviance).toBeCloseTo(1, 4);
  });

  it("is diagnosed and explained, its target divided by its mean", async () => {
    await write("counts.csv", counts);
    await chainrule("train counts.csv --target y --loss poisson --out r --epochs 3");
    expect(await chainrule("diagnose r")).toMatchObject({ code: 0 });
    const { stdout } = await chainrule("explain r --row 3 --weight layers.4.bias[0]");
    expect(stdout.replace(/\s+/g, " ")).toContain("the target divided by the mean of y");
    expect(stdout).toContain("loss = exp(layers.4[0,0]) − target[0,0] · layers.4[0,0]");
  });

  it("refuses numbers below 0, with the row", async () => {
    await write("counts.csv", [...counts, { x: 1, y: -3 }]);
    const { code, said } = await chainrule("train counts.csv --target y --loss poisson");
    expect(code).toBe(1);
    expect(said).toContain(
      'poisson is for numbers of at least 0, counts or rates; "y" is -3 in row 402. Mend the row, or use mse.',
    );
  });

  it("refuses a target that was shifted, in programs", () => {
    const table = tableFromRows(counts, { source: "counts" });
    const shifted = prepare(table, { target: "y", task: "regression" });
    expect(() => trainTable(shifted, { loss: "poisson" })).toThrowError('Prepare the table with targetScale: "mean".');
    const { preprocessing, train } = prepare(table, { target: "y", task: "regression", targetScale: "mean" });
    expect(preprocessing.targets).toMatchObject([{ mean: 0 }]);
    expect(mean(train.y)).toBeCloseTo(1, 6);
    expect(train.y.filter((y: number) => y === 0).length).toBeGreaterThan(0);
  });
});

describe("quantile", () => {
  // Noise that grows with x: uniform in 0 … 2 x.
  const wide = rowsOf(600, (x, u) => 10 + 2 * x * u);

  it("has its share of the targets below, at the end and on new rows", async () => {
    await write("wide.csv", wide);
    await write(
      "new.csv",
      rowsOf(1500, (x, u) => 10 + 2 * x * noise(5000 + 1e4 * u)),
    );
    for (const share of [0.1, 0.9]) {
      const train = [
        "train",
        "wide.csv",
        "--target",
        "y",
        "--loss",
        `quantile(${share})`,
        "--out",
        `q${share}`,
        "--json",
      ];
      const { code, stdout } = await chainrule(train);
      expect(code).toBe(0);
      const { metrics } = JSON.parse(stdout);
      expect(Math.abs(metrics.train.coverage - share)).toBeLessThan(0.06);
      const evaluated = JSON.parse((await chainrule(`evaluate q${share} new.csv --json`)).stdout);
      expect(Math.abs(evaluated.metrics.coverage - share)).toBeLessThan(0.06);
      await chainrule(`predict q${share} new.csv --out p.csv`);
      const rows = await predicted("p.csv");
      expect(evaluated.metrics.pinball).toBeCloseTo(
        mean(rows.map(({ y, said }) => Math.max(share * (y - said), (share - 1) * (y - said)))),
        5,
      );
      // The quantile of 2 x u is 2 x share.
      expect(mean(rows.map(({ said }, i) => said - 10 - 2 * share * wideX(i)))).toBeCloseTo(0, 0);
      // Off the middle on purpose: no value looks wrong for that.
      const { stdout: diagnosis } = await chainrule(`diagnose q${share}`);
      expect(diagnosis).not.toContain("look wrong");
      expect(diagnosis).not.toContain("hardly tell");
    }
  });

  it("is repeated with its share, and explained", async () => {
    await write("wide.csv", wide);
    await chainrule("train wide.csv --target y --loss quantile(.9) --out r --epochs 2");
    expect(JSON.parse(await readFile("r/run.json", "utf8")).settings.loss).toBe("quantile(0.9)");
    const { stdout, code } = await chainrule("explain r --row 3 --weight layers.4.bias[0]");
    expect(code).toBe(0);
    expect(stdout).toContain("max(");
  });

  it("has a share between 0 and 1", async () => {
    await write("wide.csv", wide);
    for (const loss of ["quantile(1)", "quantile(90)", "pinball"]) {
      const { code, said } = await chainrule(["train", "wide.csv", "--target", "y", "--loss", loss]);
      expect(code).toBe(2);
      expect(said).toContain("or a quantile such as quantile(0.9)");
    }
  });
});

/** x of the i-th row of `rowsOf`. */
const wideX = (i: number) => 2 * noise(i + 1);
