// What TensorBoard's own reader makes of event files: those of a training while it went on, resumed, and exported.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { chainrule } from "../../src/cli/test-command.ts";
import { openRun } from "../../src/runs/index.ts";
import { folderPerTest } from "../../src/runs/test-folder.ts";

const python = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
/** As .ci/run installs it: python3 -m venv .venv && .venv/bin/pip install tensorboard */
const hasTensorBoard = spawnSync(python, ["-c", "import tensorboard"]).status === 0;
folderPerTest();

it.skipIf(!hasTensorBoard)("reads every scalar and histogram", { timeout: 60_000 }, async () => {
  const rows = Array.from({ length: 40 }, (_, r) => `${(r * 7) % 40},${r % 3},${r % 40 < 20 ? "low" : "high"}`);
  await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
  await chainrule("train table.csv --target y --backend reference --hidden 4 --epochs 2 --out run --tensorboard");
  await chainrule("train --resume run --epochs 4");
  await mkdir("exported");
  await chainrule("export run --format tensorboard --out exported/run.tfevents");
  const read = fileURLToPath(new URL("read.py", import.meta.url));
  const [live, exported] = JSON.parse(execFileSync(python, [read, "run", "exported"], { encoding: "utf8" }));
  const events = await (await openRun("run")).events();
  const epochs = events.filter((event) => event.type === "epoch");
  const seen = events.filter((event) => event.type === "observation");
  expect(epochs).toHaveLength(4);
  for (const { scalars, histograms } of [live, exported]) {
    expect(scalars["loss/train"]).toEqual(epochs.map(({ step, loss }) => [step, Math.fround(loss)]));
    expect(scalars["loss/validation"]).toEqual(
      epochs.map(({ step, validation }) => [step, Math.fround(validation!.loss!)]),
    );
    expect(scalars["ledger/product/layers.0"]).toEqual(
      seen.map(({ step, ledger }) => [step, Math.fround(ledger.at(-1)!.product)]),
    );
    expect(histograms["gradient/layers.0.weight"]).toEqual(
      seen.map(({ step, parameters }) => {
        const [first, ...counts] = parameters.find(({ name }) => name === "layers.0.weight")!.gradient.exponents;
        return [step, first, counts];
      }),
    );
  }
});
