// Everyone: no rule of axe is broken in any scene and any panel, in either theme, wide or narrow; keys alone reach everything.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { stripPanels } from "../src/panels/panel-list.ts";
import { firstState, writeAddress } from "../src/recipe/address.ts";
import { sceneNames, scenes } from "../src/scenes/index.ts";
import { violations } from "./axe.ts";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();

const settings = "hidden=4,3&activation=tanh&learningRate=0.03&epochs=500&schedule=constant&step=40";
const lab = `#v=1&data=circle&${settings}`;

/** In both themes, one of them narrow, where nothing is wider than the page; the whole page is dark in both widths. */
async function expectClean(page: Page, within?: string): Promise<void> {
  const looks = [
    ["dark", 390, 844],
    ...(within === undefined ? ([["dark", 1440, 900]] as const) : []),
    ["light", 1440, 900],
  ] as const;
  for (const [colorScheme, width, height] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    expect(await violations(page, within), `${colorScheme}, ${width}`).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  }
}

it.each(["lab", ...sceneNames])("%s: axe finds nothing", skipped, async (place) => {
  const scene = sceneNames.find((name) => name === place);
  const state = scene && { ...firstState, ...scenes[scene].start, scene: { name: scene, beat: 0 } };
  const { page, complaints } = await openPage(host.browser, host.url + (state ? `#${writeAddress(state)}` : lab));
  await expect.poll(() => page.getByTestId("loss").textContent()).not.toBe("0");
  await expectClean(page);
  if (!scene) {
    // What it has folded away.
    for (const name of ["First rows", "Gradient blame", "More settings"])
      await page.getByRole("button", { name }).click();
    await page.getByRole("columnheader", { name: "x1" }).waitFor();
    await page
      .getByRole("button", { name: /predicted/ })
      .first()
      .waitFor();
    await expectClean(page, ".lab-left");
  }
  expect(complaints).toEqual([]);
});

it("every panel, with a table open: axe finds nothing", { ...skipped, timeout: 400_000 }, async () => {
  const slow = `#v=1&data=xor&hidden=8,8&activation=relu&optimizer=sgd&learningRate=0.00001&schedule=constant&epochs=20&seed=3`;
  const address = `${slow}&step=400&twins=learningRate=1e30`;
  const { page, complaints } = await openPage(host.browser, host.url + address);
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("400");
  const strip = page.getByRole("region", { name: "Panels", exact: true });
  for (const { title } of stripPanels) {
    await strip.getByRole("button", { name: title, exact: true }).click();
    const panel = strip.getByRole("region", { name: title, exact: true });
    await panel.locator("figure, article, li, textarea").first().waitFor();
    const table = panel.getByRole("button", { name: / as a table$/ }).first();
    if ((await table.count()) > 0) await table.click();
    await expectClean(page, `.strip-panel[aria-label="${title}"]`);
  }
  expect(complaints).toEqual([]);
});

it("arithmetic, an own table, a drawing and what went wrong: axe finds nothing", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}${lab}&look=layers.0.weight[0,1]`);
  await expect.poll(() => page.locator(".arithmetic-work").textContent()).toMatch(/relative difference/);
  await expectClean(page, ".network");
  const buffer = Buffer.from(`a,b,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 3},${2 * i}`).join("\n")}\n`);
  await page.locator("input[type=file]").setInputFiles({ name: "own.csv", mimeType: "text/csv", buffer });
  await page.getByText("40 rows, 3 columns").waitFor();
  await expectClean(page, ".data");
  await page.evaluate("location.hash = '#v=1&data=digits&learningRate=1e30&step=5'");
  await page.getByText(/The loss became/).waitFor();
  await page.getByRole("grid", { name: "Draw here" }).waitFor();
  for (const part of [".lab-right", ".trouble"]) await expectClean(page, part);
  expect(complaints).toEqual([]);
});

it("reaches every control by Tab, and each shows that it has the focus", skipped, async () => {
  const { page } = await openPage(host.browser, host.url + lab);
  await page.getByText("More settings").waitFor();
  const names: string[] = [];
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body) return undefined;
      const shows = [element, element.parentElement!, element.closest("[data-focus-visible]") ?? element].some(
        (one) => getComputedStyle(one).outlineStyle !== "none" && getComputedStyle(one).outlineWidth !== "0px",
      );
      const label = element.getAttribute("aria-label") ?? element.textContent ?? element.id;
      return { label: label.trim(), shows };
    });
    if (at === undefined) break;
    expect(at, at.label).toMatchObject({ shows: true });
    names.push(at.label);
  }
  for (const name of ["Play", "One step on", "Reset to step 0"]) expect(names).toContain(name);
});
