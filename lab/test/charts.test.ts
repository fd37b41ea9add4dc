// The charts in a browser: after a training they show it, read as tables and sentences, are linked, and hand out pictures and figures.
import { readFile } from "node:fs/promises";
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect, it } from "vitest";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();
const address = "#v=1&data=circle&hidden=6,6&activation=sigmoid&epochs=500&schedule=constant&learningRate=0.03";
const chart = (page: Page, name: string) => page.getByRole("img", { name: new RegExp(`^${name}`) });

/** Trained for so many steps. */
async function trained(panels: string, steps = 200, options: BrowserContextOptions = {}) {
  const at = `${host.url}${address}&panels=${panels}&step=${steps}`;
  const { page, complaints } = await openPage(host.browser, at, options);
  await expect.poll(() => page.getByTestId("step").textContent()).toBe(String(steps));
  return { page, complaints };
}

it("shows loss, metrics and confusion, as sentences, as tables and as CSV", skipped, async () => {
  const { page, complaints } = await trained("charts");
  await expect
    .poll(() => chart(page, "Loss").getAttribute("aria-label"))
    .toMatch(/^Loss: batch (falls|rises) from 0\.\d+ at step 1 to 0\.\d+ at step 200; validation .*; epoch /);
  await expect.poll(() => chart(page, "Metrics").getAttribute("aria-label")).toMatch(/^Metrics: accuracy .*ROC AUC /);
  const cells = page.getByRole("cell");
  await expect.poll(async () => (await cells.allTextContents()).reduce((sum, text) => sum + Number(text), 0)).toBe(80);
  await page
    .getByText("Loss as a table")
    .or(page.getByRole("button", { name: "Loss as a table" }))
    .first()
    .click();
  const table = page.getByRole("region", { name: "Loss, table" });
  await table.waitFor();
  expect(await table.getByRole("columnheader").allTextContents()).toEqual(["step", "batch", "validation", "epoch"]);
  const rows = await table.getByRole("row").count();
  expect(rows).toBeGreaterThan(20);
  expect(rows).toBeLessThan(62);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save Loss" }).click();
  await page.getByRole("menuitem", { name: /CSV/ }).click();
  const csv = await readFile(await (await saved).path(), "utf8");
  expect(csv.split("\r\n")[0]).toBe(
    "step,batch,batch low,batch high,validation,validation low,validation high,epoch,epoch low,epoch high",
  );
  expect(csv.split("\r\n")[1]).toMatch(/^1,0\.\d+,0\.\d+,0\.\d+,,,,,,$/);
  expect(complaints).toEqual([]);
});

it("shows every layer as a picture, and single layers as lines", skipped, async () => {
  const { page, complaints } = await trained("layers");
  await expect
    .poll(() => chart(page, "Gradient RMS").getAttribute("aria-label"))
    .toMatch(/layers\.0 .* step 200; layers\.2 .*; layers\.4 /);
  const canvas = chart(page, "Ledger product").locator("canvas");
  const colours = () =>
    canvas.evaluate((element: HTMLCanvasElement) => {
      const { data } = element.getContext("2d")!.getImageData(0, 0, element.width, element.height);
      const seen = new Set<number>();
      for (let i = 0; i < data.length; i += 4) seen.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
      return seen.size;
    });
  await expect.poll(colours).toBeGreaterThan(40);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save Ledger product" }).click();
  await page.getByRole("menuitem", { name: /PNG/ }).click();
  const png = await readFile(await (await saved).path());
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  await page.getByRole("button", { name: "Gradient RMS: layers as lines" }).click();
  // It stays open for further ones.
  for (const layer of ["layers.2", "layers.4"]) await page.getByRole("menuitemcheckbox", { name: layer }).click();
  await page.keyboard.press("Escape");
  await expect
    .poll(() => chart(page, "Gradient RMS").getAttribute("aria-label"))
    .toMatch(/^Gradient RMS: layers\.2 [^;]*; layers\.4 [^;]*$/);
  expect(complaints).toEqual([]);
});

