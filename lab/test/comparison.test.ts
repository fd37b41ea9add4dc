// The runs of a sweep beside each other, in a browser: filtered by axes, lit from the table and from lines, opened by either.
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { type LabServer, startLab } from "../../src/cli/lab/server.ts";
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

async function openSweep() {
  const trials = [
    { lr: 0.001, hidden: [8], accuracy: 0.6 },
    { lr: 0.01, hidden: [8], accuracy: 0.9 },
    { lr: 0.1, hidden: [32, 16], accuracy: 0.8 },
    { lr: 30, hidden: [8] },
  ];
  for (const [i, { accuracy, ...settings }] of trials.entries()) {
    const run = await createRun({ ...description, settings: { target: "survived", ...settings } }, `runs/trial-${i}`);
    if (accuracy !== undefined) run.appendEvent({ ...epoch(1), validation: { loss: 1 - accuracy, accuracy } });
    await run.finish(accuracy === undefined ? "failed" : "finished");
  }
  const lab = await startLab({ folder: "runs", site });
  open.push(lab);
  const opened = await openPage(host.browser, lab.address);
  const table = opened.page.getByRole("region", { name: "Table of the runs" });
  await table.waitFor();
  const rows = () => table.getByRole("link").allTextContents();
  return { ...opened, table, rows };
}

it("are a table with the best first, filtered by the keyboard and by the pointer", skipped, async () => {
  const { page, complaints, rows, table } = await openSweep();
  expect(await rows()).toEqual(["trial-1", "trial-2", "trial-0", "trial-3"]);
  expect(await table.getByRole("columnheader").allTextContents()).toEqual([
    ...["Run", "Status", "Epoch", "accuracy", "--hidden", "--lr"],
  ]);
  // The part from its middle on: of 0.001 to 30 by orders of magnitude.
  await page.getByRole("slider", { name: "--lr from" }).focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press("PageUp");
  await expect.poll(rows).toEqual(["trial-3"]);
  await page.getByText("1 of 4 runs").waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await expect.poll(rows).toHaveLength(4);
  // A part that a pointer takes: what has no figure lies in none.
  const axis = (await page.getByRole("slider", { name: "accuracy from" }).boundingBox())!;
  const [x, bottom] = [axis.x + axis.width / 2, axis.y + axis.height - 12];
  await page.mouse.move(x, bottom);
  await page.mouse.down();
  await page.mouse.move(x, bottom - 60, { steps: 4 });
  await page.mouse.up();
  await expect.poll(rows).toEqual(["trial-1", "trial-2"]);
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("radio", { name: "loss" }).click();
  expect(await rows()).toEqual(["trial-1", "trial-2", "trial-0", "trial-3"]);
  expect(complaints).toEqual([]);
});

it("name a run that is pointed at or focused, and open it", skipped, async () => {
  const { page, complaints, table } = await openSweep();
  const lit = page.getByTestId("comparison-lit");
  await table.getByRole("link", { name: "trial-2" }).focus();
  await expect.poll(() => lit.textContent()).toBe("trial-2 · --hidden 32,16 · --lr 0.1 · accuracy 0.8000");
  expect(await page.locator('.parallel-line[data-rank="2"]').count()).toBe(1);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  await page.setViewportSize({ width: 1440, height: 900 });
  // The middle of the line between its last two axes, by the path itself.
  const [x, y] = (await page.evaluate(`(() => {
    const path = [...document.querySelectorAll(".parallel-hit")].find((one) => one.textContent === "trial-0");
    const at = path.getPointAtLength(path.getTotalLength() * 0.9);
    const box = path.ownerSVGElement.getBoundingClientRect();
    return [box.x + at.x, box.y + at.y];
  })()`)) as [number, number];
  await page.mouse.move(x, y);
  await expect.poll(() => lit.textContent()).toContain("trial-0 · ");
  await page.mouse.click(x, y);
  await page.getByRole("heading", { name: "trial-0", exact: true }).waitFor();
  expect(new URL(page.url()).hash).toBe("#run=trial-0");
  expect(complaints).toEqual([]);
});
