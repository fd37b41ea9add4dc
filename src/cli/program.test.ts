// The command line from its arguments to its output, files and exit codes.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { openRun } from "../runs/index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { version } from "../runs/version.ts";
import { commands } from "./commands/index.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();

/** Two numbers, a class that follows from the first, and a value that follows from both. */
const rows = Array.from({ length: 40 }, (_, i) => {
  const [a, b] = [(i * 7) % 40, (i * 11) % 13];
  return `${a},${b},${a < 20 ? "low" : "high"},${a * 2.5 + b * 0.25}`;
});
const writeTable = () => writeFile("table.csv", `a,b,level,value\n${rows.join("\n")}\n`);
const quick = ["--backend", "reference", "--hidden", "4", "--epochs", "3", "--batch", "8"];

describe("usage", () => {
  it.each([...commands.map(({ name }) => `${name} --help`), "--help"])("%s", async (command) => {
    const { code, stdout, stderr } = await chainrule(command);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchSnapshot();
    for (const text of stdout.split("\n").slice(0, -8)) expect(text.length).toBeLessThanOrEqual(80);
  });

  it("prints the version", async () => {
    expect(await chainrule("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "", said: "" });
  });

  it("exits with 2, and says what must hold, for wrong options", async () => {
    const wrong = [
      "trian",
      "train",
      "train table.csv",
      "ledger run extra",
      "train table.csv --target a --optimizer lion",
      "train table.csv --target a --optimizr adam",
      "train table.csv --target a --task ranking",
      "train table.csv --target a --epochs 0",
      "train table.csv --target a --batch 1.5",
      "train table.csv --target a --seed 4294967296",
      "train table.csv --target a --lr -0.1",
      "train table.csv --target a --lr 1e999",
      "train table.csv --target a --validation 1",
      "train table.csv --target a --hidden 64,,32",
      "train table.csv --target a --type a=colour",
      "train table.csv --target a --type number",
      "predict run table.csv --out ./table.csv",
    ];
    const answers: string[] = [];
    for (const command of wrong) {
      const { code, stdout, stderr } = await chainrule(command);
      expect({ command, code, stdout }).toEqual({ command, code: 2, stdout: "" });
      answers.push(`$ chainrule ${command}`, ...stderr.split("\n").filter((text) => text !== ""));
    }
    expect(answers.filter((text) => text !== "Add --help for the usage.").join("\n")).toMatchSnapshot();
  });

  it("exits with 2 and the help without a command", async () => {
    const { code, stdout, stderr } = await chainrule([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: chainrule");
  });
});

describe("failures exit with 1", () => {
  it("and say what is wrong", async () => {
    await writeTable();
    const commands = [
      "train nowhere.csv --target a",
      "train table.csv --target levle",
      "train table.csv --target level --type colour=ignore",
      "train table.csv --target value --loss crossEntropy",
      "evaluate nowhere table.csv",
      "predict nowhere table.csv",
    ];
    const answers: string[] = [];
    for (const command of commands) {
      const { code, stdout, stderr } = await chainrule(command);
      expect({ command, code, stdout }).toEqual({ command, code: 1, stdout: "" });
      answers.push(`$ chainrule ${command}`, stderr.slice(stderr.indexOf("error:")));
    }
    expect(answers.join("\n")).toMatchSnapshot();
    expect(await readdir(".")).toEqual(["table.csv"]);
  });

  it("keeps the last finite weights where the loss becomes NaN", async () => {
    await writeTable();
    const args = ["--target", "level", "--out", "run", "--optimizer", "sgd", "--lr", "1e30"];
    const { code, stderr } = await chainrule(["train", "table.csv", ...quick, ...args]);
    expect(code).toBe(1);
    expect(stderr).toContain("The last finite weights are saved in run\n");
    const saved = await openRun("run");
    expect(saved.manifest).toMatchObject({ status: "failed", summary: { error: "NON_FINITE_LOSS" } });
    const { tensors } = await saved.model();
    expect([...tensors.keys()]).toEqual(["layers.0.bias", "layers.0.weight", "layers.2.bias", "layers.2.weight"]);
    for (const { data } of tensors.values()) for (const value of data) expect(Number.isFinite(value)).toBe(true);
  });
});

describe("train, evaluate, predict", () => {
  const metrics = {
    loss: expect.any(Number),
    accuracy: expect.any(Number),
    rocAuc: expect.any(Number),
    brier: expect.any(Number),
    ece: expect.any(Number),
  };

  it("a classification", async () => {
    await writeTable();
    const args = ["--target", "level", "--out", "my run", "--json", "--type", "value=ignore"];
    const { code, stdout, stderr } = await chainrule(["train", "table.csv", ...quick, ...args]);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({
      run: "my run",
      task: "classification",
      rows: 40,
      features: 2,
      parameters: 2 * 4 + 4 + 4 * 2 + 2,
      steps: 12,
      seconds: expect.any(Number),
      backend: "reference",
      threads: 1,
      metrics: { train: metrics, validation: metrics },
      layers: ["layers.0", "layers.2"].map((name) => ({
        name,
        gradientRms: expect.any(Number),
        updateRatio: expect.any(Number),
      })),
    });
    const shown = stderr
      .replace(/^(epoch \d\/3).*$/gm, "$1 …")
      .replace(/epochs in \d[\d.hm ]*s?/, "epochs in #")
      .replace(/^(loss|accuracy|ROC AUC|Brier score|calibration error) .*$/gm, "$1 …");
    expect(shown).toMatchSnapshot();

    const saved = await openRun("my run");
    expect(saved.manifest).toMatchObject({
      status: "finished",
      settings: { target: "level", hidden: [4], type: { value: "ignore" } },
    });
    // Twelve steps: the first ten and the last one are observed.
    const types = (await saved.events()).map(({ type }) => type).filter((type) => type !== "progress");
    const observed = (count: number) => new Array<string>(count).fill("observation");
    expect(types).toEqual([
      ...["start", "data", ...observed(4), "epoch", ...observed(4), "epoch", ...observed(3), "epoch"],
      ...["examples", "end"],
    ]);

    const evaluated = await chainrule(["evaluate", "my run", "table.csv", "--json"]);
    expect(evaluated.code).toBe(0);
    const answer = JSON.parse(evaluated.stdout);
    expect(answer).toMatchObject({ run: "my run", data: "table.csv", task: "classification", rows: 40 });
    expect(answer.classes).toEqual(["high", "low"]);
    expect(answer.confusion.flat().reduce((a: number, b: number) => a + b)).toBe(40);
    expect((await chainrule(["evaluate", "my run", "table.csv"])).stdout).toContain("true ╲ predicted");

    const predicted = await chainrule(["predict", "my run", "table.csv"]);
    const lines = predicted.stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("a,b,level,value,prediction,probability_high,probability_low");
    expect(lines).toHaveLength(41);
    let correct = 0;
    for (const [i, text] of lines.slice(1).entries()) {
      const cells = text.split(",");
      expect(cells.slice(0, 4).join()).toBe(rows[i]);
      const [high, low] = [Number(cells[5]), Number(cells[6])];
      expect(high! + low!).toBeCloseTo(1, 5);
      expect(cells[4]).toBe(high! >= low! ? "high" : "low");
      if (cells[4] === cells[2]) correct++;
    }
    expect(correct / 40).toBe(answer.metrics.accuracy);
  });

  it("a regression, in the target's unit, with text that needs quotes", async () => {
    await writeFile(
      "table.csv",
      `a,note,prediction\n${Array.from({ length: 30 }, (_, i) => `${i},"say ""hi"", ${i % 2}",${1000 + i}`).join("\n")}\n`,
    );
    expect((await chainrule(["train", "table.csv", ...quick, "--target", "prediction", "--out", "run"])).code).toBe(0);
    const { metrics } = JSON.parse((await chainrule("evaluate run table.csv --json")).stdout);
    const written = await chainrule("predict run table.csv --out out.csv");
    expect(written).toMatchObject({ code: 0, stdout: "", stderr: "Wrote 30 rows to out.csv\n" });
    const lines = (await readFile("out.csv", "utf8")).trimEnd().split("\n");
    expect(lines[0]).toBe("a,note,prediction,prediction_2");
    expect(lines[2]).toMatch(/^1,"say ""hi"", 1",1001,\d+\.\d+$/);
    const errors = lines.slice(1).map((text) => {
      const [target, predicted] = text.split(",").slice(-2).map(Number);
      return (predicted! - target!) ** 2;
    });
    expect(Math.sqrt(errors.reduce((a, b) => a + b) / 30)).toBeCloseTo(metrics.rmse, 2);
  });

  it("refuses a damaged model and says what is wrong with it", async () => {
    await writeTable();
    await chainrule(["train", "table.csv", ...quick, "--target", "level", "--out", "run"]);
    const path = join("run", "model.json");
    const good = await readFile(path, "utf8");
    const answers: string[] = [];
    for (const [from, to] of [
      ['"crossEntropy"', '"mse"'],
      ['"sequential"', '"residual"'],
      ['"relu"', '"__proto__"'],
      ['"kind": "dense"', '"kind": "conv2d"'],
      ['"outputs": 4', '"outputs": 5'],
      ['"inputs": 4', '"inputs": 1e9'],
      ['"outputs": 2', '"outputs": 0'],
      ['"outputs": 4', '"outputs": 2000000000'],
      ['"relu"\n', '"relu"\n      },\n      {\n        "kind": "layerNorm", "features": 4, "epsilon": "1"\n'],
      // A network that fits the weights, and is another.
      ['"relu"', '"tanh"'],
    ] as const) {
      await writeFile(path, good.replace(from, to));
      const { code, stderr } = await chainrule("evaluate run table.csv");
      expect(code).toBe(1);
      answers.push(stderr);
    }
    expect(answers.join("\n")).toMatchSnapshot();
  });
});

describe("ledger", () => {
  it("shows the factors of every layer, from the output to the input, at the last step or the one asked for", async () => {
    await writeTable();
    const shape = ["--depth", "4", "--width", "6", "--residual", "--layer-norm", "--activation", "sigmoid"];
    const training = [...shape, "--epochs", "3", "--batch", "8", "--backend", "reference", "--clip", "0.5"];
    expect((await chainrule(["train", "table.csv", "--target", "level", "--out", "run", ...training])).code).toBe(0);
    const { code, stdout } = await chainrule("ledger run --step 1");
    expect(code).toBe(0);
    expect(stdout).toMatchSnapshot();
    const lines = (await chainrule("ledger run --json")).stdout.split("\n");
    const { step, epoch, ledger } = JSON.parse(lines.at(-2)!);
    expect({ step, epoch }).toEqual({ step: 12, epoch: 3 });
    expect(ledger.map(({ layer }: { layer: string }) => layer)).toEqual([
      "layers.6",
      ...[5, 4, 3].map((i) => `layers.${i}.layer.layers.0`),
      "layers.0",
    ]);
    // The network with norms and identities is read back, its weights and all.
    expect((await chainrule("evaluate run table.csv")).code).toBe(0);
  });

  it("has a picture of two networks side by side, whose gradients vanish and do not", async () => {
    await writeTable();
    const train = (out: string, activation: string, epochs = 2) =>
      chainrule(
        `train table.csv --target level --depth 6 --width 6 --activation ${activation} --epochs ${epochs} --backend reference --out ${out}`,
      );
    await train("sigmoid", "sigmoid");
    await train("relu", "relu");
    await train("longer", "relu", 3);
    const { code, stdout } = await chainrule("ledger sigmoid --step 1 --beside relu");
    expect(code).toBe(0);
    expect(stdout).toMatchSnapshot();
    const { beside } = JSON.parse((await chainrule("ledger sigmoid --beside relu --json")).stdout.split("\n").at(-2)!);
    expect(beside).toMatchObject({ run: "relu", step: 4, ledger: { length: 7 } });
    // Each at its own step.
    const apart = (await chainrule("ledger relu --beside longer")).stdout.split("\n");
    expect(apart.slice(2, 4)).toEqual([
      expect.stringMatching(/^relu {20,}longer$/),
      expect.stringMatching(/^step 4 \(epoch 2\) {10,}step 6 \(epoch 3\)$/),
    ]);
  });

  it("reads back running statistics: a run predicts what it measured", async () => {
    await writeTable();
    const training = ["--batch-norm", "--depth", "2", "--width", "5", "--epochs", "4", "--validation", "0"];
    const { stdout } = await chainrule([
      "train",
      "table.csv",
      "--target",
      "value",
      "--out",
      "run",
      "--json",
      ...training,
    ]);
    const trained = JSON.parse(stdout.split("\n").at(-2)!).metrics.train.rmse;
    const measured = await chainrule("evaluate run table.csv --json");
    expect(JSON.parse(measured.stdout.split("\n").at(-2)!).metrics.rmse).toBeCloseTo(trained, 4);
  });

  it("says where there is nothing to show", async () => {
    expect(await chainrule("ledger nowhere")).toMatchObject({ code: 1, stderr: expect.stringContaining("run folder") });
    expect((await chainrule("train t.csv --target a --batch-norm --layer-norm")).stderr).toMatchSnapshot();
    expect((await chainrule("train t.csv --target a --hidden 3 --depth 2")).stderr).toMatchSnapshot();
  });
});

describe("Ctrl-C", () => {
  const long = ["--target", "level", "--out", "run", "--epochs", "100000000", "--patience", "100000000"];

  it("ends the training and keeps the best weights", async () => {
    await writeTable();
    const listeners = process.listenerCount("SIGINT");
    const interrupt = (text: string) => text.startsWith("epoch") && process.emit("SIGINT");
    const { code, stdout, stderr } = await chainrule(["train", "table.csv", ...quick, ...long], {
      onStderr: interrupt,
    });
    expect(code).toBe(0);
    expect(stderr).toContain("Stopping, with the best weights so far. Press Ctrl-C again to end at once.\n");
    expect(stdout).toMatch(/Interrupted after [\d,]+ epochs? in/);
    expect((await openRun("run")).manifest.status).toBe("interrupted");
    expect((await chainrule("evaluate run table.csv")).code).toBe(0);
    expect(process.listenerCount("SIGINT")).toBe(listeners);
  });

  it("a second time ends at once with 130", async () => {
    await writeTable();
    const exit = vi.spyOn(process, "exit").mockReturnValue(undefined as never);
    const twice = (text: string) => text.startsWith("epoch") && process.emit("SIGINT") && process.emit("SIGINT");
    await chainrule(["train", "table.csv", ...quick, ...long], { onStderr: twice });
    expect(exit).toHaveBeenCalledWith(130);
    exit.mockRestore();
  });
});
