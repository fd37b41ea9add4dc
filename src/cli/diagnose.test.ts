// chainrule diagnose and train --fix, from arguments to what is printed and saved.
import { copyFile, readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { splitmix32 } from "../data/random.ts";
import { verdictKinds } from "../diagnose/detectors.ts";
import type { Verdict } from "../diagnose/verdict.ts";
import { openRun } from "../runs/index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { displayWidth } from "./terminal/text.ts";
import { chainrule } from "./test-command.ts";

const iris = fileURLToPath(new URL("../../bench/data/iris.csv", import.meta.url));
folderPerTest();
beforeEach(async () => {
  await copyFile(iris, "iris.csv");
});

const train = (flags: string) => chainrule(`train iris.csv --target target --threads 1 ${flags}`);

/** Iris with a column in the thousands. */
async function writeLarge() {
  const [header, ...rows] = (await readFile("iris.csv", "utf8")).trimEnd().split("\n");
  const large = rows.map((row, i) => `${row},${5000 + ((i * 37) % 100) * 20}`);
  await writeFile("iris.csv", `${header},serial\n${large.join("\n")}\n`);
}

const figure = expect.any(Number);
const outcome = { loss: figure, validationLoss: figure, product: figure };

describe("a deep sigmoid network", () => {
  const deep = "--depth 8 --width 8 --activation sigmoid --epochs 30 --out run";

  it("has gradients that vanish: since when, where, why, and what mends it", async () => {
    const trained = await train(deep);
    expect(trained.stderr).toMatch(/^(severe|warning): .*gradient/m);
    expect(trained.stdout).toContain("npx chainrule diagnose run\n");

    const { code, stdout } = await chainrule("diagnose run --json");
    expect(code).toBe(0);
    const { healthy, verdicts, ledger, ...rest } = JSON.parse(stdout.split("\n").at(-2)!);
    expect({ healthy, rest }).toEqual({ healthy: false, rest: {} });
    const vanishing = verdicts.find(({ kind }: Verdict) => kind === "vanishing-gradient");
    expect(["severe", "warning"]).toContain(vanishing.severity);
    expect(vanishing.sinceStep).toBeGreaterThan(0);
    expect(vanishing.layers).toContain("layers.0");
    expect(vanishing.cause.activationFactor).toBeLessThan(0.3);
    const [best] = vanishing.remedies;
    expect(best).toEqual({ change: expect.any(String), flags: expect.any(String), before: outcome, after: outcome });
    expect(best.after.loss).toBeLessThan(0.7 * best.before.loss);
    expect(best.after.product).toBeGreaterThan(100 * best.before.product);
    expect(ledger).toHaveLength(9);
    expect(ledger[0]).toMatchObject({
      layer: "layers.16",
      ...{ gradientRms: figure, weightFactor: 1, activationFactor: 1, attenuation: 1, product: 1 },
    });
  });
});

describe("a healthy training", () => {
  it("has nothing wrong, and --fix leaves it alone", async () => {
    const trained = await train("--out run --fix --json");
    expect(trained.stderr).toContain("Nothing to fix.");
    expect(trained.stderr).not.toMatch(/^(severe|warning):/m);
    expect(trained.stderr).not.toContain("npx chainrule diagnose");
    expect(JSON.parse(trained.stdout)).toMatchObject({ run: "run" });
    expect(JSON.parse(trained.stdout)).not.toHaveProperty("fix");
    const { code, stdout } = await chainrule("diagnose run");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^run: nothing/);
    expect(stdout).toContain("The chain-rule ledger of the last step");
  });
});

