// A sweep without an engine: trainings in a few processes at a time. Killed at any moment and started again, it goes on with what is not done.
//
//   node sweep.ts penguins.csv species sweep [more options of chainrule train …]      (Node 22.18 or newer; with an older one npx tsx sweep.ts)
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";

const [table = "penguins.csv", target = "species", folder = "sweep", ...more] = process.argv.slice(2);
const [command = "", ...words] = (process.env.CHAINRULE ?? "node_modules/.bin/chainrule").split(" ");

// Change these: every combination is a trial, in a folder of its own.
const trials = ["0.001", "0.01", "0.1"].flatMap((lr) => ["8", "32,16"].map((hidden) => ({ lr, hidden })));
/** Processes at a time. */
const workers = Number(process.env.JOBS ?? 2);

interface Result {
  readonly run: string;
  readonly metrics: { readonly validation: { readonly loss: number } };
}

/** Begins the training, goes on with it, or hears at once how it ended. Exit code 75: another process still writes the run, or it was stopped. */
async function train({ lr, hidden }: (typeof trials)[number]): Promise<Result | undefined> {
  const given = ["--target", target, "--lr", lr, "--hidden", hidden, "--out", `${folder}/lr-${lr}-hidden-${hidden}`];
  for (;;) {
    const child = spawn(command, [...words, "train", table, ...given, "--resume", "--json", ...more]);
    const ended = new Promise((done) => child.on("close", (code, signal) => done(code ?? signal)));
    const [said, told, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code === 0) return JSON.parse(said);
    if (code !== 75) return void console.error(`lr ${lr}, hidden ${hidden} failed (${code}):\n${told}`);
    await setTimeout(1000);
  }
}

const left = trials.values();
const results: Result[] = [];
await Promise.all(
  Array.from({ length: workers }, async () => {
    for (const trial of left) results.push(...[await train(trial)].flatMap((one) => one ?? []));
  }),
);
for (const { run, metrics } of results.sort((a, b) => a.metrics.validation.loss - b.metrics.validation.loss))
  console.log(run, metrics.validation.loss);
process.exitCode = results.length === trials.length ? 0 : 1;
