// Runs in a browser: followed as they are written, whatever becomes of the server; paused and stopped; in bounded memory.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterEach, expect, it } from "vitest";
import { type LabOptions, type LabServer, startLab } from "../../src/cli/lab/server.ts";
import { chainrule } from "../../src/cli/test-command.ts";
import { createRun } from "../../src/runs/index.ts";
import { folderPerTest } from "../../src/runs/test-folder.ts";
import { description, epoch } from "../../src/runs/test-run.ts";
import { violations } from "./axe.ts";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();
const site = fileURLToPath(new URL("../../dist/lab/", import.meta.url));
const open: LabServer[] = [];

folderPerTest();
afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close();
});

async function serve(options: Partial<LabOptions> = {}): Promise<LabServer> {
  const lab = await startLab({ folder: "runs", site, ...options });
  open.push(lab);
  return lab;
}

/** Everything that streams of this page get, by an EventSource that notes it. */
const noting = `{
  const Usual = EventSource;
  globalThis.noted = [];
  globalThis.streams = 0;
  globalThis.EventSource = class extends Usual {
    constructor(url) {
      super(url);
      globalThis.streams++;
      this.addEventListener("message", ({ data, lastEventId }) => {
        const lines = data.split("\\n");
        lines.forEach((line, i) => noted.push([Number(lastEventId) - lines.length + 1 + i, line]));
      });
      this.addEventListener("reset", () => noted.splice(0));
    }
    close() {
      if (this.readyState !== 2) globalThis.streams--;
      super.close();
    }
  };
}`;

async function openAt(url: string) {
  const opened = await openPage(host.browser, "about:blank");
  await opened.page.addInitScript(noting);
  await opened.page.goto(url);
  return opened;
}

const noted = (page: Page): Promise<[number, string][]> => page.evaluate("noted");
const fileLines = async (run: string) => (await readFile(`${run}/events.jsonl`, "utf8")).split("\n").slice(0, -1);
const asNoted = async (run: string) => (await fileLines(run)).map((line, i) => [i + 1, line]);
const step = (page: Page) => page.getByTestId("live-step").textContent();

it("a run is opened by its address, and followed though the server is killed and comes back", skipped, async () => {
  const run = await createRun(description, "runs/a");
  run.appendEvent(epoch(1));
  const lab = await serve({ opened: "a" });
  const { page, complaints } = await openAt(lab.address);
  await page.getByRole("heading", { name: "a", exact: true }).waitFor();
  await expect.poll(() => step(page)).toContain("10 / ");
  expect(new URL(page.url()).search).toBe("");
  run.appendEvent(epoch(2));
  await expect.poll(() => step(page)).toContain("20 / ");
  expect(complaints).toEqual([]);
  await lab.close();
  await page.getByText("not connected").waitFor();
  run.appendEvent(epoch(3));
  await serve({ port: lab.port });
  await expect.poll(() => step(page)).toContain("30 / ");
  run.appendEvent(epoch(4));
  await run.finish("finished");
  await page.getByRole("heading", { name: "a", exact: true }).locator("xpath=..").getByText("Finished").waitFor();
  expect(await noted(page)).toEqual(await asNoted("runs/a"));
  expect(await page.evaluate("streams")).toBe(1);
});

it("runs are listed; one is opened, and another laid over it", skipped, async () => {
  for (const name of ["a", "b"]) {
    const run = await createRun(description, `runs/${name}`);
    for (let n = 1; n <= 3; n++) run.appendEvent(epoch(n));
    await run.finish("finished");
  }
  const lab = await serve();
  const { page, complaints } = await openAt(lab.address);
  // By keyboard alone.
  await page.getByRole("list", { name: "Runs in runs" }).getByRole("link", { name: "a" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "a", exact: true }).waitFor();
  expect(new URL(page.url()).hash).toBe("#run=a");
  await page.getByRole("checkbox", { name: "Lay over" }).focus();
  await page.keyboard.press("Space");
  await page.getByText("Dashed lines are those of b").waitFor();
  await page.locator('[aria-label^="Loss: a: training"][aria-label*="b: training"]').waitFor();
  expect(await page.evaluate("streams")).toBe(1);
  await page.getByRole("button", { name: "Loss as a table" }).focus();
  await page.keyboard.press("Enter");
  const table = page.getByRole("region", { name: "Loss, table" });
  await expect.poll(() => table.getByRole("row").count()).toBe(4);
  await page.keyboard.press("Enter");
  await table.waitFor({ state: "detached" });
  expect(await page.evaluate("crossOriginIsolated")).toBe(true);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  }
  expect(new URL(page.url()).hash).toBe("#run=a&run=b");
  // A link is of what is on the page.
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Link" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
  expect(new URL(page.url()).hash).toBe("#run=a&run=b");
  await page.goBack();
  await expect.poll(() => page.getByText("Dashed lines").count()).toBe(0);
  expect(complaints).toEqual([]);
});

