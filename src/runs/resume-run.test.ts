// A run taken up again: from its newest checkpoint that is whole, with the events up to there, by one process at a time.
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { createRun } from "./create-run.ts";
import { openRun } from "./open-run.ts";
import { resumeRun } from "./resume-run.ts";
import { folderPerTest } from "./test-folder.ts";
import { description, epoch, snapshot } from "./test-run.ts";

folderPerTest();

const { settings } = description;

/** A run that was cut off after its fourth epoch, with checkpoints of the second and the third. */
async function cutOff() {
  const run = await createRun(description, "run");
  for (let n = 1; n <= 4; n++) {
    run.appendEvent(epoch(n));
    if (n < 4) await run.saveCheckpoint(snapshot(n));
  }
  await rm(join("run", "lock.json"));
  await writeFile(join("run", "events.jsonl"), '{"type":"epo', { flag: "a" });
}

it("is free once its process ends: one listener for all runs that are written, and none after them", async () => {
  const before = process.listenerCount("exit");
  const runs = await Promise.all(Array.from({ length: 12 }, (_, i) => createRun(description, `run-${i}`)));
  expect(process.listenerCount("exit")).toBe(before + 1);
  const [exit] = process.listeners("exit").slice(-1);
  // Wherever the process works by then.
  await mkdir("elsewhere");
  process.chdir("elsewhere");
  exit!(0);
  process.chdir("..");
  expect(await readdir("run-3")).not.toContain("lock.json");
  for (const run of runs) await run.finish("finished");
  expect(process.listenerCount("exit")).toBe(before);
});

it("goes on from the last checkpoint, and later events are told again", async () => {
  await cutOff();
  const { writer, ...resumed } = await resumeRun("run", { ...settings, epochs: 9 });
  expect(resumed).toEqual({ snapshot: snapshot(3), events: [epoch(1), epoch(2), epoch(3)], notes: [] });
  writer.appendEvent(epoch(4));
  await writer.saveCheckpoint(snapshot(4));
  await writer.finish("finished");
  const run = await openRun("run");
  expect(run.manifest).toMatchObject({ status: "finished", settings: { ...settings, epochs: 9 } });
  expect(await run.events()).toEqual([1, 2, 3, 4].map(epoch));
  expect((await readdir(join("run", "checkpoints"))).sort()).toEqual([
    "index.json",
    "step-30.safetensors",
    "step-40.safetensors",
  ]);
});

it("goes on from the one before where the last is altered or cut short, and says so; anew where there is none", async () => {
  await cutOff();
  const newest = join("run", "checkpoints", "step-30.safetensors");
  const bytes = await readFile(newest);
  const said: string[] = [];
  for (const damaged of [bytes.subarray(0, bytes.length - 1), bytes.with(bytes.length - 1, 77)]) {
    await writeFile(newest, damaged);
    expect(await (await openRun("run")).checkpoint()).toEqual(snapshot(2));
    const { writer, notes, ...rest } = await resumeRun("run", settings);
    expect(rest).toEqual({ snapshot: snapshot(2), events: [epoch(1), epoch(2)] });
    said.push(...notes);
    await writer.finish("interrupted");
    await rm("run", { recursive: true });
    await cutOff();
  }
  await rm(join("run", "checkpoints", "step-20.safetensors"));
  await rm(newest);
  const { writer, notes, ...rest } = await resumeRun("run", settings);
  expect(rest).toEqual({ events: [] });
  await writer.finish("interrupted");
  expect([...said, ...notes].join("\n")).toMatchInlineSnapshot(`
    "The file checkpoints/step-30.safetensors of the run "run" is not usable: it must have 676 bytes, as when it was saved; it has 675. Restore the file, or train again. The one before it is used, of step 20.
    The file checkpoints/step-30.safetensors of the run "run" is not usable: its content is another than the one that was saved. Restore the file, or train again. The one before it is used, of step 20.
    The file checkpoints/step-30.safetensors of the run "run" is not usable: it does not exist. Restore the file, or train again. The one before it is used, of step 20.
    The file checkpoints/step-20.safetensors of the run "run" is not usable: it does not exist. Restore the file, or train again. The training begins anew."
  `);
});