it("links the pointer over all charts, zooms them together and follows the end again", skipped, async () => {
  const { page, complaints } = await trained("layers");
  const over = chart(page, "Update ratio").locator(".chart-over");
  await expect.poll(() => over.locator(".chart-now").isVisible()).toBe(true);
  const box = (await over.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 5);
  const places = () =>
    page.locator(".chart-pointed").evaluateAll((lines) => lines.map((line) => (line as HTMLElement).style.left));
  await expect.poll(places).toEqual(new Array(6).fill("50%"));
  const follow = page.getByRole("button", { name: "Follow the end" });
  expect(await follow.isDisabled()).toBe(true);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 5, { steps: 3 });
  await page.mouse.up();
  await expect.poll(() => follow.isDisabled()).toBe(false);
  await expect
    .poll(() => chart(page, "Update ratio").getAttribute("aria-label"))
    .toMatch(/ at step (9\d|100) to .* at step 1[56]\d;/);
  await follow.click();
  await expect
    .poll(() => chart(page, "Update ratio").getAttribute("aria-label"))
    .toMatch(/ at step 1 to .* at step 200;/);
  // A click goes to its step.
  await page.mouse.click(box.x + box.width / 4, box.y + 5);
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("50");
  expect(complaints).toEqual([]);
});

it("opens panels without anything moving out of the screen", skipped, async () => {
  const { page } = await trained("charts,layers", 20);
  const [scroll, shown] = await page.evaluate(() => [document.documentElement.scrollHeight, innerHeight]);
  expect(scroll).toBeLessThanOrEqual(shown);
  const network = (await page.locator(".network").boundingBox())!;
  expect(network.height).toBeGreaterThan(250);
});

it("measures the ledger, the exponents of what is selected, and the loss along the last update", skipped, async () => {
  const { page, complaints } = await trained("ledger,exponents,update&look=layers.2.weight[0,1]", 60);
  await expect
    .poll(() => chart(page, "Chain-rule ledger").getAttribute("aria-label"))
    .toMatch(/from layers\.4 back to layers\.0, 2 layers, δ comes to [\d.e−]+ of its size/);
  await page.getByRole("button", { name: "Chain-rule ledger as a table" }).click();
  const table = page.getByRole("region", { name: "Chain-rule ledger, table" });
  expect(await table.getByRole("columnheader").allTextContents()).toEqual([
    "layer",
    "weights",
    "activation",
    "attenuation",
    "product",
  ]);
  const last = (await table.getByRole("row").last().getByRole("cell").allTextContents()).map((text) =>
    Number(text.replace("−", "-")),
  );
  expect(last[2]).toBeLessThanOrEqual(0.25);
  expect(last[1]! * last[2]!).toBeCloseTo(last[3]!, 4);
  await expect
    .poll(() => chart(page, "Exponents of layers.2.weight, gradient").getAttribute("aria-label"))
    .toMatch(/half are below 2\^−\d+ at step 1, below 2\^−\d+ at step 60/);
  await expect
    .poll(() => chart(page, "Loss along the update").getAttribute("aria-label"))
    .toMatch(/of the batch of step 60, 0\.\d+ before it, 0\.\d+ after it, least at t = /);
  await expect.poll(() => chart(page, "Noise").getAttribute("aria-label")).toMatch(/^Noise: noise /);
  // Asking changed nothing.
  expect(await page.getByTestId("step").textContent()).toBe("60");
  expect(complaints).toEqual([]);
});

it("tells why gradients vanish by what it measures on the page's networks", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, host.url);
  await page.getByRole("radio", { name: /Vanishing gradients/ }).click();
  await page.getByRole("radio", { name: "About a millionth" }).waitFor();
  await page.locator("label", { hasText: "About a millionth" }).click();
  await expect.poll(() => page.getByTestId("first-layer").textContent()).toBe("6.584e−7");
  const next = page.getByRole("button", { name: "Next", exact: true });
  await next.click();
  await expect
    .poll(() => chart(page, "Chain-rule ledger").getAttribute("aria-label"))
    .toMatch(/10 layers, δ comes to 6\.584e−7 of its size/);
  await next.click();
  const depth = page.getByRole("slider", { name: "Hidden layers" });
  await depth.focus();
  await depth.press("Home");
  await expect
    .poll(() => chart(page, "Chain-rule ledger").getAttribute("aria-label"))
    .toMatch(/1 layer, δ comes to 0\.\d+ of its size/);
  await next.click();
  await next.click();
  await expect
    .poll(() => chart(page, "What is left of δ").getAttribute("aria-label"))
    .toMatch(/ 2\.277e−13 with sigmoid; 0\.08609 with tanh; 0\.01769 with ReLU; 0\.4889 with sigmoid, residual$/);
  expect(complaints).toEqual([]);
});

