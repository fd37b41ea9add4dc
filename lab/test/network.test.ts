// The network in a browser: pointed at, opened, typed over, and worked by keyboard alone.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();

const hash = (page: Page): string => decodeURIComponent(new URL(page.url()).hash);
const circle = "#v=1&data=circle&hidden=4,3&activation=tanh&learningRate=0.03&epochs=500&schedule=constant&step=100";

it("counts the row that is looked at as its line in the table", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}${circle}&row=0&look=layers.0[1]`);
  const row = page.getByRole("spinbutton", { name: /^Row for training/ });
  await row.fill("3");
  await row.press("Enter");
  await expect.poll(() => page.locator(".arithmetic-note").textContent()).toMatch(/on row [3-9]$/);
  expect(await page.locator(".arithmetic-note").textContent()).toContain(`on row ${await row.inputValue()}`);
  await row.fill("1");
  await row.press("Enter");
  // The header is line 1.
  await expect.poll(async () => Number(await row.inputValue())).toBeGreaterThan(1);
  expect(complaints).toEqual([]);
});

it("says what is under the pointer", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=neuron`);
  await expect.poll(() => page.getByTestId("loss").textContent()).toBe("0.05040");
  const { x, y, width, height } = (await page.locator(".network-canvas").boundingBox())!;
  const readout = page.getByTestId("readout");
  const seen = new Set<string>();
  // Down the middle: both weights.
  for (let at = 0; at < height; at += 10) {
    await page.mouse.move(x + width / 2, y + at);
    seen.add((await readout.textContent())!);
  }
  expect([...seen]).toContain("Weight from x1 to output 0: −0.8000, gradient 0.007928");
  expect([...seen]).toContain("Weight from x2 to output 0: 0.5000, gradient 0.02378");
  expect(complaints).toEqual([]);
});

it("goes from unit to unit and to their edges by keyboard, and opens them", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}${circle}`);
  await page
    .locator(".ledger-factors", { hasText: /\d × \d.* =/ })
    .first()
    .waitFor();
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("100");
  const readout = page.getByTestId("readout");
  await page.getByRole("gridcell", { name: /^Input x1/ }).focus();
  await expect.poll(() => readout.textContent()).toMatch(/^Input x1: /);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => readout.textContent()).toMatch(/^Unit 1 of layer 1: .*, δ /);
  await page.keyboard.press("Tab");
  await expect.poll(() => readout.textContent()).toMatch(/^Bias of unit 1 of layer 1: /);
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => readout.textContent()).toMatch(/^Weight from x1 to unit 1 of layer 1: /);
  await page.keyboard.press("Enter");
  await expect.poll(() => hash(page)).toContain("look=layers.0.weight[0,1]");
  expect(complaints).toEqual([]);
});

/** The arithmetic's text, with hyphens for true minuses. */
const workOf = async (page: Page): Promise<string> =>
  ((await page.locator(".arithmetic-work").textContent()) ?? "").replaceAll("−", "-");

/** Numbers of a text, as far as they have at least eight digits. */
const longNumbers = (text: string): number[] =>
  [...text.matchAll(/-?\d+\.\d{8,}(?:e-?\d+)?/g)].map(([number]) => Number(number));

/** LESSONS.md has figures of all digits, of twelve and of eight behind the point. */
const [all, twelve, eight] = [1e-15, 1e-12, 5e-9];

it.each([
  // Lesson 1: y, E, target − y and the new weight.
  [
    "neuron",
    "layers.0.weight[1,0]",
    [
      [0.5174928576663897, all],
      [0.05040085733458521, all],
      [0.31749285766638974, all],
      [0.5 - 0.011891409237, twelve],
    ],
  ],
  // Lesson 2: h, z, y and the new weight of W₁; δ_hidden; δ_out.
  [
    "hiddenLayer",
    "layers.0.weight[0,1]",
    [
      [0.38698582, eight],
      [-0.06012438223148007, all],
      [0.48497343084992534, all],
      [-0.6 - 5.11178506e-4, twelve],
    ],
  ],
  ["hiddenLayer", "layers.1[1]", [[0.00204471, eight]]],
  ["hiddenLayer", "layers.3[0]", [[-0.028730669543515018, all]]],
] as const)("has the figures of the lesson %s at %s", skipped, async (set, look, figures) => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=${set}&look=${look}`);
  await page.getByRole("button", { name: "All digits" }).click();
  await expect.poll(() => workOf(page)).toMatch(/relative difference/);
  const numbers = longNumbers(await workOf(page));
  for (const [figure, off] of figures)
    expect(
      numbers.some((number) => Math.abs(number - figure) <= off),
      `${figure}`,
    ).toBe(true);
  expect(complaints).toEqual([]);
});