it("is written by one process at a time, and a dead one does not lock it", async () => {
  await cutOff();
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await new Promise((resolve) => other.once("spawn", resolve));
  // As that process would have locked it.
  const { writer } = await resumeRun("run", settings);
  const lock = join("run", "lock.json");
  const own = JSON.parse(await readFile(lock, "utf8"));
  const stat = await readFile(`/proc/${other.pid}/stat`, "utf8").catch(() => "");
  const began = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  await writer.finish("interrupted");
  const held = JSON.stringify({ ...own, pid: other.pid, began });
  await writeFile(lock, held);
  await expect(resumeRun("run", settings)).rejects.toMatchObject({
    code: "RUN_IN_USE",
    message: expect.stringContaining(`is being written by process ${other.pid}`),
  });
  expect(await readFile(lock, "utf8")).toBe(held);
  other.kill("SIGKILL");
  await new Promise((resolve) => other.once("exit", resolve));
  const again = await resumeRun("run", settings);
  await again.writer.finish("interrupted");
  expect(await readdir("run")).not.toContain("lock.json");
  // One of another machine is gone where it has not renewed its lock for long.
  const far = JSON.stringify({ ...own, host: "elsewhere" });
  await writeFile(lock, far);
  await expect(resumeRun("run", settings)).rejects.toMatchObject({
    code: "RUN_IN_USE",
    details: { host: "elsewhere" },
  });
  const before = new Date(Date.now() - 200_000);
  await utimes(lock, before, before);
  await (await resumeRun("run", settings)).writer.finish("interrupted");
  // Another process may have the number of a dead one.
  await writeFile(lock, JSON.stringify({ ...own, pid: process.pid, began: "1" }));
  await (await resumeRun("run", settings)).writer.finish("interrupted");
});

it("refuses to go on with what another process has gone on with since it was read", async () => {
  await cutOff();
  const { manifest } = await openRun("run");
  await (await resumeRun("run", settings)).writer.finish("finished");
  await expect(resumeRun("run", settings, "run", manifest)).rejects.toMatchObject({ code: "RUN_IN_USE" });
  expect((await openRun("run")).manifest.status).toBe("finished");
  expect(await readdir("run")).not.toContain("lock.json");
});

it("is taken by one of many that find it left by a dead process", async () => {
  await cutOff();
  const dead = JSON.stringify({ pid: process.pid, host: hostname(), began: "1" });
  for (let round = 0; round < 20; round++) {
    await writeFile(join("run", "lock.json"), dead);
    const came = await Promise.allSettled(Array.from({ length: 8 }, () => resumeRun("run", settings)));
    const writers = came.flatMap((one) => (one.status === "fulfilled" ? [one.value.writer] : []));
    expect(writers).toHaveLength(1);
    for (const one of came) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "RUN_IN_USE" });
    await writers[0]!.finish("interrupted");
  }
  expect((await readdir("run")).filter((name) => name.includes("lock"))).toEqual([]);
});

it("leaves the folder to another machine that took it while this one slept", async () => {
  await cutOff();
  const { writer } = await resumeRun("run", settings);
  const other = JSON.stringify({ pid: 1, host: "elsewhere", began: "" });
  await writeFile(join("run", "lock.json"), other);
  await writer.finish("interrupted");
  expect(await readFile(join("run", "lock.json"), "utf8")).toBe(other);
});

it("says where a file system has no hard links", async () => {
  await cutOff();
  const failure = Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" });
  const link = vi.spyOn(process.getBuiltinModule("node:fs/promises"), "link").mockRejectedValue(failure);
  try {
    await expect(resumeRun("run", settings)).rejects.toMatchObject({
      code: "INVALID_RUN",
      message: expect.stringContaining("a file system with hard links"),
    });
  } finally {
    link.mockRestore();
  }
  expect((await readdir("run")).filter((name) => name.includes("lock"))).toEqual([]);
});
