// Run folders: what is written can be read, what a crash leaves behind does no harm, what is wrong is named.
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StartEvent } from "../train/events.ts";
import type { StoredTensors } from "../train/safetensors.ts";
import { createRun } from "./create-run.ts";
import type { RunMap } from "./files.ts";
import { sha256File } from "./folder.ts";
import { openRun } from "./open-run.ts";
import { folderPerTest } from "./test-folder.ts";
import { description, epoch, snapshot } from "./test-run.ts";
import { version } from "./version.ts";

folderPerTest();

const tensors = (value: number): StoredTensors =>
  new Map([["w", { dtype: "F32", shape: [1], data: Float32Array.of(value) }]]);
const start: StartEvent = {
  type: "start",
  rows: 100,
  validationRows: 20,
  features: 4,
  parameters: 51,
  batchSize: 10,
  stepsPerEpoch: 10,
  epochs: 3,
  backend: "reference",
  threads: 1,
  seed: 7,
  layers: ["layers.0"],
  loss: "crossEntropy",
  initial: [],
  arena: { bytes: 1024, bytesWithoutReuse: 4096 },
};

/** A finished run with three epochs, in "run". */
async function finishedRun() {
  const run = await createRun(description, "run");
  run.appendEvent(start);
  for (let n = 1; n <= 3; n++) {
    run.appendEvent(epoch(n));
    await run.saveCheckpoint(snapshot(n));
  }
  await run.saveModel({ architecture: [4, 8, 3], task: "classification" }, tensors(2));
  await run.finish("finished", { loss: 0.5 });
}

/** The message of the error that reading gives. */
async function failure(read: () => Promise<unknown>): Promise<string> {
  const error = await read().then(
    () => undefined,
    (error) => error,
  );
  expect(error).toMatchObject({ code: "INVALID_RUN" });
  return error.message;
}

describe("a finished run", () => {
  it("reads back as it was written", async () => {
    await finishedRun();
    const run = await openRun("run");
    expect(run.manifest).toEqual({
      ...description,
      format: 1,
      chainrule: version,
      node: process.version,
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      status: "finished",
      summary: { loss: 0.5 },
    });
    expect(await run.events()).toEqual([start, epoch(1), epoch(2), epoch(3)]);
    expect(await run.model()).toEqual({
      model: { architecture: [4, 8, 3], task: "classification" },
      tensors: tensors(2),
      isAsSaved: true,
    });
    expect(await run.checkpoint()).toEqual(snapshot(3));
  });

  it("holds these files and no others", async () => {
    await finishedRun();
    expect((await readdir("run", { recursive: true })).sort()).toEqual([
      "checkpoints",
      join("checkpoints", "index.json"),
      join("checkpoints", "step-20.safetensors"),
      join("checkpoints", "step-30.safetensors"),
      "events.jsonl",
      "model.json",
      "model.safetensors",
      "run.json",
    ]);
  });

  it("keeps numbers that are not finite as NaN", async () => {
    const run = await createRun(description, "run");
    run.appendEvent({ ...epoch(1), loss: Number.NaN, learningRate: Number.POSITIVE_INFINITY });
    expect(await (await openRun("run")).events()).toMatchObject([{ loss: Number.NaN, learningRate: Number.NaN }]);
    await run.finish("failed");
  });
});

