// chainrule train --resume and --checkpoint: runs that were cut off, that are finished, and that are asked for something else.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { beforeEach, describe, expect, it } from "vitest";
import { openRun } from "../runs/index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();
beforeEach(async () => {
  const level = (a: number, b: number) => (a + b > 7 ? "high" : "low");
  const rows = Array.from({ length: 60 }, (_, i) => [i % 7, (i * 5) % 11] as const);
  await writeFile("table.csv", `a,b,level\n${rows.map(([a, b]) => `${a},${b},${level(a, b)}`).join("\n")}\n`);
});

const settings = [
  "--target",
  "level",
  "--hidden",
  "6",
  "--dropout",
  "0.1",
  "--backend",
  "reference",
  "--patience",
  "99",
];
const train = (...more: string[]) => chainrule(["train", "table.csv", ...settings, "--epochs", "12", ...more]);
const resume = (...more: string[]) => chainrule(["train", ...more, "--json"]);

/** Without what comes by the clock. */
async function eventsOf(run: string) {
  const events = await (await openRun(run)).events();
  return events.filter(({ type }) => type !== "progress").map((event) => ({ ...event, seconds: 0 }));
}

/** What is left of a run that was killed after the checkpoint at its end, or before any. */
async function kill(run: string, { hasCheckpoint = true } = {}) {
  const { summary: _, ...rest } = JSON.parse(await readFile(`${run}/run.json`, "utf8"));
  await writeFile(`${run}/run.json`, JSON.stringify({ ...rest, status: "running" }));
  await rm(`${run}/model.safetensors`);
  if (!hasCheckpoint) await rm(`${run}/checkpoints`, { recursive: true });
}

const figures = (stdout: string) => ({ ...JSON.parse(stdout.trim().split("\n").at(-1)!), seconds: 0, run: "" });

