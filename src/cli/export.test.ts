// chainrule export: every format of the list, where it is written, and what it refuses.
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { readTable } from "../data/index.ts";
import { exporterOf, exportFormats } from "../interop/exporters.ts";
import { folderPerFile } from "../runs/test-folder.ts";
import { decodeModel, loadModel } from "../train/index.ts";
import { chainrule } from "./test-command.ts";

folderPerFile();
beforeAll(async () => {
  const rows = Array.from({ length: 40 }, (_, r) => `${(r * 7) % 40},${r % 3},${r % 40 < 20 ? "low" : "high"}`);
  await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
  const train = "train table.csv --target y --backend reference --hidden 4 --batch 8";
  expect((await chainrule(`${train} --epochs 3 --out run`)).code).toBe(0);
});

const rows = [
  { a: 3, b: 1 },
  { a: "39", b: null },
] as const;

describe.each(exportFormats)("--format %s", (format) => {
  const { extension, from } = exporterOf(format);

  it("is written beside the run, by its name", async () => {
    const { code, said, stdout } = await chainrule(`export run --format ${format}`);
    expect([code, stdout]).toEqual([0, ""]);
    expect(said).toMatch(new RegExp(`^Wrote [\\d.]+ (?:kB|bytes) to run\\.${extension} $`));
    expect((await readFile(`run.${extension}`)).length).toBeGreaterThan(100);
  });

  it("goes to stdout, the same bytes", async () => {
    const { code, stdout, stderr } = await chainrule(`export run --format ${format} --out -`);
    const file = await readFile(`run.${extension}`);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout === file.toString("utf8") || stdout === file.toString("latin1")).toBe(true);
  });

  it(`${from === "model" ? "takes" : "refuses"} --checkpoint`, async () => {
    const { code, said } = await chainrule(`export run --format ${format} --out last.out --checkpoint last`);
    expect(code).toBe(from === "model" ? 0 : 2);
    if (from === "events") expect(said).toContain("--checkpoint is for formats that hold weights");
  });
});

it("--format chainrule is read by loadModel, with the same answers", async () => {
  await chainrule("export run --format chainrule --out model.safetensors");
  const loaded = await loadModel("model.safetensors");
  const { stdout } = await chainrule("predict run -", { stdin: [Buffer.from("a,b\n3,1\n39,\n")] });
  const probabilities = stdout
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => Number(line.split(",")[3]));
  expect(
    loaded.kind === "table" &&
      loaded.predict(rows).map(({ probabilities }) => Number(probabilities!.high!.toPrecision(7))),
  ).toEqual(probabilities);
});

it("--checkpoint last are the last weights, not the best", async () => {
  await chainrule("export run --format chainrule --out last.safetensors --checkpoint last");
  await chainrule("export run --format chainrule --out best.safetensors --checkpoint best");
  const [last, best, end] = await Promise.all(
    ["last", "best", "model"].map(async (name) => {
      const loaded = decodeModel(await readFile(`${name}.safetensors`));
      return loaded.kind === "table" && loaded.predict(rows);
    }),
  );
  expect(best).toEqual(end);
  expect(last).toBeTruthy();
});

it("refuses the run's own files, and leaves them as they are", async () => {
  await symlink("run", "other", "junction");
  const before = await readFile("run/model.safetensors");
  for (const out of ["run/model.safetensors", "run/new.ts", "other/model.safetensors"]) {
    const { code, said } = await chainrule(["export", "run", "--format", "chainrule", "--out", out]);
    expect([code, said]).toEqual([
      2,
      `error: --out ${out} is in the run folder, whose files are its own; choose another place. `,
    ]);
  }
  expect(await readFile("run/model.safetensors")).toEqual(before);
  expect(await readdir("run")).not.toContain("new.ts");
});

it("does not pour bytes over a terminal", async () => {
  const { code, said, stdout } = await chainrule("export run --format chainrule --out -", { columns: 80 });
  expect([code, stdout]).toEqual([2, ""]);
  expect(said).toContain("no text for a terminal");
});

it("names the formats that there are", async () => {
  const { code, stderr } = await chainrule("export run --format hdf5");
  expect(code).toBe(2);
  expect(stderr).toContain(`Allowed choices are ${exportFormats.join(", ")}.`);
});

it("--format parquet has a row an epoch, with what was measured", async () => {
  await chainrule("export run --format parquet --out course.parquet");
  const { rows, columns } = await readTable("course.parquet");
  const epochs = (await readFile("run/events.jsonl", "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === "epoch");
  expect(rows).toBe(3);
  const course = Object.fromEntries(columns.map(({ name, cells }) => [name, [0, 1, 2].map((r) => cells.at(r))]));
  expect(Object.keys(course).slice(0, 6)).toEqual([
    ...["epoch", "step", "loss", "learning_rate", "validation_loss", "validation_accuracy"],
  ]);
  expect(course.epoch).toEqual([1, 2, 3]);
  expect(course.loss).toEqual(epochs.map(({ loss }) => loss));
  expect(course.validation_accuracy).toEqual(epochs.map(({ validation }) => validation.accuracy));
});