describe("folder names", () => {
  it("number the runs of a day, also when they start at the same moment", async () => {
    const runs = await Promise.all([1, 2, 3].map(() => createRun(description)));
    const names = runs.map((run) => run.dir.replace(/\d{4}-\d\d-\d\d/, "<date>")).sort();
    expect(names).toEqual([1, 2, 3].map((n) => join("runs", `<date>-titanic-${n}`)));
    for (const run of runs) await run.finish("finished");
  });

  it("stay inside runs/", async () => {
    for (const name of ["../../x y", "..", "\0", ""]) {
      const run = await createRun({ ...description, name });
      expect(run.dir).toMatch(/^runs[/\\]\d{4}-\d\d-\d\d-(x-y|run)-\d$/);
      await run.finish("finished");
    }
  });

  it("are refused where something is", async () => {
    await mkdir("run");
    await (await createRun(description, "run")).finish("finished");
    await expect(createRun(description, "run")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: The run folder "run" must be new or empty, since runs are never overwritten; choose another name.]`,
    );
    await writeFile("file", "");
    await expect(createRun(description, "file")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: The run folder "file" could not be made (ENOTDIR); choose another place.]`,
    );
  });

  it.skipIf(process.platform !== "linux")(
    "that cannot be made is an error (skipped where there is no /proc)",
    async () => {
      await expect(createRun(description, "/proc/chainrule")).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ChainruleError: The run folder "/proc/chainrule" could not be made (ENOENT); choose another place.]`,
      );
      await rm(await createRun(description, "a/b/c").then(({ dir }) => dir), { recursive: true });
    },
  );
});

describe("after a crash", () => {
  it("a half-written temporary file and an unnamed checkpoint do not disturb", async () => {
    await finishedRun();
    await writeFile(join("run", ".run.json.0123456789ab.tmp"), '{"format":');
    await writeFile(join("run", "checkpoints", ".step-40.safetensors.0123456789ab.tmp"), "x");
    await writeFile(join("run", "checkpoints", "step-40.safetensors"), "x");
    const run = await openRun("run");
    expect(run.manifest.status).toBe("finished");
    expect(await run.checkpoint()).toEqual(snapshot(3));
  });

  it("a run without end is readable and says so", async () => {
    const run = await createRun(description, "run");
    run.appendEvent(epoch(1));
    await run.saveCheckpoint(snapshot(1));
    const reader = await openRun("run");
    expect(reader.manifest.status).toBe("running");
    expect(await reader.events()).toEqual([epoch(1)]);
    expect(await reader.checkpoint()).toEqual(snapshot(1));
    await run.finish("interrupted");
  });

  it.each(['{"type":"epo', '{"type":"epoch"}', "\0\0\0\0"])("a torn last line %j is left out", async (torn) => {
    await finishedRun();
    await writeFile(join("run", "events.jsonl"), torn, { flag: "a" });
    expect(await (await openRun("run")).events()).toHaveLength(4);
  });
});

it("a folder that is removed while it is written comes back whole", async () => {
  const run = await createRun(description, "run");
  run.appendEvent(start);
  for (let n = 1; n <= 3; n++) {
    run.appendEvent(epoch(n));
    await run.saveCheckpoint(snapshot(n));
    if (n === 2) await rm("run", { recursive: true });
  }
  await run.saveModel({ architecture: [4, 8, 3], task: "classification" }, tensors(2));
  await run.finish("finished");
  const read = await openRun("run");
  expect(read.manifest.status).toBe("finished");
  expect(await read.events()).toEqual([start, epoch(1), epoch(2), epoch(3)]);
  expect(await read.checkpoint()).toEqual(snapshot(3));
});

it("a line that is torn, by a full disk, is skipped and counted", async () => {
  await finishedRun();
  const path = join("run", "events.jsonl");
  const [first, second, ...rest] = (await readFile(path, "utf8")).split("\n");
  await writeFile(path, [first, second!.slice(0, 30), second, ...rest].join("\n"));
  const run = await openRun("run");
  expect(await run.events()).toEqual([start, epoch(1), epoch(2), epoch(3)]);
  expect((await run.parsedEvents()).torn).toEqual([2]);
});

describe("reading says what is wrong", () => {
  const rewrite = async (file: string, change: (text: string) => string) => {
    const path = join("run", file);
    await writeFile(path, change(await readFile(path, "utf8")));
  };

  it("in run.json", async () => {
    const messages = [await failure(() => openRun("nowhere"))];
    await finishedRun();
    const good = await readFile(join("run", "run.json"), "utf8");
    const bad: ((text: string) => string)[] = [
      () => "{",
      () => "[]",
      (text) => text.replace('"format": 1', '"format": 2'),
      (text) => text.replace('"finished"', '"done"'),
      (text) => text.replace("00000", ""),
      (text) => text.replace('"seed": 7', '"seed": "7"'),
      (text) => text.replace('"settings"', '"other"'),
      (text) => text.replace('"backend": "reference"', '"backend": null'),
    ];
    for (const change of bad) {
      await writeFile(join("run", "run.json"), change(good));
      messages.push((await failure(() => openRun("run"))).replace(version, "<version>"));
    }
    expect(messages).toMatchInlineSnapshot(`
      [
        ""nowhere" is not a run folder, since it holds no run.json. Give a folder that a training wrote.",
        "The file run.json of the run "run" is not usable: it must be JSON. Restore the file, or train again.",
        "The file run.json of the run "run" is not usable: "format" must be a whole number; this may not be a run. Restore the file, or train again.",
        "The run "run" has format 2; this Chainrule (<version>) reads formats up to 1. Update Chainrule to read it.",
        "The file run.json of the run "run" is not usable: "status" must be running, finished, interrupted or failed; it is "done". Restore the file, or train again.",
        "The file run.json of the run "run" is not usable: "data" must be {"file", "sha256"}; it is {"file":"titanic.csv","sha256":"00000000000000000000000000000000000000000000000000000000000"}. Restore the file, or train again.",
        "The file run.json of the run "run" is not usable: "seed" must be a number; it is "7". Restore the file, or train again.",
        "The file run.json of the run "run" is not usable: "settings" is missing. Restore the file, or train again.",
        "The file run.json of the run "run" is not usable: "backend" must be a text; it is null. Restore the file, or train again.",
      ]
    `);
  });

  it("in events.jsonl", async () => {
    await finishedRun();
    const run = await openRun("run");
    const good = await readFile(join("run", "events.jsonl"), "utf8");
    const messages: string[] = [];
    for (const line of [
      "1",
      '{"type":"toString"}',
      '{"type":"epoch"}',
      JSON.stringify({ ...epoch(1), layers: [{ name: 1 }] }),
      JSON.stringify({ ...epoch(1), validation: { loss: "low" } }),
    ]) {
      await writeFile(join("run", "events.jsonl"), `${good}${line}\n`);
      messages.push(await failure(() => run.events()));
    }
    expect(messages).toMatchInlineSnapshot(`
      [
        "The file events.jsonl of the run "run" is not usable: line 5 must be an event of a known type. Restore the file, or train again.",
        "The file events.jsonl of the run "run" is not usable: line 5 must be an event of a known type. Restore the file, or train again.",
        "The file events.jsonl of the run "run" is not usable: line 5 is of type "epoch" with a missing or wrong "epoch". Restore the file, or train again.",
        "The file events.jsonl of the run "run" is not usable: line 5 is of type "epoch" with a missing or wrong "layers". Restore the file, or train again.",
        "The file events.jsonl of the run "run" is not usable: line 5 is of type "epoch" with a missing or wrong "validation". Restore the file, or train again.",
      ]
    `);
  });

  it("in the model and the checkpoints", async () => {
    await finishedRun();
    const run = await openRun("run");
    await rewrite("model.safetensors", (text) => text.slice(0, 20));
    await rewrite(join("checkpoints", "index.json"), () => '{"best": "../../x", "last": 3}');
    const messages = [await failure(() => run.model()), await failure(() => run.checkpoint())];
    await rewrite(join("checkpoints", "index.json"), () => '{"checkpoints": []}');
    messages.push(await failure(() => run.checkpoint()));
    await rm(join("run", "model.json"));
    messages.push(await failure(() => run.model()));
    expect(messages).toMatchInlineSnapshot(`
      [
        "The file model.safetensors of the run "run" is not usable: as safetensors, its header must fit in 14 bytes; the file says 12435439. Restore the file, or train again.",
        "The file checkpoints/index.json of the run "run" is not usable: "checkpoints" must be a list of { step, epoch, bytes, sha256, events }. Restore the file, or train again.",
        "The file checkpoints/index.json of the run "run" is not usable: it names no checkpoint. Restore the file, or train again.",
        "The file model.json of the run "run" is not usable: it does not exist. Restore the file, or train again.",
      ]
    `);
  });

  it.skipIf(process.platform === "win32")("where a link leads out of the folder", async () => {
    await finishedRun();
    await writeFile("secret.json", "{}");
    await rm(join("run", "model.json"));
    await symlink(join(process.cwd(), "secret.json"), join("run", "model.json"));
    const run = await openRun("run");
    expect(await failure(() => run.model())).toMatchInlineSnapshot(
      `"The file model.json of the run "run" is not usable: it is a link that leads out of the run folder. Restore the file, or train again."`,
    );
  });
});

it("sha256File gives the digest of the bytes", async () => {
  await writeFile("abc", "abc");
  // FIPS 180-2, example B.1
  expect(await sha256File("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

describe("a run in a map", () => {
  it("holds the same files as on disk, and reads back as it was written", async () => {
    const files: RunMap = new Map();
    const run = await createRun(description, files);
    run.appendEvent(start);
    for (let n = 1; n <= 3; n++) {
      run.appendEvent(epoch(n));
      await run.saveCheckpoint(snapshot(n));
    }
    await run.saveModel({ architecture: [4, 8, 3], task: "classification" }, tensors(2));
    await run.finish("finished", { loss: 0.5 });
    await finishedRun();
    for (const [name, bytes] of files)
      if (name !== "run.json") expect(bytes).toEqual(new Uint8Array(await readFile(join("run", name))));
    expect([...files.keys()].sort()).toEqual([
      "checkpoints/index.json",
      "checkpoints/step-20.safetensors",
      "checkpoints/step-30.safetensors",
      "events.jsonl",
      "model.json",
      "model.safetensors",
      "run.json",
    ]);
    const read = await openRun(files, "dropped");
    expect(await read.events()).toEqual([start, epoch(1), epoch(2), epoch(3)]);
    expect(await read.checkpoint()).toEqual(snapshot(3));
  });

  it("is checked like one on disk", async () => {
    const files: RunMap = new Map([["run.json", new TextEncoder().encode("{")]]);
    expect(await failure(() => openRun(files, "dropped"))).toContain('run.json of the run "dropped"');
    expect(await failure(() => openRun(new Map(), "dropped"))).toContain('"dropped" is not a run folder');
  });
});

it("the version is the package's", async () => {
  const { version: packed } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  expect(version).toBe(packed);
});
