// chainrule explain: lessons, and runs that are repeated up to a step, against what was saved and against the next step.
import { appendFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explainRun } from "../explain/explain-run.ts";
import { settingWords } from "../ir/setting-advice.ts";
import { initialize } from "../nn/index.ts";
import { openRun } from "../runs/index.ts";
import { replay } from "../runs/replay.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { flatten } from "../trace/tree.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();

const rows = Array.from({ length: 20 }, (_, i) => {
  const [a, b] = [(i * 7) % 20, (i * 11) % 13];
  return `${a},${b},${a < 10 ? "low" : "high"},${a * 2.5 + b * 0.25}`;
});
const allRows = rows.map((_, i) => i + 2);

const quick = ["--hidden", "5,4", "--activation", "tanh", "--epochs", "3", "--batch", "4", "--seed", "7"];
const reference = ["--backend", "reference"];

async function trained(target: string, ...flags: string[]) {
  await writeFile("table.csv", `a,b,level,value\n${rows.join("\n")}\n`);
  const backend = flags.includes("--backend") ? [] : reference;
  const given = ["train", "table.csv", "--target", target, "--out", "r", ...quick, ...backend, ...flags];
  const { code, stderr } = await chainrule(given);
  if (code !== 0) throw new Error(stderr);
  return openRun("r");
}

/** Weights by name, as the bits of their float32. */
const bits = (tensors: Iterable<readonly [string, { readonly data: Iterable<number | bigint> }]>) =>
  Object.fromEntries(
    [...tensors].map(([name, { data }]) => [
      name,
      [...new Uint32Array(Float32Array.from([...data].map(Number)).buffer)],
    ]),
  );

const leavesOf = (tree: unknown) => {
  const { leaves, paths } = flatten(tree);
  return paths.map((path, i) => [path, leaves[i]!] as const);
};

describe("a neuron and a network", () => {
  it("give the lessons' figures as JSON, beside the text", async () => {
    const neuron = "explain neuron --x 0.1,0.3 --w=-0.8,0.5 --target 0.2 --lr 0.5 --json".split(" ");
    const { code, stdout, stderr } = await chainrule(neuron);
    const answer = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      output: 0.5174928576663897,
      error: -0.31749285766638974,
      errorTerm: -0.07927606158013764,
      loss: 0.05040085733458521,
    });
    expect(answer.deltaW.map((delta: number) => Number(delta.toFixed(12)))).toEqual([-0.003963803079, -0.011891409237]);
    expect(answer.weights).toEqual([-0.8 + answer.deltaW[0], 0.5 + answer.deltaW[1]]);
    expect(stderr).toContain("∂E/∂y = y − target");

    const second = "explain neuron --x 1,2 --w 0.5,-0.5 --target 0.5 --lr 1 --json".split(" ");
    const other = JSON.parse((await chainrule(second)).stdout);
    expect(other).toMatchObject({
      net: -0.5,
      output: 0.3775406687981454,
      error: 0.1224593312018546,
      errorTerm: 0.028778397426160375,
    });
    expect(other.deltaW.map((delta: number) => Number(delta.toFixed(8)))).toEqual([0.0287784, 0.05755679]);
  });

  it("is written for a terminal of any width, as Markdown and as LaTeX", async () => {
    const matrix = ["--w1", "0.5,-0.6;0.1,-0.2;0.1,0.7"];
    const network = ["explain", "network", "--x", "0.5,0.1,-0.2", ...matrix, "--w2", "0.1,-0.3", "--target", "0.6"];
    const { code, stdout } = await chainrule([...network, "--weight", "W1[2,1]"], { columns: 60 });
    expect(code).toBe(0);
    for (const line of stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(60);
    expect(stdout).toMatchSnapshot();
    const { deltaHidden, deltaW1, explanation } = JSON.parse((await chainrule([...network, "--json"])).stdout);
    expect(deltaHidden).toHaveLength(2);
    expect(deltaW1.map((row: number[]) => row.length)).toEqual([2, 2, 2]);
    expect(explanation).toMatchObject({ pathCount: 1, update: { optimizer: { kind: "sgd", learningRate: 0.5 } } });
    expect((await chainrule([...network, "--format", "latex"])).stdout).toContain("\\subsection*{Forward}");
    expect((await chainrule([...network, "--format", "markdown"])).stdout).toContain("## Forward\n\n$$\n");
  });

  it("says what is wrong", async () => {
    const commands = [
      "neuron --x 1,2 --w 1 --target 0",
      "neuron --x 1,2 --w 1,a --target 0",
      "neuron --x 1,2 --w 1,2 --target 0 --weight w",
      "neuron --x 1,2 --w 1,2 --target 0 --weight v[0]",
      "network --x 1,2 --w1 1,2 --w2 1,2 --target 0",
      "network --x 1,2 --w1 1,2;3 --w2 1,2 --target 0",
    ];
    const answers: string[] = [];
    for (const command of commands) {
      const { code, stdout, stderr } = await chainrule(["explain", ...command.split(" ")]);
      expect({ command, stdout }).toEqual({ command, stdout: "" });
      answers.push(`$ chainrule explain ${command}`, `${code}: ${stderr}`);
    }
    expect(answers.join("\n")).toMatchSnapshot();
  });
});