it("stays under 200 MB over 100,000 steps in 20,000 epochs", { ...skipped, timeout: 500_000 }, async () => {
  const { page, complaints } = await openPage(
    host.browser,
    `${host.url}#v=1&data=circle&hidden=4&activation=tanh&batchSize=64&epochs=20000&patience=20000&schedule=constant&step=90000&panels=charts,layers`,
  );
  const number = async (id: string) => Number((await page.getByTestId(id).textContent())!.replaceAll(",", ""));
  // The worker comes to the last tenth without a frame of the page for its steps, which then follows it.
  await expect.poll(() => number("step"), { timeout: 400_000, interval: 500 }).toBe(90_000);
  await page.getByRole("button", { name: "Speed" }).click();
  await page.getByRole("option", { name: "As fast as it goes" }).click();
  await page.getByRole("button", { name: "Play" }).click();
  await expect.poll(() => number("step"), { timeout: 400_000, interval: 500 }).toBe(100_000);
  await page.getByRole("button", { name: "Play" }).waitFor();
  // Page and worker together.
  const { bytes } = (await page.evaluate("performance.measureUserAgentSpecificMemory()")) as { bytes: number };
  expect(bytes).toBeLessThan(200e6);
  expect(complaints).toEqual([]);
});

it("lights a layer everywhere: pointed at in the network, in a picture of layers, in the ledger", skipped, async () => {
  const { page, complaints } = await trained("layers,ledger");
  const map = chart(page, "Gradient RMS");
  await expect.poll(() => map.getAttribute("aria-label")).toMatch(/step 200/);
  const rows = page.locator(".chart-row:visible");
  expect(await rows.count()).toBe(0);
  // The second of three rows.
  const over = (await map.locator(".chart-over").boundingBox())!;
  await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
  await expect.poll(() => page.getByTestId("readout").textContent()).toBe("Layer 2: sigmoid, 6 units");
  await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(5);
  await expect.poll(() => page.locator(".ledger-layer[data-lit]").getAttribute("data-layer")).toBe("layers.2");
  await page.locator(".ledger-layer[data-layer='layers.0']").hover();
  await expect.poll(() => page.getByTestId("readout").textContent()).toBe("Layer 1: sigmoid, 6 units");
  const lit = await map.locator(".chart-row").boundingBox();
  expect(lit!.y).toBeCloseTo(over.y, 0);
  await page.getByRole("gridcell", { name: /^Unit 1 of layer 2/ }).focus();
  await expect.poll(async () => (await map.locator(".chart-row").boundingBox())!.y).toBeGreaterThan(over.y + 5);
  // The network stays where it is.
  expect(await page.locator(".network-scroll").evaluate((element) => element.scrollTop)).toBe(0);
  expect(complaints).toEqual([]);
});

it("marks the step under the pointer on the timeline, and the one under it there in the charts", skipped, async () => {
  const { page, complaints } = await trained("layers");
  const over = (await chart(page, "Update ratio").locator(".chart-over").boundingBox())!;
  const mark = page.locator(".transport-pointed");
  expect(await mark.isVisible()).toBe(false);
  await page.mouse.move(over.x + over.width / 2, over.y + 5);
  // Step 100 on a line of 1000.
  await expect.poll(() => mark.evaluate((element) => element.style.left)).toBe("10%");
  const track = (await page.locator(".transport-timeline .slider-track").boundingBox())!;
  await page.mouse.move(track.x + track.width * 0.05, track.y + track.height / 2);
  const places = () =>
    page.locator(".chart-pointed:visible").evaluateAll((all) => all.map((each) => (each as HTMLElement).style.left));
  await expect.poll(async () => (await places()).length).toBe(6);
  expect(Math.abs(Number.parseFloat((await places())[0]!) - 25)).toBeLessThan(1);
  await page.mouse.move(track.x, track.y + 400);
  await expect.poll(() => mark.isVisible()).toBe(false);
  expect(complaints).toEqual([]);
});
