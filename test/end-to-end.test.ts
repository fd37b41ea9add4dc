// A table's whole way through the command line: train, evaluate, predict.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { chainrule } from "../src/cli/test-command.ts";
import { prepare, readTable } from "../src/data/index.ts";
import { decodeSafetensors } from "../src/train/safetensors.ts";
import { csv, figure, generator, lastLine, people, prices, quick, rowsOf, useOwnFolder } from "./command-line.ts";

useOwnFolder();

describe("a classification", () => {
  const train = (out: string, ...more: string[]) =>
    chainrule(["train", "people.csv", "--target", "stays", "--out", out, "--json", ...quick, ...more]);
  let trained: Awaited<ReturnType<typeof chainrule>>;
  beforeAll(async () => {
    trained = await train("people-run");
  });

  it("prints one JSON object with the documented keys", () => {
    expect(trained).toMatchObject({ code: 0 });
    expect(trained.stdout.split("\n")).toHaveLength(2);
    const metrics = { loss: figure, accuracy: figure, rocAuc: figure, brier: figure, ece: figure };
    expect(lastLine(trained.stdout)).toEqual({
      run: "people-run",
      task: "classification",
      rows: 150,
      features: figure,
      parameters: figure,
      steps: figure,
      seconds: figure,
      backend: "wasm",
      threads: figure,
      metrics: { train: metrics, validation: metrics },
      layers: [
        { name: "layers.0", gradientRms: figure, updateRatio: figure },
        { name: "layers.2", gradientRms: figure, updateRatio: figure },
      ],
    });
    const { features, parameters, metrics: measured } = lastLine(trained.stdout);
    expect(parameters).toBe(features * 16 + 16 + 16 * 3 + 3);
    expect(measured.validation.accuracy).toBeGreaterThan(0.6);
  });

  it("measures the validation rows again as in training", async () => {
    const { validation } = prepare(await readTable("people.csv"), { target: "stays" });
    await writeFile("validation.csv", csv(Array.from(validation!.rowNumbers, (row) => people[row]!)));
    const evaluated = await chainrule("evaluate people-run validation.csv --json");
    expect(evaluated.code).toBe(0);
    const answer = lastLine(evaluated.stdout);
    expect(answer).toEqual({
      run: "people-run",
      data: "validation.csv",
      task: "classification",
      rows: 30,
      metrics: { accuracy: figure, rocAuc: figure, logLoss: figure, macroF1: figure, brier: figure, ece: figure },
      classes: ["maybe", "no", "yes"],
      confusion: [
        [figure, figure, figure],
        [figure, figure, figure],
        [figure, figure, figure],
      ],
      reliability: expect.any(Array),
    });
    const inTraining = lastLine(trained.stdout).metrics.validation;
    expect(answer.metrics.accuracy).toBe(inTraining.accuracy);
    expect(answer.metrics.rocAuc).toBeCloseTo(inTraining.rocAuc, 6);
    expect(answer.metrics.logLoss).toBeCloseTo(inTraining.loss, 5);
    const correct = [0, 1, 2].reduce((sum, k) => sum + answer.confusion[k][k], 0);
    expect(correct / 30).toBe(answer.metrics.accuracy);
  });

  it("predicts: the input's columns, the class, and probabilities that sum to 1", async () => {
    const { code, stdout } = await chainrule("predict people-run people.csv");
    expect(code).toBe(0);
    const predicted = rowsOf(stdout);
    const added = ["prediction", "probability_maybe", "probability_no", "probability_yes"];
    expect(Object.keys(predicted[0]!)).toEqual([...Object.keys(people[0]!), ...added]);
    expect(predicted).toHaveLength(150);
    predicted.forEach((row, i) => {
      expect(row).toMatchObject(people[i]!);
      const probabilities = ["maybe", "no", "yes"].map((name) => ({ name, p: Number(row[`probability_${name}`]) }));
      expect(probabilities.reduce((sum, { p }) => sum + p, 0)).toBeCloseTo(1, 5);
      const highest = probabilities.reduce((a, b) => (b.p > a.p ? b : a));
      expect(row.prediction).toBe(highest.name);
    });
  });

  it("predicts the same whatever the order of the columns, without the target, with others beside", async () => {
    const shuffled = people.map(({ age, city, member, joined }, i) => ({
      joined: joined!,
      id: `x${i}`,
      member: member!,
      age: age!,
      city: city!,
    }));
    await writeFile("shuffled.csv", csv(shuffled));
    const written = await chainrule("predict people-run shuffled.csv --out shuffled-out.csv");
    expect(written).toMatchObject({ code: 0, stdout: "" });
    const answers = rowsOf(await readFile("shuffled-out.csv", "utf8"));
    const expected = rowsOf((await chainrule("predict people-run people.csv")).stdout);
    answers.forEach((row, i) => {
      expect(row).toMatchObject(shuffled[i]!);
      for (const name of ["prediction", "probability_maybe", "probability_no", "probability_yes"])
        expect(row[name]).toBe(expected[i]![name]);
    });
  });

  it("predicts for unknown categories and missing cells, and says so", async () => {
    await writeFile(
      "odd.csv",
      csv([
        { age: "30", city: "Paris", member: "true", joined: "2021-01-01" },
        { age: "", city: "", member: "", joined: "" },
        { age: "1000", city: "Ulm", member: "false", joined: "1999-12-31" },
      ]),
    );
    const { code, stdout, stderr } = await chainrule("predict people-run odd.csv");
    expect(code).toBe(0);
    expect(stderr).toMatchInlineSnapshot(`
      ""age": 1 cell missing; a missing cell takes the training mean and sets "age is
      missing".
      "city": 1 cell missing; a missing cell counts as none of its categories and sets
      "city is missing".
      "city": 1 cell with categories that have no feature of their own (new), taken as
      unknown: "Paris" (1).
      "member": 1 cell missing; a missing cell takes the training mean and sets
      "member is missing".
      "joined": 1 cell missing; a missing cell takes the training mean and sets
      "joined is missing".
      "
    `);
    for (const row of rowsOf(stdout)) {
      const sum = ["maybe", "no", "yes"].reduce((total, name) => total + Number(row[`probability_${name}`]), 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it("the same seed gives the same bytes, another seed others", async () => {
    const again = await train("people-again");
    const other = await train("people-other", "--seed", "1");
    expect([again.code, other.code]).toEqual([0, 0]);
    const bytes = (dir: string) => readFile(join(dir, "model.safetensors"));
    const first = await bytes("people-run");
    expect((await bytes("people-again")).equals(first)).toBe(true);
    expect((await bytes("people-other")).equals(first)).toBe(false);
    expect(await readFile("people-again/model.json", "utf8")).toBe(await readFile("people-run/model.json", "utf8"));
    const { seconds: _, run: __, ...figures } = lastLine(again.stdout);
    expect(lastLine(trained.stdout)).toMatchObject(figures);
  });

  it("saves weights by their paths", async () => {
    const { tensors } = decodeSafetensors(await readFile("people-run/model.safetensors"));
    const { features } = lastLine(trained.stdout);
    expect(Object.fromEntries([...tensors].map(([name, { dtype, shape }]) => [name, [dtype, ...shape]]))).toEqual({
      "layers.0.weight": ["F32", features, 16],
      "layers.0.bias": ["F32", 16],
      "layers.2.weight": ["F32", 16, 3],
      "layers.2.bias": ["F32", 3],
    });
    for (const { data } of tensors.values()) {
      for (const value of data) expect(Number.isFinite(value) && value !== 0).toBe(true);
    }
  });
});

describe("a table in blocks", () => {
  it("trains as well where it is sorted by its target, with types, scales and rows for validation from all of it", async () => {
    const random = generator(8);
    // One of the last rows holds a word that is no number; the first ones are all of one class, and all below 0.
    const rows = Array.from({ length: 90_000 }, () => {
      const [a, b] = [random() * 2 - 1, random() * 2 - 1];
      return { a: a.toFixed(3), b: b.toFixed(3), level: a + b > 0 ? "high" : "low" };
    });
    rows[100] = { ...rows[100]!, a: "unknown", level: "low" };
    const sorted = rows.toSorted((one, other) => (one.level < other.level ? -1 : Number(one.level > other.level)));
    await writeFile("shuffled.csv", csv(rows));
    await writeFile("sorted.csv", csv(sorted));
    const flags = "--stream --hidden 8 --epochs 1 --schedule constant --batch 256 --json".split(" ");
    const accuracies: number[] = [];
    for (const name of ["shuffled", "sorted"]) {
      const trained = await chainrule(["train", `${name}.csv`, "--target", "level", "--out", `${name}-run`, ...flags]);
      expect(trained.code).toBe(0);
      const said = trained.stderr.replaceAll(/\s+/g, " ");
      expect(said).toContain("90,000 rows, 3 columns");
      expect(said).toContain("a number 1 ");
      expect(said).toMatch(/Validation has 1\d,\d{3} rows of 90,000 rows, drawn from the whole table/);
      accuracies.push(lastLine(trained.stdout).metrics.validation.accuracy);
    }
    expect(accuracies[0]).toBeGreaterThan(0.97);
    expect(Math.abs(accuracies[1]! - accuracies[0]!)).toBeLessThan(0.02);
  });

  it("needs a format that has rows", async () => {
    await writeFile("rows.json", JSON.stringify(people));
    const { code, stderr } = await chainrule("train rows.json --target stays --stream");
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error: rows.json cannot be read in blocks, since it is one JSON value, which has
      no rows until it ends: JSON with one object a line can. Convert it, or read it
      whole.
      "
    `);
  });
});

describe("two classes by one logit", () => {
  it("give two probabilities", async () => {
    const two = people.map((row) => ({ ...row, stays: row.stays === "yes" ? "yes" : "no" }));
    await writeFile("two.csv", csv(two));
    const trained = await chainrule([
      "train",
      "two.csv",
      "--target",
      "stays",
      "--out",
      "two-run",
      "--json",
      "--loss",
      "binaryCrossEntropy",
      "--validation",
      "0",
      ...quick,
    ]);
    expect(trained.code).toBe(0);
    const { metrics } = lastLine(trained.stdout);
    expect(Object.keys(metrics)).toEqual(["train"]);
    // Without validation the training rows are all rows: evaluate measures the same.
    const evaluated = lastLine((await chainrule("evaluate two-run two.csv --json")).stdout);
    expect(evaluated.metrics.accuracy).toBe(metrics.train.accuracy);
    expect(evaluated.metrics.logLoss).toBeCloseTo(metrics.train.loss, 5);
    expect(evaluated.metrics.rocAuc).toBeCloseTo(metrics.train.rocAuc, 6);
    for (const row of rowsOf((await chainrule("predict two-run two.csv")).stdout)) {
      const [no, yes] = [Number(row.probability_no), Number(row.probability_yes)];
      expect(no + yes).toBeCloseTo(1, 5);
      expect(row.prediction).toBe(yes > no ? "yes" : "no");
    }
  });
});

describe("a regression", () => {
  it("is trained, measured and predicted in the target's unit", async () => {
    const trained = await chainrule([
      "train",
      "prices.csv",
      "--target",
      "price",
      "--out",
      "prices-run",
      "--json",
      "--type",
      "rooms=number",
      ...quick,
    ]);
    expect(trained.code).toBe(0);
    const answer = lastLine(trained.stdout);
    const metrics = { loss: figure, rmse: figure, mae: figure, r2: figure };
    expect(answer).toMatchObject({
      run: "prices-run",
      task: "regression",
      rows: 150,
      metrics: { train: metrics, validation: metrics },
    });
    expect(answer.metrics.validation.r2).toBeGreaterThan(0.9);
    expect(answer.metrics.validation.rmse).toBeGreaterThan(100);

    const { validation } = prepare(await readTable("prices.csv"), { target: "price" });
    await writeFile("prices-validation.csv", csv(Array.from(validation!.rowNumbers, (row) => prices[row]!)));
    const evaluated = lastLine((await chainrule("evaluate prices-run prices-validation.csv --json")).stdout);
    expect(evaluated).toEqual({
      run: "prices-run",
      data: "prices-validation.csv",
      task: "regression",
      rows: 30,
      metrics: { rmse: figure, mae: figure, r2: figure },
    });
    for (const name of ["rmse", "mae", "r2"] as const) {
      const inTraining = answer.metrics.validation[name];
      expect(Math.abs(evaluated.metrics[name] / inTraining - 1)).toBeLessThan(1e-4);
    }

    const predicted = rowsOf((await chainrule("predict prices-run prices-validation.csv")).stdout);
    expect(Object.keys(predicted[0]!)).toEqual(["area", "rooms", "garden", "price", "prediction"]);
    const squares = predicted.reduce((sum, row) => sum + (Number(row.prediction) - Number(row.price)) ** 2, 0);
    expect(Math.sqrt(squares / 30) / evaluated.metrics.rmse).toBeCloseTo(1, 3);
  });

  it("the same seed gives the same bytes", async () => {
    for (const out of ["a", "b"]) {
      expect(
        (await chainrule(["train", "prices.csv", "--target", "price", "--out", `prices-${out}`, ...quick])).code,
      ).toBe(0);
    }
    const [a, b] = [await readFile("prices-a/model.safetensors"), await readFile("prices-b/model.safetensors")];
    expect(a.equals(b)).toBe(true);
  });
});