describe("train --resume", () => {
  it("ends as the training would have, from a checkpoint or anew", async () => {
    const whole = await train("--out", "whole", "--json");
    const events = await eventsOf("whole");
    for (const hasCheckpoint of [true, false]) {
      await train("--out", "cut");
      await kill("cut", { hasCheckpoint });
      const { code, stdout, said } = await resume("--resume", "cut");
      expect(code).toBe(0);
      expect(said).toContain(hasCheckpoint ? "Going on with cut after step" : "cut has no checkpoint yet");
      expect(figures(stdout)).toEqual(figures(whole.stdout));
      expect(await eventsOf("cut")).toEqual(events);
      expect(await readFile("cut/model.safetensors")).toEqual(await readFile("whole/model.safetensors"));
      await rm("cut", { recursive: true });
    }
  });

  it("is the same command again and again", async () => {
    const again = () => train("--out", "run", "--json", "--resume");
    const first = await again();
    expect(first.code).toBe(0);
    const second = await again();
    expect(second.stdout).toBe(first.stdout);
    expect(second.said).not.toContain("Going on");
  });

  it("is the same command with what a training finds by itself: a rate, files of a pattern, whether there is a header", async () => {
    await writeFile("check-1.csv", "a,b,level\n1,2,low\n6,6,high\n2,9,high\n0,3,low\n");
    const again = () =>
      chainrule(
        ["train", "table.csv", ...settings, "--epochs", "3", "--lr", "auto", "--validation-data", "check-*.csv"].concat(
          ["--out", "run", "--resume", "--json"],
        ),
      );
    const first = await again();
    expect(first.said).toContain("from a range test");
    const second = await again();
    expect([second.code, second.stdout]).toEqual([0, first.stdout]);
  });

  it("begins where a training was killed before it began, and only there", async () => {
    await mkdir("run");
    for (const [name, content] of [
      ["lock.json", JSON.stringify({ pid: 1, host: hostname(), began: "another" })],
      [".run.json.0123456789ab.tmp", "{"],
      ["events.jsonl", ""],
    ] as const)
      await writeFile(`run/${name}`, content);
    await writeFile("run/events.jsonl", "{}\n");
    const refused = await train("--out", "run", "--resume");
    expect([refused.code, refused.said]).toEqual([1, expect.stringContaining("must be new or empty")]);
    await writeFile("run/events.jsonl", "");
    expect((await train("--out", "run", "--resume")).code).toBe(0);
    expect((await readdir("run")).sort()).toEqual([
      "checkpoints",
      "events.jsonl",
      "model.json",
      "model.safetensors",
      "run.json",
    ]);
  });

  it("says by its exit code that a training was stopped", async () => {
    const stop = () => {
      const handlers = process.listeners("SIGTERM");
      return chainrule(
        [
          "train",
          "table.csv",
          ...settings,
          "--epochs",
          "100000",
          "--patience",
          "100000",
          "--out",
          "run",
          "--resume",
          "--json",
        ],
        {
          onStderr: (text) => {
            // What the training listens by, without a signal to the process of the tests.
            if (/epoch/.test(text))
              for (const handler of process.listeners("SIGTERM")) if (!handlers.includes(handler)) handler("SIGTERM");
          },
        },
      );
    };
    for (const said of ["", "Going on with run after step"]) {
      const { code, stdout, said: all } = await stop();
      expect(code).toBe(75);
      expect(all).toContain(said);
      expect(all).toContain("The same command goes on with it.");
      expect(JSON.parse(stdout).steps).toBeGreaterThan(0);
    }
  });

  it("goes further than planned", async () => {
    await train("--out", "run");
    const { code, stdout } = await resume("--resume", "run", "--epochs", "20");
    expect(code).toBe(0);
    const events = await eventsOf("run");
    const epochs = events.flatMap((event) => (event.type === "epoch" ? [event] : []));
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(events.filter(({ type }) => type === "end" || type === "start")).toHaveLength(2);
    expect(figures(stdout).steps).toBe(epochs.at(-1)!.step);
    expect((await openRun("run")).manifest.settings).toMatchObject({ epochs: 20 });
  });

  it("refuses another training, other data and no run, in words", async () => {
    await train("--out", "run");
    const answers: string[] = [];
    for (const words of [
      ["--resume"],
      ["--resume", "nowhere"],
      ["--resume", "run", "--out", "other"],
      ["--resume", "run", "--hidden", "9"],
      ["--resume", "run", "--fix"],
      ["other.csv", "--resume", "run"],
      ["table.csv", "--target", "level", "--out", "run", "--resume", "--backend", "reference"],
    ]) {
      const { code, stdout, said } = await resume(...words);
      expect(stdout).toBe("");
      answers.push(`${words.join(" ")} → ${code} ${said.trim()}`);
    }
    await kill("run");
    await writeFile("table.csv", "1,2,high\n", { flag: "a" });
    answers.push((await resume("--resume", "run")).said.trim());
    expect(answers.join("\n")).toMatchInlineSnapshot(`
      "--resume → 2 error: Name the run to go on with: --resume RUN; or where it is, or is to be: --out RUN.
      --resume nowhere → 1 error: "nowhere" is not a run folder, since it holds no run.json. Give a folder that a training wrote.
      --resume run --out other → 2 error: --resume run names a run, and --out other another place. A run goes on in its own folder: leave out --out.
      --resume run --hidden 9 → 2 error: The run "run" goes on as it began, but for --epochs and what computes it: its "hidden" is [6], and [9] is given. Leave that out, or train a new run.
      --resume run --fix → 2 error: --resume goes on with a run as it began, and --fix begins other runs. Leave out one of them.
      other.csv --resume run → 2 error: The run "run" goes on as it began, but for --epochs and what computes it: its data are table.csv, and other.csv is given. Leave that out, or train a new run.
      table.csv --target level --out run --resume --backend reference → 2 error: The run "run" goes on as it began, but for --epochs and what computes it: its "hidden" is [6], and none is given. Leave that out, or train a new run.
      error: The run "run" cannot be repeated: its data, table.csv, has changed since. Train again on the data as it is."
    `);
  });
});

describe("--checkpoint", () => {
  it("takes the weights of a run that was cut off", async () => {
    await train("--out", "run");
    const best = await chainrule(["evaluate", "run", "table.csv", "--json"]);
    await kill("run");
    const refused = await chainrule(["predict", "run", "table.csv"]);
    expect([refused.code, refused.said]).toMatchInlineSnapshot(`
      [
        1,
        "error: The run "run" has no model yet: its training still goes on, or was cut off. Go on with it by chainrule train --resume run, or take the weights of its last checkpoint with --checkpoint best. ",
      ]
    `);
    expect((await chainrule(["evaluate", "run", "table.csv", "--json", "--checkpoint", "best"])).stdout).toBe(
      best.stdout,
    );
    const last = await chainrule(["predict", "run", "table.csv", "--checkpoint", "last"]);
    expect([last.code, last.stdout.split("\n").length]).toEqual([0, 62]);
  });

  it("takes the last finite weights of one that failed", async () => {
    const { code } = await train("--out", "run", "--optimizer", "sgd", "--lr", "1e30");
    expect(code).toBe(1);
    const { said } = await chainrule(["predict", "run", "table.csv"]);
    expect(said).toMatchInlineSnapshot(
      `"error: The run "run" has no model: its training failed. chainrule diagnose run says how it went; its last finite weights serve with --checkpoint last. "`,
    );
    expect((await chainrule(["predict", "run", "table.csv", "--checkpoint", "last"])).code).toBe(0);
    expect((await resume("--resume", "run")).said).toMatchInlineSnapshot(
      `"error: The run "run" failed, since its loss was not finite, and would fail again from its last checkpoint. chainrule diagnose run says what may help; train again with that. "`,
    );
  });
});