describe("a repeated training", () => {
  it.each([
    ["adamw, with validation", "level", ["--backend", "wasm"]],
    ["sgd without validation", "level", ["--optimizer", "sgd", "--validation", "0"]],
    ["adam with norms, by a plateau", "value", ["--optimizer", "adam", "--layer-norm", "--schedule", "plateau"]],
    ["weights of classes", "level", ["--class-weight", "low=3"]],
    ["dropout", "level", ["--dropout", "0.3"]],
    [
      "batch norm, one cycle, clipped",
      "level",
      ["--batch-norm", "--schedule", "oneCycle", "--clip", "0.1", "--backend", "wasm"],
    ],
  ])("has the saved weights, bit for bit: %s", async (_, target, flags) => {
    const saved = await trained(target, ...flags);
    const { state, difference } = await replay(saved);
    const { parameters, buffers } = state.variables;
    expect(difference).toBeUndefined();
    expect(bits([...leavesOf(parameters), ...leavesOf(buffers)])).toEqual(bits((await saved.model()).tensors));
  });

  it("begins with the initial weights, and stops wherever in an epoch", async () => {
    const saved = await trained("level", "--optimizer", "adam");
    const begin = await replay(saved, 0);
    expect(begin.state.step).toBe(0);
    expect(bits(leavesOf(begin.state.variables.parameters))).toEqual(
      bits(leavesOf(initialize(begin.trained.model, 7).parameters)),
    );
    // 16 rows in batches of 4: steps 6 and 7 are inside the second epoch. Adam's moments tell the gradient between them.
    const [six, seven] = [await replay(saved, 6), await replay(saved, 7)];
    const moments = [six, seven].map(({ state: { optimizer, variables } }) => ({
      mean: flatten(optimizer.mean).leaves,
      square: flatten(optimizer.square).leaves,
      weight: flatten(variables.parameters).leaves,
    }));
    const rate = six.state.learningRate;
    moments[0]!.mean.forEach((mean, leaf) => {
      mean.data.forEach((m, i) => {
        const at = (slot: "mean" | "square" | "weight", side: 0 | 1) => moments[side]![slot][leaf]!.data[i]!;
        const g = (at("mean", 1) - 0.9 * m) / 0.1;
        expect(at("square", 1)).toBeCloseTo(0.999 * at("square", 0) + 0.001 * g * g, 7);
        const step = at("mean", 1) / (1 - 0.9 ** 7) / (Math.sqrt(at("square", 1) / (1 - 0.999 ** 7)) + 1e-8);
        expect(at("weight", 1)).toBeCloseTo(at("weight", 0) - rate * step, 6);
      });
    });
  });

  it("of an interrupted run has its weights, with validation and without", async () => {
    for (const flags of [[], ["--validation", "0"]]) {
      await rm("r", { recursive: true, force: true });
      await writeFile("table.csv", `a,b,level,value\n${rows.join("\n")}\n`);
      const long = ["--epochs", "100000000", "--patience", "100000000", "--schedule", "constant"];
      const training = [
        "train",
        "table.csv",
        "--target",
        "level",
        "--out",
        "r",
        ...quick,
        ...reference,
        ...long,
        ...flags,
      ];
      const { code } = await chainrule(training, {
        onStderr: (text) => {
          if (text.startsWith("epoch")) process.emit("SIGINT");
        },
      });
      expect(code).toBe(0);
      const saved = await openRun("r");
      expect(saved.manifest.status).toBe("interrupted");
      const { state } = await replay(saved);
      expect(bits(leavesOf(state.variables.parameters))).toEqual(bits((await saved.model()).tensors));
    }
  });

  it("says where numbers have come out otherwise than they were recorded", async () => {
    await trained("level");
    const path = join("r", "events.jsonl");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace(/("type":"epoch","epoch":2,.*?"loss":)[\d.]+/, "$10.125"));
    const { stdout } = await chainrule(["explain", "r", "--row", "2", "--weight", "layers.0.bias[0]", "--step", "10"]);
    expect(stdout.replace(/\s+/g, " ")).toMatch(/the loss of epoch 2 is 0\.\d+ here and was 0\.125\./);
  });
});