describe("numbers that were left as they are", () => {
  const raw = "--no-standardize --epochs 20 --hidden 16 --out run";

  it("are found, shown with what was tried, and fit the width", async () => {
    await writeLarge();
    await train(raw);
    const { stdout, stderr } = await chainrule("diagnose run");
    expect(stdout).toMatch(/^(severe|warning): unscaled feature, in the data$/m);
    expect(stdout).toMatch(/^ {2}tried for \d+ steps +loss +validation +ledger$/m);
    expect(stdout).toMatch(/^ {2}\d --standardize$/m);
    expect(stderr).toMatch(/^ +1\/\d+ {2}as it was: loss/m);
    const [next] = /^ {2}npx chainrule train iris\.csv --target target .*$/m.exec(stdout)!;
    expect(next).toContain("--hidden 16");
    expect(next).not.toContain("--no-standardize");
    for (const line of stdout.split("\n").filter((text) => !text.startsWith("  npx ")))
      expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it("--fix trains again with what helped, in a new folder, and ends with a better loss", async () => {
    await writeLarge();
    const { code, stdout, stderr } = await train(`${raw} --fix --json`);
    expect(code).toBe(0);
    const { run: folder, metrics, fix } = JSON.parse(stdout);
    expect({ folder, from: fix.from }).toEqual({ folder: "run-fixed", from: "run" });
    expect(fix.flags).toContain("--standardize");
    expect(fix.after.loss).toBeLessThan(fix.before.loss);
    expect(stderr.replaceAll("\n", " ")).toContain(`Training again with ${fix.change} (${fix.flags}).`);
    const first = (await (await openRun("run")).events()).find((event) => event.type === "end")!;
    expect(metrics.validation.loss).toBeLessThan(first.metrics.validation!.loss!);
    expect((await openRun("run-fixed")).manifest.settings).toMatchObject({ standardize: true });
    // Once more, into the next free folder.
    expect(JSON.parse((await train(`${raw.replace("run", "run-2")} --fix --json`)).stdout).run).toBe("run-2-fixed");
  });

  it("verdicts are shown without remedies where the data is gone or another", async () => {
    await writeLarge();
    await train(raw);
    await rename("iris.csv", "elsewhere.csv");
    const { code, stdout } = await chainrule("diagnose run");
    expect(code).toBe(0);
    expect(stdout).toContain("unscaled feature");
    expect(stdout).toContain("No remedies were tried: ");
    const json = JSON.parse((await chainrule("diagnose run --json")).stdout.split("\n").at(-2)!);
    expect(json.untried).toContain("its data, iris.csv, is not there");
    expect(json.verdicts.every(({ remedies }: { remedies: unknown[] }) => remedies.length === 0)).toBe(true);
  });
});

describe("a training that fails", () => {
  const diverging = "--optimizer sgd --lr 1e30 --epochs 5 --hidden 8 --out run";

  it("is diagnosed all the same; a loss that is not finite is null in JSON", async () => {
    const trained = await train(diverging);
    expect(trained.code).toBe(1);
    expect(trained.stderr).toContain("npx chainrule diagnose run\n");
    const { code, stdout } = await chainrule("diagnose run --json");
    expect(code).toBe(0);
    const { healthy, verdicts } = JSON.parse(stdout.split("\n").at(-2)!);
    expect(healthy).toBe(false);
    const failed = verdicts.find(({ kind }: Verdict) => kind === "non-finite");
    expect(failed.severity).toBe("severe");
    expect(failed.remedies[0].before.loss).toBeNull();
    expect(failed.remedies[0].after.loss).toBeLessThan(2);
    for (const { kind } of verdicts) expect(verdictKinds).toContain(kind);
  });

  it("--fix gets it through", async () => {
    const { code, stdout } = await train(`${diverging} --fix --json`);
    expect(code).toBe(0);
    const { run: folder, fix } = JSON.parse(stdout);
    expect({ folder, from: fix.from, loss: fix.before.loss }).toEqual({ folder: "run-fixed", from: "run", loss: null });
    expect((await openRun("run")).manifest.status).toBe("failed");
    expect((await openRun("run-fixed")).manifest.status).toBe("finished");
  });
});

it("--fix that lowers the loss, and the accuracy with it, ends with the training before, and says where the other one is", async () => {
  const next = splitmix32(5);
  const chance = () => (2 * next()) / 2 ** 32 - 1;
  const rows = Array.from({ length: 150 }, () => {
    const [a, b] = [chance(), chance()];
    return `${a.toFixed(3)},${b.toFixed(3)},${a + 0.7 * b + 0.9 * chance() > 0 ? "yes" : "no"}`;
  });
  await writeFile("noisy.csv", `a,b,y\n${rows.join("\n")}\n`);
  // A rate that throws the weights about, and a seed by which few of the rows for validation are beside that.
  const flags = "--lr 0.5 --epochs 8 --hidden 8 --schedule constant --deterministic --seed 10";
  const { code, stdout, said } = await chainrule(`train noisy.csv --target y ${flags} --fix --json --out run`);
  expect(code).toBe(0);
  const { run, metrics, fix } = JSON.parse(stdout);
  expect({ run, fix }).toEqual({
    run: "run",
    fix: {
      ...{ from: "run", run: "run-fixed", isBetter: false, change: expect.any(String), flags: expect.any(String) },
      ...{ before: outcome, after: outcome },
    },
  });
  expect(fix.after.validationLoss).toBeLessThan(fix.before.validationLoss);
  const endOf = async (folder: string) => {
    const { manifest, events } = await openRun(folder);
    expect(manifest.status).toBe("finished");
    return (await events()).find((event) => event.type === "end")!.metrics.validation!;
  };
  const [first, second] = [await endOf("run"), await endOf("run-fixed")];
  expect(second.accuracy!).toBeLessThan(first.accuracy!);
  expect(metrics.validation).toEqual(first);
  const percent = ({ accuracy = 0 }) => `accuracy ${(100 * accuracy).toFixed(2)}%`;
  expect(said).toContain(
    `The whole training, in run-fixed, was worse: ${percent(second)} where the one before had ${percent(first)}. So that one stands.`,
  );
  expect(said).toContain("npx chainrule diagnose run ");
  expect(said).not.toContain("npx chainrule diagnose run-fixed");
});

describe("a training that has not ended", () => {
  const cutOff = async (events: number) => {
    await train("--epochs 5 --hidden 8 --out run");
    // Progress comes by the clock.
    const lines = (await readFile("run/events.jsonl", "utf8"))
      .split("\n")
      .filter((line) => !line.includes('"progress"'));
    await writeFile("run/events.jsonl", `${lines.slice(0, events).join("\n")}\n`);
  };

  it("is judged by what was seen of it, and says how far that goes", async () => {
    // start, data, and the observations of the first steps
    await cutOff(5);
    const { code, stdout } = await chainrule("diagnose run");
    expect(code).toBe(0);
    expect(stdout.split("\n")[1]).toBe("It has not ended; seen so far: step 3.");
    const json = JSON.parse((await chainrule("diagnose run --json")).stdout.split("\n").at(-2)!);
    expect(json.unfinished).toEqual({ step: 3 });
  });

  it("is not called right before its first step", async () => {
    await cutOff(1);
    const { code, stdout } = await chainrule("diagnose run");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "run: no step was observed, so there is nothing to judge by\nIt has not ended; seen so far: no step.\n",
    });
  });
});

it("says what is no run", async () => {
  for (const command of ["diagnose", "ledger"])
    expect((await chainrule(`${command} iris.csv`)).stderr).toContain('"iris.csv" is not a run folder');
  expect(await chainrule("diagnose nowhere")).toMatchObject({ code: 1, stderr: expect.stringContaining("run folder") });
});
