// chainrule train under mpiexec: one run folder, the same result, and an end for all ranks however one ends.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mpi, mpis, type RankOptions, runRanks } from "./ranks.ts";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "chainrule-mpi-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  const cell = (i: number, prime: number) => (i * prime) % 101;
  const rows = Array.from({ length: 603 }, (_, i) => {
    const [a, b] = [cell(i, 37), cell(i, 59)];
    return `${a},${b},${"uvw"[i % 3]},${a + b + (i % 7) > 100 ? "yes" : "no"}`;
  });
  writeFileSync(join(folder, "table.csv"), `a,b,kind,answer\n${rows.join("\n")}\n`);
});

interface Told {
  readonly run: string;
  readonly ranks?: number;
  readonly steps: number;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
const told = (stdout: string): Told => JSON.parse(stdout) as Told;
const words = (text: string): string[] => [process.execPath, main, ...text.split(" ")];
const alone = (text: string): Told =>
  told(execFileSync(process.execPath, words(text).slice(1), { cwd: folder, encoding: "utf8", stdio: "pipe" }));
const together = (mpi: Mpi, ranks: number, text: string, options: RankOptions = {}) =>
  runRanks(mpi, ranks, words(text), { cwd: folder, ...options });

const statusOf = (run: string): unknown => JSON.parse(readFileSync(join(folder, run, "run.json"), "utf8")).status;
function same(one: Told, other: Told): void {
  expect(other.steps).toBe(one.steps);
  for (const [split, metrics] of Object.entries(one.metrics))
    for (const [name, value] of Object.entries(metrics)) expect(other.metrics[split]![name]).toBeCloseTo(value, 4);
}

/** Process of a rank that trains into a folder, once it has come so far. */
async function processOf(rank: number, out: string): Promise<number> {
  const events = join(folder, out, "events.jsonl");
  await expect.poll(() => existsSync(events) && readFileSync(events, "utf8").includes('"type":"epoch"')).toBe(true);
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const isRank = (pid: string): boolean => {
    try {
      const [line, environment] = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${pid}/${name}`, "utf8"));
      const own = environment!.split("\0");
      return line!.startsWith(process.execPath) && line!.includes(out) && own.includes(`PMI_RANK=${rank}`);
    } catch {
      return false;
    }
  };
  return Number(pids.find(isRank));
}

const [hydra, openMpi] = mpis as [Mpi, Mpi];
const usual =
  "train table.csv --target answer --hidden 8 --dropout 0.1 --batch-norm --json --optimizer sgd --lr 0.05 --activation tanh --schedule constant";

describe.skipIf(!hydra.isHere)(`chainrule train under the launcher of ${hydra.name}`, () => {
  it("gives what one process gives, in one run folder, told once", async () => {
    const one = alone(`${usual} --epochs 3 --out one`);
    const { code, stdout } = await together(hydra, 2, `${usual} --epochs 3 --out two`);
    expect(code).toBe(0);
    const two = told(stdout);
    expect(two).toMatchObject({ run: "two", ranks: 2 });
    same(one, two);
    expect(readdirSync(join(folder, "two")).sort()).toEqual(readdirSync(join(folder, "one")).sort());
    expect(statusOf("two")).toBe("finished");
    // Further, by another number of ranks.
    const whole = alone(`${usual} --epochs 6 --out whole`);
    const further = await together(hydra, 2, "train --resume one --epochs 6 --json");
    expect(further.code).toBe(0);
    same(whole, told(further.stdout));
    same(whole, alone("train --resume two --epochs 6 --json"));
  });

  it("reads a table in blocks", async () => {
    const streamed = `${usual} --stream --epochs 2 --batch 33 --accumulate 2`;
    const { code, stdout, stderr } = await together(hydra, 2, `${streamed} --out blocks2`);
    expect({ code, stderr }).toEqual({ code: 0, stderr });
    same(alone(`${streamed} --out blocks1`), told(stdout));
  });

  const endless = `${usual} --epochs 1000000 --patience 1000000`;
  it("is stopped by a signal to one rank, for all at one step", async () => {
    const running = together(hydra, 2, `${endless} --out stopped --resume`);
    const pid = await processOf(1, "stopped");
    await expect
      .poll(() => readFileSync(join(folder, "stopped/events.jsonl"), "utf8").includes('"type":"ranks"'))
      .toBe(true);
    process.kill(pid, "SIGTERM");
    const { code, stdout, stderr } = await running;
    expect({ code, stderr }).toMatchObject({ code: 75, stderr: expect.stringContaining("was stopped after step") });
    expect(told(stdout).ranks).toBe(2);
    expect(stderr).not.toContain("Abort");
    expect(statusOf("stopped")).toBe("interrupted");
    // What they waited for each other was told once, and said where it is much.
    const events = readFileSync(join(folder, "stopped/events.jsonl"), "utf8").trim().split("\n");
    const waits = events.map((line) => JSON.parse(line)).filter(({ type }) => type === "ranks");
    expect(waits).toEqual([expect.objectContaining({ ranks: 2 })]);
    const [{ waited }] = waits;
    expect(waited).toBeGreaterThan(0);
    expect(waited).toBeLessThan(1);
    expect(stderr.includes("ranks wait for each other")).toBe(waited > 0.3);
  });

  it("ends where one rank is killed, and goes on from its checkpoint", async () => {
    const running = together(hydra, 2, `${endless} --out killed`);
    const [writer, pid] = [await processOf(0, "killed"), await processOf(1, "killed")];
    await expect.poll(() => existsSync(join(folder, "killed/checkpoints/index.json"))).toBe(true);
    process.kill(pid, "SIGKILL");
    expect((await running).code).not.toBe(0);
    // The launcher need not wait for it, and it has the run's folder.
    await expect.poll(() => isGone(writer)).toBe(true);
    expect(statusOf("killed")).toBe("running");
    const resumed = alone("train --resume killed --epochs 1 --json");
    expect(resumed.steps).toBeGreaterThan(1);
    expect(statusOf("killed")).toBe("finished");
  });

  it.each([
    ["no table", "train nothing.csv --target answer", 1, /nothing\.csv does not exist/],
    ["remedies", `${usual} --fix`, 2, /--fix tries remedies in one process/],
    ["standard input", "train - --target answer", 2, /Every rank reads the table/],
  ])("says once what is wrong: %s", async (_, text, code, message) => {
    const ended = await together(hydra, 2, text);
    expect(ended.code).toBe(code);
    expect(ended.stderr.match(new RegExp(message, "g"))).toHaveLength(1);
  });

  it.skipIf(!openMpi.isHere)("touches no file where the library is not the launcher's", async () => {
    const before = readdirSync(folder);
    const environment = { CHAINRULE_MPI: openMpi.file };
    const { code, stderr } = await together(hydra, 2, `${usual} --out none`, { environment });
    expect(code).toBe(1);
    expect(stderr.replace(/\s+/g, " ")).toContain("each rank would train alone");
    expect(readdirSync(folder)).toEqual(before);
  });

  it("is alone where CHAINRULE_MPI is off", async () => {
    const environment = { CHAINRULE_MPI: "off" };
    const { code, stdout } = await together(hydra, 1, `${usual} --epochs 1 --out off`, { environment });
    expect(code).toBe(0);
    expect(told(stdout).ranks).toBeUndefined();
  });
});

/** Whether there is no such process, or nobody has waited for one that ended. */
function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.startsWith("Z");
  } catch {
    return true;
  }
}

describe.skipIf(!openMpi.isHere)(`chainrule train under the launcher of ${openMpi.name}`, () => {
  it("gives what one process gives", async () => {
    const { code, stdout } = await together(openMpi, 2, `${usual} --epochs 2 --out open2`);
    expect(code).toBe(0);
    same(alone(`${usual} --epochs 2 --out open1`), told(stdout));
  });
});