describe("the update", () => {
  it.each([
    ["sgd", []],
    ["rmsprop", ["--schedule", "step"]],
    ["adagrad", ["--layer-norm"]],
    ["adam", ["--clip", "0.05", "--schedule", "oneCycle"]],
    ["adamw", ["--residual", "--depth", "2", "--width", "4"]],
  ])("is what the next step does, by %s", async (optimizer, flags) => {
    const shape = flags.includes("--depth") ? quick.slice(2) : quick;
    const whole = ["--batch", "64", "--validation", "0", "--epochs", "9", ...reference];
    await writeFile("table.csv", `a,b,level,value\n${rows.join("\n")}\n`);
    const given = ["train", "table.csv", "--target", "level", "--out", "r", "--optimizer", optimizer];
    expect((await chainrule([...given, ...shape, ...whole, ...flags])).code).toBe(0);
    const saved = await openRun("r");
    const [now, next] = [await replay(saved, 5), await replay(saved, 6)];
    const after = new Map(leavesOf(next.state.variables.parameters));
    const moved: number[] = [];
    for (const [name, { data, shape }] of leavesOf(now.state.variables.parameters)) {
      const at = data.length - 1;
      const element = `${name}[${shape.map((n) => n - 1)}]`;
      const { explanation } = explainRun(now, allRows, element, 1);
      const update = explanation.update!;
      expect(update).toMatchObject({ step: 5, optimizer: { kind: optimizer } });
      expect(explanation.value).toBe(data[at]);
      const value = update.equations.at(-1)!.value;
      expect(value, element).toBeCloseTo(after.get(name)!.data[at]!, 10);
      moved.push(Math.abs(value - explanation.value));
      for (const [slot, tree] of Object.entries(next.state.optimizer)) {
        const { value: moment } = update.equations.find(({ left }) => left.text === `${slot}′`)!;
        expect(moment, slot).toBeCloseTo(new Map(leavesOf(tree)).get(name)!.data[at]!, 10);
      }
    }
    expect(Math.max(...moved)).toBeGreaterThan(1e-5);
    const { explanation, settings } = explainRun(now, allRows, "layers.0.bias[1]", 1);
    const clipped = /(\S+ multiplies them by 0\.\d+)\./.exec(explanation.about!.join(" "))?.[1];
    expect(clipped).toEqual(flags.includes("--clip") ? expect.stringMatching(/^clipNorm /) : undefined);
    expect(settings.map(settingWords)).toEqual(clipped === undefined ? [] : [clipped]);
    const { stdout } = await chainrule([
      "explain",
      "r",
      "--row",
      allRows.join(),
      "--weight",
      "layers.0.bias[1]",
      "--step",
      "5",
    ]);
    expect(stdout.replace(/\s+/g, " ").includes(`; ${clipped?.replace("clipNorm", "--clip")}.`)).toBe(
      clipped !== undefined,
    );
  });
});

