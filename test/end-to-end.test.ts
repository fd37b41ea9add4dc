// A table's whole way through the command line: train, evaluate, predict, and every input that cannot work.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../src/cli/program.ts";
import { prepare, readTable } from "../src/data/index.ts";
import { decodeSafetensors } from "../src/train/safetensors.ts";

const home = process.cwd();
let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "chainrule-end-to-end-"));
  process.chdir(place);
  await writeFile("people.csv", csv(people));
  await writeFile("prices.csv", csv(prices));
});
afterAll(async () => {
  process.chdir(home);
  await rm(place, { recursive: true });
});

async function chainrule(...args: string[]) {
  const texts = { stdout: "", stderr: "" };
  const code = await run(args, {
    stdout: { write: (text) => (texts.stdout += text) },
    stderr: { write: (text) => (texts.stderr += text) },
  });
  // The first line outside the package is this file's, which no user sees.
  return { ...texts, code, stderr: texts.stderr.replaceAll(place, "…").replace(/^ {2}at .*\n/gm, "") };
}
const line = (command: string) => chainrule(...command.split(" "));
const lastLine = (text: string) => JSON.parse(text.trimEnd().split("\n").at(-1)!);

type Row = Readonly<Record<string, string>>;
const csv = (rows: readonly Row[]) =>
  `${[Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))].map((cells) => cells.join(",")).join("\n")}\n`;
/** No cell of these tests needs quotes. */
const rowsOf = (text: string): Row[] => {
  const [header, ...lines] = text.trimEnd().split("\n");
  const names = header!.split(",");
  return lines.map((cells) => Object.fromEntries(cells.split(",").map((cell, i) => [names[i]!, cell])));
};

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Numbers, categories, booleans, dates and missing cells; who stays depends on all of them. */
const people: Row[] = (() => {
  const random = generator(5);
  return Array.from({ length: 150 }, (_, i) => {
    const age = Math.round(20 + random() * 50);
    const city = ["Bonn", "Köln", "Ulm"][Math.floor(random() * 3)]!;
    const member = random() < 0.5;
    const joined = new Date(Date.UTC(2020, 0, 1) + Math.floor(random() * 1000) * 86_400_000).toISOString().slice(0, 10);
    const score = age / 20 + (city === "Ulm" ? 2 : 0) + (member ? 1.5 : 0) + (joined < "2021-06" ? 1 : 0);
    return {
      age: i % 11 === 3 ? "" : String(age),
      city: i % 13 === 4 ? "" : city,
      member: i % 17 === 5 ? "" : String(member),
      joined: i % 19 === 6 ? "" : joined,
      stays: score > 4.5 ? "yes" : score > 3.2 ? "maybe" : "no",
    };
  });
})();

const prices: Row[] = (() => {
  const random = generator(9);
  return Array.from({ length: 150 }, () => {
    const [area, rooms] = [Math.round(30 + random() * 120), Math.ceil(random() * 5)];
    const garden = random() < 0.4;
    const price = 1000 * (20 + 3 * area + 8 * rooms + (garden ? 60 : 0));
    return { area: String(area), rooms: String(rooms), garden: garden ? "yes" : "no", price: String(price) };
  });
})();

const figure = expect.any(Number);
const quick = ["--epochs", "40", "--hidden", "16", "--batch", "16"];

