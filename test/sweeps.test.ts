// The sweeps in examples/sweeps: killed half-way, with their trainings, and started again, no finished trial runs twice and none is lost.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { folderPerTest } from "../src/runs/test-folder.ts";
import {
  environment,
  expectWhole,
  halfWay,
  isThere,
  killTrials,
  marks,
  type Started,
  start,
  statuses,
  sweeps,
  textOf,
  withStatus,
  words,
  writeTable,
} from "./sweeps.ts";

folderPerTest();

/** The project's own, as .ci/run makes it; or one with Optuna. */
const python = [resolve(import.meta.dirname, "../.venv/bin/python"), "python3"].find((one) => {
  try {
    execFileSync(one, ["-c", "import optuna"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});
if (python === undefined) console.warn("the sweep by Optuna is not tested: pip install optuna==5.0.0");
const hasParallel = isThere("parallel");
if (!hasParallel) console.warn("the sweep by GNU parallel is not tested: apt install parallel");

/** Kills what was started half-way, and gives what was finished by then. */
async function killHalfWay(engines: readonly Started[], isNoted?: () => boolean) {
  let over = 0;
  for (const { end } of engines) void end.then(() => over++);
  await halfWay(() => over === engines.length, isNoted);
  for (const { child } of engines) process.kill(-child.pid!, "SIGKILL");
  killTrials();
  await Promise.all(engines.map(({ end }) => end));
  return marks(withStatus("finished"));
}

async function expectResumed(sweep: () => Started, count: number) {
  const before = await killHalfWay([sweep()]);
  const { code, said } = await sweep().end;
  expect({ code, said: code === 0 ? "" : said }).toEqual({ code: 0, said: "" });
  expectWhole(count);
  expect(marks(before.map(([name]) => name as string))).toEqual(before);
  return said;
}

it("without an engine, in TypeScript", async () => {
  writeTable();
  // Node before 22.18 reads no TypeScript.
  const jiti = resolve(import.meta.dirname, "../node_modules/jiti/lib/jiti-cli.mjs");
  const said = await expectResumed(() => start(process.execPath, [jiti, join(sweeps, "sweep.ts"), ...words]), 6);
  expect(said.trim().split("\n")).toHaveLength(6);
});

it("says why a training failed, and fails", async () => {
  writeTable();
  const wrong = words.with(1, "colour");
  const jiti = resolve(import.meta.dirname, "../node_modules/jiti/lib/jiti-cli.mjs");
  const { code, said } = await start(process.execPath, [jiti, join(sweeps, "sweep.ts"), ...wrong]).end;
  expect(code).toBe(1);
  expect(said.match(/failed \(1\):\n.*?"colour"/gs)).toHaveLength(6);
});

it("by Optuna, says why a training failed, and fails", { skip: python === undefined }, async () => {
  writeTable();
  const sweep = (given: readonly string[]) => start(python!, [join(sweeps, "optuna_sweep.py"), ...given]).end;
  const failed = await sweep([...words.with(1, "colour"), "--trials", "2"]);
  expect(failed).toEqual({
    code: 1,
    said: expect.stringMatching(/failed with exit code 1:\n.*"colour".*No trial/s),
  });
  // Every trial would be wrong: the first one waits.
  const refused = await sweep([...words.with(2, "other"), "--trials", "2", "--dropuot", "0.1"]);
  expect(refused).toEqual({ code: 1, said: expect.stringMatching(/trial-0 failed with exit code 2:\n.*--dropuot/s) });
});

it("by GNU parallel", { skip: !hasParallel }, async () => {
  writeTable();
  const said = await expectResumed(() => start("bash", [join(sweeps, "parallel_sweep.sh"), ...words]), 6);
  expect(said).toMatch(/run +status +epochs +loss/);
});

interface Trial {
  readonly number: number;
  readonly state: string;
  readonly completed: string | null;
}

const trials = (): Trial[] =>
  JSON.parse(
    execFileSync(
      python!,
      [
        "-c",
        `import json, optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.disable_default_handler()
study = optuna.load_study(study_name="sweep", storage=JournalStorage(JournalFileBackend("sweep/journal.log")))
print(json.dumps([{"number": t.number, "state": t.state.name, "completed": t.datetime_complete and str(t.datetime_complete)} for t in study.trials]))`,
      ],
      { encoding: "utf8" },
    ),
  );

it("by Optuna, with two workers", { skip: python === undefined }, async () => {
  writeTable();
  const worker = () => start(python!, [join(sweeps, "optuna_sweep.py"), ...words, "--trials", "6"]);
  // A trial's state in the journal: 1 is COMPLETE, 2 PRUNED.
  const isTold = () => /"state": ?[12]\b/.test(textOf("sweep/journal.log") ?? "");
  const before = await killHalfWay([worker(), worker()], isTold);
  const done = trials().filter(({ state }) => state !== "RUNNING");
  for (const { code, said } of await Promise.all([worker().end, worker().end]))
    expect({ code, said: code === 0 ? "" : said }).toEqual({ code: 0, said: "" });
  const after = trials();
  expect(after).toHaveLength(6);
  for (const { state } of after) expect(["COMPLETE", "PRUNED"]).toContain(state);
  expect(done.length).toBeGreaterThan(0);
  expect(after.filter(({ number }) => done.some((one) => one.number === number))).toEqual(done);
  expect(marks(before.map(([name]) => name as string))).toEqual(before);
  const all = statuses();
  expect(Object.keys(all)).toHaveLength(6);
  for (const { number, state } of after) if (state === "COMPLETE") expect(all[`trial-${number}`]).toBe("finished");
});

it("by Optuna, which stops a training that is worse than it may be", { skip: python === undefined }, async () => {
  writeTable();
  writeFileSync(
    "prune.py",
    `import os, sys
from pathlib import Path
sys.path.insert(0, os.environ["SWEEPS"])
import optuna, optuna_sweep
study = optuna.create_study(direction="minimize", pruner=optuna.pruners.ThresholdPruner(upper=0.0))
trial, run = study.ask(), Path("sweep/trial-0")
command = [*optuna_sweep.CHAINRULE, "train", "table.csv", "--target", "class", *optuna_sweep.settings(trial), "--epochs", "1000000", "--patience", "1000000"]
optuna_sweep.train(study, trial, [*command, "--out", str(run), "--resume", "--json"], run)
print(study.trials[0].state.name, len(study.trials[0].intermediate_values))
`,
  );
  const { code, said } = await start(python!, ["prune.py"], { ...environment, SWEEPS: sweeps }).end;
  expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/PRUNED 1\n$/) });
  expect(statuses()).toEqual({ "trial-0": "interrupted" });
  expect(existsSync("sweep/trial-0/lock.json")).toBe(false);
});