describe("a run's numbers", () => {
  const explained = (...args: string[]) => chainrule(["explain", "r", ...args]);

  it("are shown with what the names stand for", async () => {
    await trained("level");
    const { code, stdout } = await explained("--row", "3", "--weight", "layers.2.weight[1,0]", "--step", "5");
    expect(code).toBe(0);
    expect(stdout).toContain("After step 5 of r: the loss of row 3 of table.csv.");
    expect(stdout).toContain("x[row, column], numbers standardised: 0 a, 1 b, 2 value.");
    expect(stdout).toContain("Classes: 0 high, 1 low.");
    expect(stdout).toContain("Update 6, by adamw");
    const { stdout: json, stderr } = await explained("--row", "3,4", "--weight", "x[1,0]", "--json");
    const answer = JSON.parse(json);
    expect(answer).toMatchObject({ run: "r", rows: [3, 4], features: ["a", "b", "value"] });
    expect(answer.explanation).not.toHaveProperty("update");
    expect(answer.explanation.gradient).toBeCloseTo(answer.explanation.check.slope, 8);
    expect(stderr).toContain("Check by finite difference");
  });

  it("of a regression are in standard deviations, unless it was told not to standardise", async () => {
    await trained("value");
    const standard = await explained("--row", "3", "--weight", "layers.4[0,0]");
    expect(standard.stdout.replace(/\s+/g, " ")).toContain("the target in standard deviations of value.");
    expect(standard.stdout).toContain("loss = (layers.4[0,0] − target[0,0])²");
    await rm("r", { recursive: true });
    await trained("value", "--no-standardize", "--loss", "huber");
    const raw = await explained("--row", "3", "--weight", "x[0,0]", "--json");
    // Row 3: a = 7.
    expect(JSON.parse(raw.stdout).explanation.value).toBe(7);
    expect(raw.stderr).toContain("x[row, column]: 0 a, 1 b, ");
    expect(raw.stderr).not.toContain("standard");
  });

  it("with batch norm take its running statistics, and say so", async () => {
    await trained("level", "--batch-norm");
    const { stdout } = await explained("--row", "3", "--weight", "layers.1.weight[0]");
    expect(stdout.replace(/\s+/g, " ")).toContain("Batch norm takes its running statistics here, as after training");
    expect(stdout).toContain("buffers.layers.1.mean[0]");
  });

  it("with dropout leave nothing out, and say so", async () => {
    await trained("level", "--dropout", "0.5");
    const { stdout } = await explained("--row", "3", "--weight", "layers.0.weight[0,0]");
    expect(stdout.replace(/\s+/g, " ")).toContain("Dropout is off here, as after training");
  });

  it("that are not there are refused, saying what is", async () => {
    await trained("level");
    const commands = [
      "--row 1 --weight layers.0.weight[0,0]",
      "--row 22 --weight layers.0.weight[0,0]",
      "--row two --weight layers.0.weight[0,0]",
      "--row 3 --weight layers.1.weight[0,0]",
      "--row 3 --weight layers.0.weight[3,0]",
      "--row 3 --weight layers.0.weight[0]",
      "--row 3 --weight layers.0.weight[0,x]",
      "--row 3 --weight target[0]",
      "--row 3 --weight layers.0.weight[0,0] --step 13",
      "--row 3 --weight layers.0.weight[0,0] --step 1.5",
    ];
    const answers: string[] = [];
    for (const command of commands) {
      const { code, stdout, stderr } = await explained(...command.split(" "));
      expect({ command, stdout }).toEqual({ command, stdout: "" });
      answers.push(`$ chainrule explain r ${command}`, `${code}: ${stderr}`);
    }
    expect(answers.join("\n")).toMatchSnapshot();
  });

  it("need the data as it was", async () => {
    await trained("level");
    const weight = ["--row", "3", "--weight", "layers.0.weight[0,0]"];
    await rename("table.csv", "moved.csv");
    const moved = await explained(...weight);
    await rename("moved.csv", "table.csv");
    await appendFile("table.csv", "1,2,low,3\n");
    const changed = await explained(...weight);
    await trained("level", "--out", "streamed", "--stream");
    const streamed = await chainrule(["explain", "streamed", ...weight]);
    const nowhere = await chainrule(["explain", "nowhere", ...weight]);
    expect(
      [moved, changed, streamed, nowhere].map(({ code, stdout, stderr }) => ({ code, stdout, stderr })),
    ).toMatchSnapshot();
  });

  it("of a row without a target have no loss", async () => {
    const table = rows.map((row, i) => (i === 4 ? row.replace(/low|high/, "") : row));
    await writeFile("table.csv", `a,b,level,value\n${table.join("\n")}\n`);
    expect(
      (await chainrule(["train", "table.csv", "--target", "level", "--out", "r", ...quick, ...reference])).code,
    ).toBe(0);
    const { code, stderr } = await explained("--row", "6", "--weight", "layers.0.bias[0]");
    expect(code).toBe(1);
    expect(stderr).toContain("Row 6 of table.csv has no target, so it has no loss. Choose another row.");
    expect((await explained("--row", "7", "--weight", "layers.0.bias[0]")).code).toBe(0);
  });

  it("of a failed run are there up to where it failed", async () => {
    await writeFile("table.csv", `a,b,level,value\n${rows.join("\n")}\n`);
    const failing = ["--optimizer", "sgd", "--lr", "1e300", "--hidden", "4", "--activation", "relu", "--epochs", "5"];
    const given = ["train", "table.csv", "--target", "level", "--out", "r", "--batch", "4", ...reference, ...failing];
    expect((await chainrule(given)).code).toBe(1);
    const weight = ["--row", "3", "--weight", "layers.0.weight[0,0]"];
    const { code, stdout } = await explained(...weight);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Before the first step of r"),
    });
    const beyond = await explained(...weight, "--step", "20");
    expect(beyond.code).toBe(1);
    expect(beyond.stderr).toMatch(/The loss became (NaN|infinite) at step \d+/);
  });
});