describe("a classification", () => {
  const train = (out: string, ...more: string[]) =>
    chainrule("train", "people.csv", "--target", "stays", "--out", out, "--json", ...quick, ...more);
  let trained: Awaited<ReturnType<typeof chainrule>>;
  beforeAll(async () => {
    trained = await train("people-run");
  });

  it("prints one JSON object with the documented keys", () => {
    expect(trained).toMatchObject({ code: 0 });
    expect(trained.stdout.split("\n")).toHaveLength(2);
    const metrics = { loss: figure, accuracy: figure, rocAuc: figure };
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
    expect(measured.validation.accuracy).toBeGreaterThan(0.7);
  });

  it("measures the validation rows again as in training", async () => {
    const { validation } = prepare(await readTable("people.csv"), { target: "stays" });
    await writeFile("validation.csv", csv(Array.from(validation!.rowNumbers, (row) => people[row]!)));
    const evaluated = await line("evaluate people-run validation.csv --json");
    expect(evaluated.code).toBe(0);
    const answer = lastLine(evaluated.stdout);
    expect(answer).toEqual({
      run: "people-run",
      data: "validation.csv",
      task: "classification",
      rows: 30,
      metrics: { accuracy: figure, rocAuc: figure, logLoss: figure, macroF1: figure },
      classes: ["maybe", "no", "yes"],
      confusion: [
        [figure, figure, figure],
        [figure, figure, figure],
        [figure, figure, figure],
      ],
    });
    const inTraining = lastLine(trained.stdout).metrics.validation;
    expect(answer.metrics.accuracy).toBe(inTraining.accuracy);
    expect(answer.metrics.rocAuc).toBeCloseTo(inTraining.rocAuc, 6);
    expect(answer.metrics.logLoss).toBeCloseTo(inTraining.loss, 5);
    const correct = [0, 1, 2].reduce((sum, k) => sum + answer.confusion[k][k], 0);
    expect(correct / 30).toBe(answer.metrics.accuracy);
  });

  it("predicts: the input's columns, the class, and probabilities that sum to 1", async () => {
    const { code, stdout } = await line("predict people-run people.csv");
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
    const written = await line("predict people-run shuffled.csv --out shuffled-out.csv");
    expect(written).toMatchObject({ code: 0, stdout: "" });
    const answers = rowsOf(await readFile("shuffled-out.csv", "utf8"));
    const expected = rowsOf((await line("predict people-run people.csv")).stdout);
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
    const { code, stdout, stderr } = await line("predict people-run odd.csv");
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
  it("trains on all of it, with the types and scales of its first rows", async () => {
    const random = generator(8);
    // The rows after the first 65,536 alone say what the sign of b means.
    const rows = Array.from({ length: 90_000 }, (_, i) => {
      const [a, b] = [random() * 2 - 1, random() * 2 - 1];
      const high = a + (i < 65_536 ? 0 : 4 * b) > 0;
      return { a: a.toFixed(3), b: b.toFixed(3), level: high ? "high" : "low" };
    });
    await writeFile("long.csv", csv(rows));
    const flags = "--stream --hidden 8 --epochs 1 --schedule constant --batch 256 --json".split(" ");
    const trained = await chainrule("train", "long.csv", "--target", "level", "--out", "long-run", ...flags);
    expect(trained.code).toBe(0);
    expect(trained.stderr.replaceAll(/\s+/g, " ")).toMatch(
      /The first 65,536 rows decide what columns are .* about 2\d,\d{3} rows more are read block by block/,
    );
    await writeFile("late.csv", csv(rows.slice(70_000)));
    const evaluated = lastLine((await line("evaluate long-run late.csv --json")).stdout);
    // By a alone it would be right in 62 of 100.
    expect(evaluated.metrics.accuracy).toBeGreaterThan(0.75);
  });

  it("needs a format that has rows", async () => {
    await writeFile("rows.json", JSON.stringify(people));
    const { code, stderr } = await line("train rows.json --target stays --stream");
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error: rows.json cannot be read in blocks: CSV, TSV and Parquet can. Convert it,
      or read it whole.
      "
    `);
  });
});

describe("two classes by one logit", () => {
  it("give two probabilities", async () => {
    const two = people.map((row) => ({ ...row, stays: row.stays === "yes" ? "yes" : "no" }));
    await writeFile("two.csv", csv(two));
    const trained = await chainrule(
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
    );
    expect(trained.code).toBe(0);
    const { metrics } = lastLine(trained.stdout);
    expect(Object.keys(metrics)).toEqual(["train"]);
    // Without validation the training rows are all rows: evaluate measures the same.
    const evaluated = lastLine((await line("evaluate two-run two.csv --json")).stdout);
    expect(evaluated.metrics.accuracy).toBe(metrics.train.accuracy);
    expect(evaluated.metrics.logLoss).toBeCloseTo(metrics.train.loss, 5);
    expect(evaluated.metrics.rocAuc).toBeCloseTo(metrics.train.rocAuc, 6);
    for (const row of rowsOf((await line("predict two-run two.csv")).stdout)) {
      const [no, yes] = [Number(row.probability_no), Number(row.probability_yes)];
      expect(no + yes).toBeCloseTo(1, 5);
      expect(row.prediction).toBe(yes > no ? "yes" : "no");
    }
  });
});

describe("a regression", () => {
  it("is trained, measured and predicted in the target's unit", async () => {
    const trained = await chainrule(
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
    );
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
    const evaluated = lastLine((await line("evaluate prices-run prices-validation.csv --json")).stdout);
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

    const predicted = rowsOf((await line("predict prices-run prices-validation.csv")).stdout);
    expect(Object.keys(predicted[0]!)).toEqual(["area", "rooms", "garden", "price", "prediction"]);
    const squares = predicted.reduce((sum, row) => sum + (Number(row.prediction) - Number(row.price)) ** 2, 0);
    expect(Math.sqrt(squares / 30) / evaluated.metrics.rmse).toBeCloseTo(1, 3);
  });

  it("the same seed gives the same bytes", async () => {
    for (const out of ["a", "b"]) {
      expect(
        (await chainrule("train", "prices.csv", "--target", "price", "--out", `prices-${out}`, ...quick)).code,
      ).toBe(0);
    }
    const [a, b] = [await readFile("prices-a/model.safetensors"), await readFile("prices-b/model.safetensors")];
    expect(a.equals(b)).toBe(true);
  });
});

describe("inputs that cannot work exit with 1 and say why", () => {
  const attempt = async (name: string, content: string, ...args: string[]) => {
    await writeFile(name, content);
    const before = await readdir(".");
    const { code, stdout, stderr } = await chainrule("train", name, ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(await readdir(".")).toEqual(before);
    return stderr;
  };
  /** Row 1 of a file is its header: these are rows 2 … 1001. */
  const thousand = Array.from({ length: 1000 }, (_, i) => ({
    a: String(i % 97),
    b: String(i),
    y: i % 2 ? "up" : "down",
  }));

  it("no such target", async () => {
    expect(await attempt("t.csv", csv(people), "--target", "stay")).toMatchInlineSnapshot(`
      "error: The target is "stay", and t.csv has no such column. Did you mean "stays"?
      Its columns: "age", "city", "member", "joined", "stays".
      "
    `);
  });
  it("an empty file", async () => {
    expect(await attempt("empty.csv", "", "--target", "y")).toMatchInlineSnapshot(`
      "error: empty.csv is empty. It needs a header row and at least one row under it.
      "
    `);
  });
  it("a header and no rows", async () => {
    expect(await attempt("header.csv", "a,b,y\n", "--target", "y")).toMatchInlineSnapshot(`
      "error: header.csv has a header (3 columns: "a", "b", "y") and no rows. Add at
      least one row under it.
      "
    `);
  });
  it("a ragged row", async () => {
    expect(await attempt("ragged.csv", `a,b,y\n1,2,up\n3,down\n5,6,up\n`, "--target", "y")).toMatchInlineSnapshot(`
      "error: ragged.csv, row 3 has 2 cells; the header has 3. The first missing one is
      "y"; leave a cell empty rather than out.
      "
    `);
  });
  it("text in row 812 of a numeric column", async () => {
    const rows = thousand.with(810, { ...thousand[810]!, b: "n.v." });
    expect(await attempt("text.csv", csv(rows), "--target", "y")).toMatchInlineSnapshot(`
      "error: text.csv, row 812, column "b": numeric column with text in row 812. 999
      of 1,000 cells hold a number, and this one holds "n.v.". Mend the cell, leave it
      empty if the value is missing, or give the column another type, e.g. --type
      b=category.
      "
    `);
    expect(await attempt("text.csv", csv(rows), "--target", "y", "--type", "b=number")).toMatchInlineSnapshot(`
      "error: text.csv, row 812, column "b": a number is needed (decimal point, no
      unit, no "," in it), and the cell holds "n.v.". Mend the cell, leave it empty if
      the value is missing, or give the column another type, e.g. --type b=category.
      "
    `);
  });
  it("text in row 812 of a numeric target", async () => {
    const rows = thousand.with(810, { ...thousand[810]!, b: "n.v." });
    expect(await attempt("text.csv", csv(rows), "--target", "b", "--task", "regression")).toMatchInlineSnapshot(`
      "error: text.csv, row 812, column "b": numeric column with text in row 812. 999
      of 1,000 cells hold a number, and this one holds "n.v.". Mend the cell, leave it
      empty if the value is missing, or give the column another type, e.g. --type
      b=category.
      "
    `);
  });
  it("a single class", async () => {
    const rows = thousand.map((row) => ({ ...row, y: "up" }));
    expect(await attempt("single.csv", csv(rows), "--target", "y")).toMatchInlineSnapshot(`
      "error: The target "y" of single.csv is "up" in every row that has one; there is
      nothing to learn. Add rows with other values, or choose another target.
      "
    `);
  });
  it("a target without values", async () => {
    const rows = thousand.map((row) => ({ ...row, y: "" }));
    expect(await attempt("missing.csv", csv(rows), "--target", "y")).toMatchInlineSnapshot(`
      "error: missing.csv has 0 rows with a value in the target column "y", and
      training needs at least 2. Add rows, or choose another target.
      "
    `);
  });
  it("one row", async () => {
    expect(await attempt("one.csv", csv(thousand.slice(0, 1)), "--target", "y")).toMatchInlineSnapshot(`
      "error: one.csv has 1 row with a value in the target column "y", and training
      needs at least 2. Add rows, or choose another target.
      "
    `);
  });
  it("nothing to learn from", async () => {
    const rows = thousand.map(({ y }) => ({ constant: "1", y }));
    expect(await attempt("constant.csv", csv(rows), "--target", "y")).toMatchInlineSnapshot(`
      "error: constant.csv has no column to learn from. Left out: "constant" (constant:
      always "1"). If one of them should count, set its type, e.g. --type
      constant=category.
      "
    `);
  });
  it("an unknown kind of file", async () => {
    expect(await attempt("table.docx", "PK", "--target", "y")).toMatchInlineSnapshot(`
      "error: table.docx is in no known format: its first line holds no comma,
      semicolon or tab. CSV, TSV, JSON (an array of objects, or one a line) and
      Parquet can be read; name the file .csv if it is CSV with one column.
      "
    `);
  });
  it("more features than memory", async () => {
    await writeFile("wide.csv", csv(thousand));
    const table = await readTable("wide.csv");
    const columnTypes = new Map([["a", "category"]] as const);
    expect(() => prepare(table, { target: "y", memoryLimit: 1e5, columnTypes })).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: The features of wide.csv would take 392.0 kB (1,000 rows × 98 features × 4 bytes), and the limit is 100.0 kB. Most features come from "a" (97), "b" (1). Leave such columns out (--type a=ignore), use fewer rows, or raise memoryLimit.]`,
    );
  });
  it("a folder that is not empty", async () => {
    await writeFile("t.csv", csv(people));
    const { code, stderr } = await line("train t.csv --target stays --out .");
    expect(code).toBe(1);
    expect(stderr.slice(stderr.indexOf("error:"))).toMatchInlineSnapshot(`
      "error: The run folder "." must be new or empty, since runs are never
      overwritten; choose another name.
      "
    `);
  });
  it("a table without a column that the model needs", async () => {
    await writeFile(
      "narrow.csv",
      csv(people.map(({ age, city, member }) => ({ age: age!, city: city!, member: member! }))),
    );
    for (const command of ["predict people-run narrow.csv", "evaluate people-run narrow.csv"]) {
      const { code, stdout, stderr } = await line(command);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain('"joined"');
    }
    await writeFile("unlabelled.csv", csv(people.map(({ stays: _, ...row }) => row)));
    expect((await line("evaluate people-run unlabelled.csv")).stderr).toMatchInlineSnapshot(`
      "error: unlabelled.csv lacks 1 column that the model was trained on: "stays". Add
      what is missing, or rename columns; cells may be empty. Its columns: "age",
      "city", "member", "joined".
      "
    `);
  });
});

it("wrong usage exits with 2", async () => {
  for (const command of [
    "train people.csv",
    "train people.csv --target stays --epochs none",
    "predict people-run",
    "evaluate",
    "fly",
  ]) {
    const { code, stdout, stderr } = await line(command);
    expect({ command, code, stdout }).toEqual({ command, code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: /);
  }
});
