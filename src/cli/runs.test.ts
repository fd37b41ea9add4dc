// chainrule runs: many run folders, of every status, for people and for programs.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRun } from "../runs/index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { description, epoch } from "../runs/test-run.ts";
import type { EndEvent } from "../train/events.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();

const end = (loss: number, accuracy: number): EndEvent => ({
  ...{ type: "end", reason: "epochs", epochs: 12, steps: 120, seconds: 1.5, bestEpoch: 11, layers: [] },
  metrics: { train: { loss: 0.1 }, validation: { loss, accuracy } },
});

/** A run of each status, and what is none. */
async function sweep() {
  const settings = { target: "survived", seed: 7 };
  const begun = (name: string, more: object) =>
    createRun({ ...description, settings: { ...settings, ...more } }, `runs/sweep/${name}`);
  for (const [name, loss, accuracy, more] of [
    ["a", 0.5, 0.75, { lr: 0.1, hidden: [64, 32] }],
    ["b", 0.25, 0.875, { lr: 0.003, hidden: [8] }],
    ["c", 12.5, 0.5, { lr: 1, batchNorm: true }],
  ] as const) {
    const run = await begun(name, more);
    run.appendEvent(epoch(1));
    run.appendEvent(end(loss, accuracy));
    await run.finish(name === "c" ? "interrupted" : "finished");
  }
  const failed = await begun("failed", { lr: 30 });
  await failed.finish("failed", { error: "NON_FINITE_LOSS" });
  const cut = await begun("cut", { lr: 0.01 });
  cut.appendEvent(epoch(3));
  await writeFile("runs/sweep/cut/lock.json", JSON.stringify({ pid: 1, host: "elsewhere", began: "" }));
  const running = await begun("running", { lr: 0.02 });
  running.appendEvent(epoch(2));
  for (const name of ["broken", "killed", "data", ".hidden"]) await mkdir(`runs/sweep/${name}`);
  await writeFile("runs/sweep/broken/run.json", "{");
  await writeFile("runs/sweep/killed/lock.json", JSON.stringify({ pid: 1, host: "elsewhere", began: "" }));
  await writeFile("runs/sweep/.hidden/run.json", "{");
  const { utimes } = await import("node:fs/promises");
  const before = new Date(Date.now() - 500_000);
  for (const name of ["cut", "killed"]) await utimes(`runs/sweep/${name}/lock.json`, before, before);
  // In the order of their names.
  for (const name of ["a", "b", "c", "cut", "failed", "running"]) {
    const file = `runs/sweep/${name}/run.json`;
    const json = await readFile(file, "utf8");
    await writeFile(file, json.replace(/"created": "[^"]*"/, '"created": "2026-01-31T00:00:00.000Z"'));
  }
  return running;
}

let running: Awaited<ReturnType<typeof sweep>>;
beforeEach(async () => {
  running = await sweep();
});
afterEach(() => running.finish("finished"));

it("shows every run, the settings that differ, and what cannot be read", async () => {
  const { code, stdout, stderr } = await chainrule("runs runs missing");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatchInlineSnapshot(`
    "run                 status       epochs     loss  accuracy  --hidden  --batch-norm    --lr
    runs/sweep/a        finished         12   0.5000    75.00%  64,32                    0.1
    runs/sweep/b        finished         12   0.2500    87.50%  8                        0.003
    runs/sweep/c        interrupted      12  12.50      50.00%            true           1
    runs/sweep/cut      crashed           3   0.5000    75.00%                           0.01
    runs/sweep/failed   failed                                                          30
    runs/sweep/running  running           2   0.5000    75.00%                           0.02
    missing             unreadable
    runs/sweep/broken   unreadable
    runs/sweep/killed   crashed

    runs/sweep/failed: failed by NON_FINITE_LOSS

    missing: "missing" does not exist.

    runs/sweep/broken: The file run.json of the run "runs/sweep/broken" is not
    usable: it must be JSON. Restore the file, or train again.
    "
  `);
});

it("sorts by a metric in its own direction, and names those that there are", async () => {
  const order = async (metric: string) =>
    JSON.parse((await chainrule(`runs --sort ${metric} --json`)).stdout).runs.map(({ run }: { run: string }) =>
      run.slice(11),
    );
  const others = ["failed", "broken", "killed"];
  expect(await order("loss")).toEqual(["b", "a", "cut", "running", "c", ...others]);
  expect(await order("accuracy")).toEqual(["b", "a", "cut", "running", "c", ...others]);
  const { code, said } = await chainrule("runs --sort f1");
  expect([code, said.trim()]).toEqual([2, `error: No run has the metric "f1". There are loss and accuracy.`]);
});

it("fits a narrow terminal, and says what it has no room for", async () => {
  const { stdout } = await chainrule("runs runs/sweep/a runs/sweep/b --sort accuracy", { columns: 44 });
  expect(stdout).toMatchInlineSnapshot(`
    "[2mrun      status    epochs  accuracy    loss[22m
    …weep/b  finished      12    87.50%  0.2500
    …weep/a  finished      12    75.00%  0.5000

    No room for --hidden and --lr: --csv has
    all.
    "
  `);
  for (const columns of [20, 30, 60, 200]) {
    const lines = (await chainrule("runs", { columns })).stdout.split("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    for (const line of lines) expect(line.replace(/\u001b\[\d+m/g, "").length).toBeLessThan(Math.max(columns, 60));
  }
});

it("has the figures of a training that ended by run.json, where its events are gone", async () => {
  const run = await createRun({ ...description, settings: { target: "survived" } }, "lost");
  const metrics = { train: { loss: 0.1 }, validation: { loss: 0.5, accuracy: 0.75 } };
  await run.finish("finished", { task: "classification", steps: 120, seconds: 1.5, metrics });
  await rm("lost/events.jsonl", { force: true });
  const { runs } = JSON.parse((await chainrule("runs lost --json")).stdout);
  expect(runs).toMatchObject([{ status: "finished", steps: 120, seconds: 1.5, metrics: metrics.validation }]);
});

it("gives programs a table and an object under names that stay", async () => {
  const csv = await chainrule("runs --csv");
  expect(csv.stdout).toMatchInlineSnapshot(`
    "run,status,epochs,steps,seconds,metrics.loss,metrics.accuracy,settings.hidden,settings.batchNorm,settings.lr,message
    runs/sweep/a,finished,12,120,1.5,0.5,0.75,"64,32",,0.1,
    runs/sweep/b,finished,12,120,1.5,0.25,0.875,8,,0.003,
    runs/sweep/c,interrupted,12,120,1.5,12.5,0.5,,true,1,
    runs/sweep/cut,crashed,3,30,,0.5,0.75,,,0.01,
    runs/sweep/failed,failed,,,,,,,,30,NON_FINITE_LOSS
    runs/sweep/running,running,2,20,,0.5,0.75,,,0.02,
    runs/sweep/broken,unreadable,,,,,,,,,"The file run.json of the run ""runs/sweep/broken"" is not usable: it must be JSON. Restore the file, or train again."
    runs/sweep/killed,crashed,,,,,,,,,
    "
  `);
  const { stdout } = await chainrule("runs runs/sweep/a runs/sweep/a/../a --json");
  expect(JSON.parse(stdout)).toMatchInlineSnapshot(`
    {
      "metrics": [
        "loss",
        "accuracy",
      ],
      "runs": [
        {
          "created": "2026-01-31T00:00:00.000Z",
          "data": [
            "titanic.csv",
          ],
          "epochs": 12,
          "metrics": {
            "accuracy": 0.75,
            "loss": 0.5,
          },
          "run": "runs/sweep/a",
          "seconds": 1.5,
          "settings": {
            "hidden": [
              64,
              32,
            ],
            "lr": 0.1,
            "seed": 7,
            "target": "survived",
          },
          "status": "finished",
          "steps": 120,
        },
      ],
      "settings": [],
    }
  `);
});

it("says where there are none", async () => {
  await mkdir("empty");
  expect((await chainrule("runs empty")).said).toBe("There are no runs in empty: chainrule train makes them. ");
  expect(JSON.parse((await chainrule("runs empty --json")).stdout)).toEqual({ runs: [], metrics: [], settings: [] });
});
