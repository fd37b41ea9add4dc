// Names that would steer a terminal, in columns, classes, files and arguments: no command lets them through raw, to a terminal or elsewhere.
import { writeFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { folderPerFile } from "../runs/test-folder.ts";
import { run } from "./program.ts";
import { steering } from "./terminal/text.ts";

/** A title, colours of both kinds of escapes, a bell, right to left, a line break. */
const evil = "\u001b]0;own\u0007\u001b[8mhid\u009b31m\u202eden\r\nerror: x\u2066";
const file = `${evil.replaceAll("/", "")}.json`;
const [x, kind, target] = [`x${evil}`, `kind${evil}`, `y${evil}`];
const dir = `run${evil}`;

folderPerFile();
beforeAll(async () => {
  const rows = Array.from({ length: 40 }, (_, r) => ({
    [x]: (r * 7) % 40,
    [kind]: `${["a", "b", "c"][r % 3]}${evil}`,
    [target]: `${(r * 7) % 40 > 18 ? "yes" : "no"}${evil}`,
    [`id${evil}`]: r,
  }));
  await writeFile(file, JSON.stringify(rows));
  await writeFile(`other${file}`, JSON.stringify(rows.map((row) => ({ ...row, [x]: "odd" }))));
});

/** All that a command writes; JSON, which escapes what it must, apart. */
async function written(words: readonly string[], isTTY: boolean) {
  const texts = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof texts) => ({
    write: (text: string) => void (texts[name] += text),
    ...{ isTTY, columns: 120, rows: 50, on: () => {}, once: () => {}, removeListener: () => {} },
  });
  const code = await run(words, {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    stdin: (async function* () {})(),
  });
  return { code, ...texts };
}

/** Colours of this program, and what its live view moves the cursor by. */
const own = new RegExp(`${evil[0]}${/\[(?:22|[012]|[39]\d|\d*[A-GJK]|\?(?:25|2026)[hl]|\d+;\d+H)m?/.source}`, "g");
/** Whatever steers a terminal but a line break. */
const steersIn = (text: string): string[] => (text.match(steering) ?? []).filter((character) => character !== "\n");

const train = ["train", file, "--target", target, "--backend", "reference", "--hidden", "4", "--epochs", "3"];
const commands: readonly (readonly string[])[] = [
  [...train, "--out", dir],
  [...train, "--out", dir],
  [...train, "--type", `${kind}=ignore`, "--json"],
  ["train", file, "--target", `none${evil}`],
  ["train", `none${file}`, "--target", target],
  ["train", `none*${file}`, "--target", target],
  ["train", file, "--target", target, `--${evil}`],
  ["train", file, "--target", target, "--optimizer", evil],
  ["train", "--resume", dir],
  ["train", "--resume", `none${evil}`],
  ["lr-test", file, "--target", target, "--backend", "reference", "--hidden", "4"],
  ["evaluate", dir, file],
  ["evaluate", dir, `other${file}`],
  ["evaluate", dir, `other${file}`, "--coerce"],
  ["diagnose", dir],
  ["ledger", dir],
  ["ledger", dir, "--beside", dir],
  ["check", dir],
  ["check", `none${evil}.ts`],
  ["explain", "run", dir, "--row", "3", "--weight", "layers.0.weight[0,0]"],
  ["explain", "run", dir, "--row", "999", "--weight", "layers.0.weight[0,0]"],
  ["explain", "run", dir, "--row", "3", "--weight", evil],
  ["predict", dir, file, "--out", `out${evil}.csv`],
  ["predict", dir, `other${file}`],
  ["info"],
  [evil],
  ["help", evil],
];

it.each([true, false])("no command prints names raw (to a terminal: %s)", { timeout: 300_000 }, async (isTTY) => {
  for (const words of commands) {
    const { stdout, stderr } = await written(words, isTTY);
    const text = `${stdout}${stderr}`;
    const rest = isTTY ? text.replace(own, "") : text;
    expect(steersIn(rest), `${JSON.stringify(words)}: ${JSON.stringify(rest)}`).toEqual([]);
    // A line break in a name is none of the text: no line begins as an error of this program would.
    expect(rest, JSON.stringify(words)).not.toMatch(/^error: x/m);
  }
  const { stdout } = await written(["predict", dir, file], true);
  expect(steersIn(stdout.replace(own, ""))).toEqual([]);
});

it("data keep their bytes", async () => {
  const { stdout } = await written(["predict", dir, file], false);
  expect(stdout).toContain(evil);
  const { stdout: json } = await written([...train, "--json", "--out", `two${evil}`], true);
  expect(JSON.parse(json.trim().split("\n").at(-1)!).run).toBe(`two${evil}`);
});
