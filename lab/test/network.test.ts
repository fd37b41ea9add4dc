// The network in a browser: pointed at, opened, typed over, and worked by keyboard alone.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isMissing, launch, openPage, servePage } from "./browser.ts";

const skipped = { skip: isMissing };
let browser: Browser;
let server: Awaited<ReturnType<typeof servePage>>;

beforeAll(async () => {
  if (isMissing) return;
  server = await servePage();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const hash = (page: Page): string => decodeURIComponent(new URL(page.url()).hash);
const circle = "#v=1&data=circle&hidden=4,3&activation=tanh&learningRate=0.03&epochs=500&schedule=constant&step=100";

it("says what is under the pointer", skipped, async () => {
  const { page, complaints } = await openPage(browser, `${server.url}#v=1&data=neuron`);
  await expect.poll(() => page.getByTestId("loss").textContent()).toBe("0.05040");
  const { x, y, width, height } = (await page.locator(".network-canvas").boundingBox())!;
  const readout = page.getByTestId("readout");
  const seen = new Set<string>();
  // Down the middle: both weights.
  for (let at = 0; at < height; at += 10) {
    await page.mouse.move(x + width / 2, y + at);
    seen.add((await readout.textContent())!);
  }
  expect([...seen]).toContain("Weight from x1 to output 1: −0.8000, gradient 0.007928");
  expect([...seen]).toContain("Weight from x2 to output 1: 0.5000, gradient 0.02378");
  expect(complaints).toEqual([]);
});

it("goes from unit to unit and to their edges by keyboard, and opens them", skipped, async () => {
  const { page, complaints } = await openPage(browser, `${server.url}${circle}`);
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("100");
  const readout = page.getByTestId("readout");
  await page.getByRole("gridcell", { name: /^Input x1/ }).focus();
  await expect.poll(() => readout.textContent()).toMatch(/^Input x1: /);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => readout.textContent()).toMatch(/^Unit of layer 1, 2: .*, δ /);
  await page.keyboard.press("Tab");
  await expect.poll(() => readout.textContent()).toMatch(/^Bias of unit of layer 1, 2: /);
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => readout.textContent()).toMatch(/^Weight from x1 to unit of layer 1, 2: /);
  await page.keyboard.press("Enter");
  await expect.poll(() => hash(page)).toContain("look=layers.0.weight[0,1]");
  expect(complaints).toEqual([]);
});