it("opens an edge where it stands, changes it from the present step on, and goes back", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=neuron`);
  await expect.poll(() => page.getByTestId("loss").textContent()).toBe("0.05040");
  const { x, y, width, height } = (await page.locator(".network-canvas").boundingBox())!;
  const readout = page.getByTestId("readout");
  for (let at = 0; at < height && !(await readout.textContent())!.startsWith("Weight from x1"); at += 6)
    await page.mouse.move(x + width / 2, y + at);
  await page.mouse.down();
  await page.mouse.up();
  const value = page.getByRole("spinbutton", { name: "Value of layers.0.weight[0,0]" });
  await value.waitFor();
  await expect.poll(() => value.inputValue()).toBe("−0.8000");
  // Typed over: w·x = 0.1 · 1 + 0.3 · 0.5 = 0.25.
  await value.fill("1");
  await value.press("Enter");
  await expect.poll(() => hash(page)).toContain("set=0:layers.0.weight[0,0]=1");
  await expect.poll(() => workOf(page)).toContain("= 0.2500");
  // Stepped with a key.
  await value.press("ArrowUp");
  await expect.poll(() => hash(page)).toContain("set=0:layers.0.weight[0,0]=1.1");
  await page.goBack();
  await page.goBack();
  await expect.poll(() => value.inputValue()).toBe("−0.8");
  await value.blur();
  await expect.poll(() => value.inputValue()).toBe("−0.8000");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator(".arithmetic").count()).toBe(0);
  expect(hash(page)).not.toContain("look=");
  expect(complaints).toEqual([]);
});

it("has γ and β of a normalisation and what a residual adds, and types over them", skipped, async () => {
  const address = `${circle.replace("4,3", "4,4").replace("step=100", "normalization=batch&residual=true")}&look=layers.1.weight[1]`;
  const { page, complaints } = await openPage(host.browser, `${host.url}${address}`);
  const value = page.getByRole("spinbutton", { name: "Value of layers.1.weight[1]" });
  await expect.poll(() => value.inputValue()).toBe("1.000");
  await expect.poll(() => workOf(page)).toMatch(/relative difference/);
  await value.fill("−2");
  await value.press("Enter");
  await expect.poll(() => hash(page)).toContain("set=0:layers.1.weight[1]=-2");
  await page.keyboard.press("Escape");
  await page.getByRole("gridcell", { name: /^Input x1/ }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  const readout = page.getByTestId("readout");
  for (const words of [/^Bias of unit 0 of layer 2: /, /^Scale γ of unit 0 of layer 2: 1\.000/, /^Shift β of unit 0/]) {
    await expect.poll(() => readout.textContent()).toMatch(words);
    await page.keyboard.press("ArrowDown");
  }
  const added = page.getByRole("button", { name: /^Added as it is: Unit 0 of layer 1: / });
  await added.focus();
  await expect.poll(() => readout.textContent()).toMatch(/^Unit 0 of layer 1: /);
  expect(complaints).toEqual([]);
});

it("lights the edge of a factor, and the factor of an edge", skipped, async () => {
  const { page } = await openPage(host.browser, `${host.url}#v=1&data=hiddenLayer&look=layers.0.weight[0,1]`);
  const factor = page.locator('.equation[data-lights="layers.2.weight[1,0]"]');
  await factor.hover();
  await expect
    .poll(() => page.getByTestId("readout").textContent())
    .toContain("Weight from unit 1 of layer 1 to output 0");
  await page.mouse.move(5, 5);
  const { x, y, width, height } = (await page.locator(".network-canvas").boundingBox())!;
  for (let at = 0; at < height && !(await factor.getAttribute("class"))!.includes("is-lit"); at += 6)
    await page.mouse.move(x + width * 0.75, y + at);
  expect(await factor.getAttribute("class")).toContain("is-lit");
});

it("shows the four moments of a step, and takes it with the last", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=hiddenLayer`);
  await expect.poll(() => page.getByTestId("loss").textContent()).toBe("0.006616");
  const next = page.getByRole("button", { name: "One step in four moments" });
  const readout = page.getByTestId("readout");
  for (const [words, step] of [
    [/^Forward/, "0"],
    [/^Loss/, "0"],
    [/^Backward/, "0"],
    [/^Update/, "1"],
    [/^$/, "1"],
  ] as const) {
    await next.click();
    await expect.poll(() => readout.textContent()).toMatch(words);
    await expect.poll(() => page.getByTestId("step").textContent()).toBe(step);
  }
  expect(complaints).toEqual([]);
});

it("follows a running training, without typesetting anew", skipped, async () => {
  const { page, complaints } = await openPage(
    host.browser,
    `${host.url}#v=1&data=hiddenLayer&look=layers.0.weight[0,1]`,
  );
  const work = page.locator(".arithmetic-work");
  await expect.poll(() => workOf(page)).toMatch(/relative difference/);
  await work.evaluate((element) => {
    for (const formula of element.querySelectorAll(".katex")) formula.setAttribute("data-first", "");
  });
  const before = await workOf(page);
  await page.getByRole("button", { name: "Play" }).click();
  await expect.poll(() => workOf(page)).not.toBe(before);
  await page.getByRole("button", { name: "Pause" }).click();
  expect(await work.locator(".katex:not([data-first])").count()).toBe(0);
  expect(complaints).toEqual([]);
});
