// Several targets from end to end: what the commands make of them, and what people see.
import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { openRun } from "../runs/index.ts";
import { folderPerFile } from "../runs/test-folder.ts";
import type { EndEvent } from "../train/events.ts";
import { chainrule } from "./test-command.ts";

folderPerFile();
beforeAll(async () => {
  const lines = Array.from({ length: 120 }, (_, i) => {
    const [a, b] = [((i * 37) % 100) / 100, ((i * 61) % 89) / 89];
    const cells = [a, b, i % 9, 170 + 20 * a, i % 40 === 3 ? "" : (5 * b - a).toFixed(3)];
    return [...cells, a > 0.5 ? "yes" : "no", a + b > 1 ? "big" : "small"].join();
  });
  await writeFile("table.csv", ['a,b,shop,"height, cm",gain,late,size', ...lines].join("\n"));
});

const quick = ["--epochs", "20", "--deterministic", "--threads", "1"];
const train = (target: string, out: string, ...flags: string[]) =>
  chainrule(["train", "table.csv", "--target", target, "--out", out, ...quick, ...flags]);

/** Of a CSV without quoted commas in its rows. */
const columnsOf = (text: string) => {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const names = head.match(/"[^"]*"|[^,]+/g)!.map((name) => name.replaceAll('"', ""));
  return Object.fromEntries(names.map((name, c) => [name, lines.map((line) => line.split(",")[c]!)]));
};

describe("numbers", () => {
  const target = '"height, cm",gain';
  beforeAll(async () => expect((await train(target, "numbers")).code).toBe(0));

  it("are shown as targets; the figures of each stand below the means", async () => {
    const { code, stdout, stderr } = await train(target, "shown");
    expect(code).toBe(0);
    expect(stderr.slice(0, stderr.indexOf("epoch"))).toMatchSnapshot();
    expect(stdout.replace(/in [\d.]+ s/, "in … s")).toMatchSnapshot();
    // A mean over centimetres and euros says little while it trains.
    expect(stderr).toMatch(/^epoch +1\/20 .* R² -?\d/m);
    expect(stderr).not.toContain("RMSE");
  });

  it("are in the run: its settings, its summary and its events", async () => {
    const opened = await openRun("numbers");
    const { settings, summary } = opened.manifest;
    expect(settings).toMatchObject({ target: ["height, cm", "gain"] });
    expect(summary).toMatchObject({ targets: [{ name: "height, cm" }, { name: "gain" }] });
    const end = (await opened.events()).at(-1) as EndEvent;
    expect(summary).toMatchObject({ targets: end.targets });
    for (const { validation } of end.targets!) expect(validation!.r2).toBeGreaterThan(0.9);
  });

  it("are predicted in a column each, which evaluate agrees with", async () => {
    const { stdout } = await chainrule("predict numbers table.csv");
    const columns = columnsOf(stdout);
    expect(Object.keys(columns).slice(-2)).toEqual(["prediction_height, cm", "prediction_gain"]);
    const evaluated = await chainrule("evaluate numbers table.csv --json");
    const { targets, metrics } = JSON.parse(evaluated.stdout);
    for (const { name, metrics } of targets) {
      const said = columns[`prediction_${name}`]!;
      const rows = columns[name]!.flatMap((truth, i) =>
        columns.gain![i] === "" ? [] : [[Number(truth), Number(said[i])]],
      );
      const mae = rows.reduce((sum, [truth, answer]) => sum + Math.abs(truth! - answer!), 0) / rows.length;
      expect(metrics.mae).toBeCloseTo(mae, 3);
    }
    expect(metrics.r2).toBeCloseTo((targets[0].metrics.r2 + targets[1].metrics.r2) / 2, 12);
    expect((await chainrule("evaluate numbers table.csv")).stdout).toMatchSnapshot();
  });

  it("are explained, checked and diagnosed", async () => {
    const { stdout } = await chainrule("explain numbers --row 4 --weight layers.4[0,1]");
    expect(stdout.slice(0, stdout.indexOf("Forward"))).toMatchSnapshot();
    expect(stdout).toContain("layers.4[0,0] − target[0,0]");
    expect((await chainrule("check numbers")).stdout).toContain("Gradients agree");
    expect((await chainrule("diagnose numbers")).code).toBe(0);
    expect((await chainrule("ledger numbers")).code).toBe(0);
  });

  it.each([33, 50])("fit a terminal of %d columns", async (columns) => {
    vi.stubEnv("NO_COLOR", "1");
    for (const args of [
      ["train", "table.csv", "--target", target, "--out", `narrow-${columns}`, ...quick],
      ["evaluate", "numbers", "table.csv"],
    ]) {
      const { code, stdout } = await chainrule(args, { columns });
      expect(code).toBe(0);
      const lines = stdout.split("\n").filter((text) => !/npx|Saved/.test(text));
      for (const line of lines) expect(line.length).toBeLessThan(columns);
      expect(lines.slice(lines.findIndex((line) => line.startsWith("The figures")))).toMatchSnapshot();
    }
    vi.unstubAllEnvs();
  });
});

