// chainrule bridge: its file is Python, and the run that it recorded of a faulty PyTorch training is read, judged and shown.
import { execFileSync, spawnSync } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeEach, describe, expect, it } from "vitest";
import { createRun, openRun } from "../../runs/index.ts";
import { runSchema } from "../../runs/schema.ts";
import { folderPerTest } from "../../runs/test-folder.ts";
import { description } from "../../runs/test-run.ts";
import { version } from "../../runs/version.ts";
import { RunsFolder } from "../lab/runs-folder.ts";
import { chainrule } from "../test-command.ts";
import { bridges } from "./bridges.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const recorded = join(here, "fixtures/deep-sigmoid");
const hasPython = spawnSync("python3", ["--version"]).status === 0;
folderPerTest();

describe("bridge pytorch", () => {
  it("prints the file, or writes it", async () => {
    const text = await readFile(join(here, bridges.pytorch.file), "utf8");
    const { code, stdout } = await chainrule("bridge pytorch");
    expect([code, stdout]).toEqual([0, Buffer.from(text).toString("utf8")]);
    expect((await chainrule("bridge pytorch --out chainrule.py")).said).toBe("Wrote chainrule.py ");
    expect(await readFile("chainrule.py", "utf8")).toBe(text);
    expect((await chainrule("bridge tensorflow")).code).toBe(2);
  });

  it("names this version, and the format of run folders that it writes", async () => {
    const text = await readFile(join(here, bridges.pytorch.file), "utf8");
    expect(text).toContain(`VERSION = "${version}"`);
    const run = await createRun(description, new Map());
    await run.finish("finished");
    const { format } = (await openRun(recorded)).manifest;
    expect(text).toContain(`FORMAT = ${format} `);
  });

  it.skipIf(!hasPython)("is Python", async () => {
    await writeFile("chainrule.py", (await chainrule("bridge pytorch")).stdout);
    execFileSync("python3", ["-m", "py_compile", "chainrule.py"]);
  });
});

describe("the run of a deep sigmoid network in PyTorch", () => {
  beforeEach(() => cp(recorded, "runs/deep", { recursive: true }));

  it("has every event that readers take", async () => {
    const { manifest, events } = await openRun("runs/deep");
    expect(manifest).toMatchObject({ status: "finished", data: { program: expect.stringMatching(/^PyTorch \d/) } });
    const types = (await events()).map(({ type }) => type);
    expect(types[0]).toBe("start");
    expect(types.at(-1)).toBe("end");
    expect(types.filter((type) => type === "epoch")).toHaveLength(4);
    // The first ten steps, and every sixth.
    expect(types.filter((type) => type === "observation")).toHaveLength(13);
  });

  it("is valid by the JSON Schema of run folders", async () => {
    const ajv = new Ajv2020({ allowUnionTypes: true });
    ajv.addSchema(runSchema(), "events");
    const lines = (await readFile("runs/deep/events.jsonl", "utf8")).trim().split("\n");
    for (const line of lines) expect([ajv.validate("events", JSON.parse(line)), ajv.errors]).toEqual([true, null]);
    expect(ajv.validate("events#/$defs/run", JSON.parse(await readFile("runs/deep/run.json", "utf8")))).toBe(true);
  });

  it("has ledgers whose factors multiply to what is left of δ", async () => {
    for (const event of await (await openRun("runs/deep")).events()) {
      if (event.type !== "observation") continue;
      let product = 1;
      for (const row of event.ledger) {
        expect(row.weightFactor * row.activationFactor * row.skipFactor).toBeCloseTo(row.attenuation, 6);
        product *= row.attenuation;
        expect(row.product / product).toBeCloseTo(1, 6);
        // |σ′| ≤ ¼
        expect(row.activationFactor === 1 || row.activationFactor <= 0.25).toBe(true);
      }
      const δ = event.ledger.map(({ layer }) => event.values.find(({ name }) => name === layer)!.gradient);
      const norms = δ.map(({ rms, size }) => rms * Math.sqrt(size));
      for (const [i, { product }] of event.ledger.entries()) expect(norms[i]! / norms[0]! / product).toBeCloseTo(1, 6);
    }
  });

  it("is told that its gradient vanishes", async () => {
    const { code, stdout } = await chainrule("diagnose runs/deep --json");
    expect(code).toBe(0);
    const { healthy, verdicts, untried } = JSON.parse(stdout.split("\n").at(-2)!);
    expect(healthy).toBe(false);
    expect(verdicts[0]).toMatchObject({ kind: "vanishing-gradient", severity: "severe", sinceStep: 1 });
    expect(untried).toContain("trained by PyTorch");
    const words = await chainrule("diagnose runs/deep");
    expect(words.stdout).toContain("severe: vanishing gradient, since step 1");
  });

  it("shows its ledger, and goes to TensorBoard and Parquet", async () => {
    expect((await chainrule("ledger runs/deep")).stdout.split("\n").slice(0, 6)).toMatchInlineSnapshot(`
      [
        "runs/deep: step 24 (epoch 4), from the output to the input",
        "",
        "layer      W     φ′   total   so far  1e-5 to 1, logarithmic",
        "10                                 1  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━",
        "8      0.791  0.242   0.192    0.192  ━━━━━━━━━━━━━━━━━━━━━━━━━━━╸",
        "6      0.587  0.232   0.136    0.026  ━━━━━━━━━━━━━━━━━━━━━━",
      ]
    `);
    expect((await chainrule("export runs/deep --format tensorboard --out deep.tfevents")).code).toBe(0);
    expect((await chainrule("export runs/deep --format parquet --out deep.parquet")).code).toBe(0);
  });

  it("is listed by the lab", async () => {
    expect(await new RunsFolder("runs").list()).toMatchObject([
      { name: "deep", status: "finished", data: [expect.stringMatching(/^PyTorch/)], epoch: 4, step: 24 },
    ]);
  });

  it("cannot go on or be explained here, and is said so", async () => {
    for (const command of ["train --resume runs/deep --epochs 9", "explain runs/deep --row 2 --weight 0.weight[0,0]"])
      expect((await chainrule(command)).said).toMatch(/was trained by PyTorch/);
  });
});
