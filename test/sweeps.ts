// For tests of the examples in examples/sweeps: a sweep is killed half-way, with its trainings, and started again.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";

const root = resolve(import.meta.dirname, "..");
export const sweeps = join(root, "examples/sweeps");

/** Options of its trainings, of a second or so. */
export const words = ["table.csv", "class", "sweep", "--epochs", "250", "--patience", "250", "--backend", "wasm"];

export const environment = {
  ...process.env,
  CHAINRULE: `${process.execPath} ${join(root, "dist/cli/main.js")}`,
  JOBS: "2",
};

export function writeTable(): void {
  const rows = Array.from({ length: 240 }, (_, i) => [((i * 37) % 101) / 50 - 1, ((i * 59) % 97) / 48 - 1] as const);
  const text = rows.map(([a, b]) => `${a},${b},${a * a + b * b < 0.6 ? "in" : "out"}`).join("\n");
  writeFileSync("table.csv", `a,b,class\n${text}\n`);
}

/** Whether a program is on the PATH. */
export const isThere = (program: string): boolean =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .some((dir) => statSync(join(dir, program), { throwIfNoEntry: false })?.isFile());

export interface Started {
  readonly child: ChildProcess;
  /** Its exit code, and what it wrote. */
  readonly end: Promise<{ readonly code: number | null; readonly said: string }>;
}

/** In a group of its own, which can be killed as one. */
export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = environment): Started {
  const child = spawn(command, args, { detached: true, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (data) => (said += data));
  return { child, end: new Promise((done) => child.on("close", (code) => done({ code, said }))) };
}

/** Of the trials, by the names of their folders. */
export function statuses(): Readonly<Record<string, string>> {
  const names = readdirSync(".").includes("sweep") ? readdirSync("sweep") : [];
  return Object.fromEntries(
    names.flatMap((name) => {
      const json = textOf(`sweep/${name}/run.json`);
      return json === undefined ? [] : [[name, JSON.parse(json).status as string]];
    }),
  );
}

export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

export const withStatus = (status: string): string[] =>
  Object.entries(statuses()).flatMap(([name, one]) => (one === status ? [name] : []));

/** Until some trial is done, of which the engine has noted `isNoted`, and another one trains. */
export async function halfWay(isOver: () => boolean, isNoted: () => boolean = () => true): Promise<void> {
  while (!(withStatus("finished").length > 0 && withStatus("running").length > 0 && isNoted())) {
    if (isOver()) throw new Error("The sweep was over before it was half-way.");
    await setTimeout(5);
  }
}

/** Ends every process by SIGKILL that writes a trial. */
export function killTrials(): void {
  for (const name of readdirSync("sweep")) {
    const lock = textOf(`sweep/${name}/lock.json`);
    if (lock === undefined) continue;
    try {
      process.kill(JSON.parse(lock).pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

/** What must not change of a trial that is done. */
export const marks = (names: readonly string[]) =>
  names.map((name) => [
    name,
    ...["run.json", "model.safetensors"].map((file) => statSync(`sweep/${name}/${file}`).ino),
  ]);

/** Each trial trained to its end, once: what is told of it is told once. */
export function expectWhole(count: number): void {
  const all = statuses();
  expect(Object.keys(all)).toHaveLength(count);
  expect(new Set(Object.values(all))).toEqual(new Set(["finished"]));
  for (const name of Object.keys(all)) {
    const types = readFileSync(`sweep/${name}/events.jsonl`, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(types.filter((type) => type === "start" || type === "end")).toEqual(["start", "end"]);
  }
}