it("a training is paused, let go on and stopped", skipped, async () => {
  const rows = Array.from({ length: 40 }, (_, r) => `${(r * 7) % 40},${r % 3},${(r * 7) % 40}`);
  await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
  let seen: Promise<void> | undefined;
  const words =
    "train table.csv --target y --backend reference --hidden 4 --batch 8 --epochs 100000000 --patience 100000000";
  const work = async (address: string) => {
    const { page, complaints } = await openAt(address);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Running, paused").waitFor();
    const before = (await fileLines("runs/a")).length;
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await expect.poll(async () => (await fileLines("runs/a")).length).toBeGreaterThan(before);
    expect(await page.title()).toMatch(/^\d+ % · a$/);
    await page.getByRole("button", { name: "Stop and save" }).click();
    await page.getByText("Stopped early").first().waitFor();
    await expect.poll(() => noted(page)).toEqual(await asNoted("runs/a"));
    // The server ends with its training: what the page asks then is refused, or cut off.
    expect(complaints.filter((one) => !/ERR_CONNECTION_(REFUSED|RESET)/.test(one))).toEqual([]);
  };
  const { code, stdout } = await chainrule([...words.split(" "), "--lab", "--out", "runs/a"], {
    onStderr(text) {
      const [address] = /http:\S+/.exec(text) ?? [];
      if (address !== undefined) seen = work(address);
    },
  });
  await seen;
  expect(code).toBe(0);
  expect(stdout).toContain("Interrupted after");
});

it("a finished run is repeated from its data, and compared with its record", skipped, async () => {
  const rows = Array.from({ length: 40 }, (_, r) => `${(r * 7) % 40},${r % 3},${(r * 7) % 40}`);
  await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
  const words = "train table.csv --target y --hidden 4 --batch 8 --epochs 30 --deterministic --threads 1 --out runs/a";
  expect((await chainrule(words)).code).toBe(0);
  const lab = await serve({ opened: "a" });
  const { page, complaints } = await openAt(lab.address);
  await page.getByRole("button", { name: "Repeat it here" }).click();
  await page.getByText("This repeats a: play it").waitFor();
  expect(new URL(page.url()).hash).toContain("data=table.csv");
  await page.getByRole("button", { name: "Play" }).click();
  await page.getByText("This repeats a: the same losses so far, bit for bit").waitFor();
  await page.getByText("the training is at its end").waitFor();
  await page.getByText("This repeats a: the same losses so far, bit for bit").waitFor();
  expect(complaints).toEqual([]);
});

it("what cannot be repeated is said: its data have changed", skipped, async () => {
  await writeFile("titanic.csv", "other");
  const run = await createRun({ ...description, settings: { target: "survived" } }, "runs/a");
  run.appendEvent(epoch(1));
  await run.finish("finished");
  const lab = await serve({ opened: "a" });
  const { page } = await openAt(lab.address);
  await page.getByRole("button", { name: "Repeat it here" }).click();
  await page.getByText("its data, titanic.csv, has changed since").waitFor();
});

it("a run of 100,000 steps in 20,000 epochs takes the page less than 200 MB", skipped, async () => {
  const run = await createRun(description, "runs/long");
  await run.finish("finished");
  const lines = Array.from({ length: 20_000 }, (_, i) => JSON.stringify({ ...epoch(i + 1), step: 5 * (i + 1) }));
  await writeFile("runs/long/events.jsonl", `${lines.join("\n")}\n`);
  const lab = await serve({ opened: "long" });
  const { page, complaints } = await openPage(host.browser, lab.address);
  await expect.poll(() => step(page)).toContain("100,000 / 100,000");
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  expect(usedSize).toBeLessThan(200e6);
  expect(complaints).toEqual([]);
});
