// Kills trainings at random moments and takes them up again, until one is through: every checkpoint that was saved must be whole at every kill,
// and the end must be that of a training that nobody killed: the same weights, events and figures.
//
//   npm run torture            200 kills, half of them of trainings on a table that is read in blocks
//   npm run torture -- 20 7    20 kills, of seed 7
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const cli = resolve(import.meta.dirname, "../dist/cli/main.js");

/** Numbers in [0, 1) that repeat (Park and Miller 1988). */
function generator(seed) {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Two classes on either side of a circle, with noise. */
function table(rows, random) {
  const lines = ["a,b,c,class"];
  for (let i = 0; i < rows; i++) {
    const [a, b, c] = [random() * 2 - 1, random() * 2 - 1, random()].map((value) => value.toFixed(4));
    lines.push(`${a},${b},${c},${a * a + b * b < 0.5 + 0.2 * random() ? "in" : "out"}`);
  }
  return `${lines.join("\n")}\n`;
}

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Runs the command line; with `moment` it is killed when that has come. Gives what it wrote, and how it ended. */
function chainrule(words, cwd, moment) {
  const child = spawn(process.execPath, [cli, ...words], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => (texts.stdout += data));
  child.stderr.on("data", (data) => (texts.stderr += data));
  moment?.().then(() => child.kill("SIGKILL"));
  return new Promise((done) => {
    child.on("close", (code) => done({ ...texts, code }));
  });
}

/** Events but for those that come by the clock, and without times. */
async function eventsOf(run) {
  const lines = (await readFile(join(run, "events.jsonl"), "utf8")).split("\n").slice(0, -1);
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type !== "progress")
    .map(({ seconds: _, ...event }) => event);
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

async function checkpointsOf(run) {
  const index = await readFile(join(run, "checkpoints", "index.json"), "utf8").catch(() => '{"checkpoints":[]}');
  return JSON.parse(index).checkpoints;
}

/** Throws where a checkpoint that the index names is not whole. */
async function requireCheckpoints(run) {
  for (const { step, bytes, sha256: expected } of await checkpointsOf(run)) {
    const content = await readFile(join(run, "checkpoints", `step-${step}.safetensors`));
    if (content.length !== bytes || sha256(content) !== expected)
      throw new Error(`checkpoint of step ${step} is not whole`);
  }
}

function requireSame(what, expected, got) {
  if (JSON.stringify(expected) !== JSON.stringify(got))
    throw new Error(`${what} of the training that was killed differ`);
}

const summaryOf = ({ stdout }) => {
  const { run: _, seconds: __, ...rest } = JSON.parse(stdout.trim().split("\n").at(-1));
  return rest;
};

/** Seconds that a training must take on this machine: the first checkpoint comes after half of one. */
const shortest = 1.5;

/**
 * `training`: its words, without its place, and how many epochs it has at least. Gives how many kills met it, and how often it went on from a
 * checkpoint.
 */
export async function torture(training, { folder, name, kills, random }) {
  const whole = join(folder, `${name}-whole`);
  let { epochs } = training;
  let [words, expected, duration, seconds] = [];
  for (; !(seconds >= shortest); epochs *= 2) {
    words = [...training.words, "--epochs", String(epochs), "--patience", String(epochs)];
    await rm(whole, { recursive: true, force: true });
    const began = performance.now();
    expected = await chainrule([...words, "--out", whole, "--json"], folder);
    if (expected.code !== 0) throw new Error(expected.stderr);
    duration = performance.now() - began;
    ({ seconds } = JSON.parse(expected.stdout.trim().split("\n").at(-1)));
  }
  /** Every other kill comes at any moment of the process or after it, every other one soon after a checkpoint more is saved. */
  const moment = async (run) => {
    if (counts.kills % 2 === 0) return wait(duration * (0.1 + 1.2 * random()));
    const newest = async () => (await checkpointsOf(run)).at(-1)?.step;
    const before = await newest();
    const ends = performance.now() + 2 * duration;
    while ((await newest()) === before && performance.now() < ends) await wait(20);
    await wait(300 * random());
  };
  const events = await eventsOf(whole);
  const weights = sha256(await readFile(join(whole, "model.safetensors")));
  const counts = { kills: 0, resumed: 0, finished: 0 };
  for (let round = 0; counts.kills < kills; round++) {
    const run = join(folder, `${name}-${round}`);
    const command = [...words, "--out", run, "--resume", "--json"];
    for (;;) {
      // Where enough were killed the rest goes on to its end.
      const isKilled = counts.kills < kills;
      const before = (await checkpointsOf(run)).length;
      const result = await chainrule(command, folder, isKilled ? () => moment(run) : undefined);
      counts.resumed += before > 0;
      if (result.code === 0) {
        requireSame("figures", summaryOf(expected), summaryOf(result));
        break;
      }
      if (result.code !== null) throw new Error(result.stderr);
      counts.kills++;
      await requireCheckpoints(run);
    }
    requireSame("events", events, await eventsOf(run));
    requireSame("weights", weights, sha256(await readFile(join(run, "model.safetensors"))));
    // Called again, it says the same at once; every tenth time, since it is the same each time.
    if (round % 10 === 0) requireSame("figures", summaryOf(expected), summaryOf(await chainrule(command, folder)));
    counts.finished++;
    await rm(run, { recursive: true });
  }
  return counts;
}

/** Half of the kills on a table in memory, half on one in blocks. */
export async function tortureBoth(kills, seed) {
  const folder = await mkdtemp(join(tmpdir(), "chainrule-torture-"));
  const random = generator(seed);
  try {
    await writeFile(join(folder, "small.csv"), table(600, random));
    await writeFile(join(folder, "large.csv"), table(20_000, random));
    const common = [
      "--target",
      "class",
      "--hidden",
      "24,24",
      "--dropout",
      "0.1",
      "--batch-norm",
      "--schedule",
      "plateau",
    ];
    const memory = { words: ["train", "small.csv", ...common, "--batch", "16"], epochs: 900 };
    const blocks = { words: ["train", "large.csv", ...common, "--stream", "--batch", "64"], epochs: 48 };
    return {
      memory: await torture(memory, { folder, name: "memory", kills: Math.ceil(kills / 2), random }),
      blocks: await torture(blocks, { folder, name: "blocks", kills: Math.floor(kills / 2), random }),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [kills = "200", seed = String(Date.now() % 100_000)] = process.argv.slice(2);
  console.log(`${kills} kills, seed ${seed}`);
  console.log(await tortureBoth(Number(kills), Number(seed)));
}