describe("classes", () => {
  beforeAll(async () => expect((await train("late,size", "classes")).code).toBe(0));

  it("have a confusion matrix for each target, and a probability for each class", async () => {
    const { stdout } = await chainrule("evaluate classes table.csv");
    expect(stdout.replace(/ +\d[\d.]*%?/g, " …")).toMatchSnapshot();
    await chainrule("predict classes table.csv --out new.csv");
    const columns = columnsOf(await readFile("new.csv", "utf8"));
    expect(Object.keys(columns).slice(-6)).toEqual([
      ...["prediction_late", "probability_late_no", "probability_late_yes"],
      ...["prediction_size", "probability_size_big", "probability_size_small"],
    ]);
    const hits = columns.late!.filter((truth, i) => columns.prediction_late![i] === truth).length;
    const { targets } = JSON.parse((await chainrule("evaluate classes table.csv --json")).stdout);
    expect(targets[0].metrics.accuracy).toBeCloseTo(hits / 120, 12);
    expect(targets[1].classes).toEqual(["big", "small"]);
  });

  it("are explained with the class of each output", async () => {
    const { stdout } = await chainrule("explain classes --row 4 --weight layers.4.bias[0]");
    expect(stdout.slice(0, stdout.indexOf("The update"))).toMatchSnapshot();
  });
});

it("--target may be given again, and a name is one whatever stands in it", async () => {
  const twice = await chainrule("train table.csv -t late -t size --out twice --epochs 1 --json");
  expect(JSON.parse(twice.stdout).targets.map(({ name }: { name: string }) => name)).toEqual(["late", "size"]);
  const one = await train('"height, cm"', "one", "--json");
  expect(JSON.parse(one.stdout).targets).toBeUndefined();
});

it.each([
  ["groups", ["--group", "shop"]],
  ["a time", ["--time", "a"]],
  ["rows of their own", ["--validation-data", "table.csv"]],
  ["blocks", ["--stream"]],
  ["a rate that is found", ["--lr", "auto"]],
  ["no validation", ["--validation", "0"]],
])("trains with %s", async (_, flags) => {
  const out = `with-${flags[0]!.slice(2)}`;
  const { code, stdout } = await train("gain,b", out, ...flags, "--json");
  expect(code).toBe(0);
  const { targets } = JSON.parse(stdout);
  expect(targets.map(({ name, train }: { name: string; train: { r2: number } }) => [name, train.r2 > 0.2])).toEqual([
    ["gain", true],
    ["b", true],
  ]);
});

it("lr-test says the command for both", async () => {
  const { stdout } = await chainrule(["lr-test", "table.csv", "--target", '"height, cm",gain', "--seed", "1"]);
  expect(stdout).toContain(`--target '"height, cm",gain'`);
});

it.each([
  ["a comma at the end", "gain,"],
  ["a quote that does not end", '"gain'],
  ["a comma in a name", "height, cm"],
  ["two kinds", "gain,late"],
])("says what is wrong: %s", async (_, target) => {
  const { code, stderr } = await chainrule(["train", "table.csv", "--target", target]);
  expect([code, stderr]).toMatchSnapshot();
});
