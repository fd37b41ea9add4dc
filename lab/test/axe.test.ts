// Everyone: no rule of axe is broken in any scene, in either theme, wide or narrow; keys alone reach everything.
import { expect, it } from "vitest";
import { firstState, writeAddress } from "../src/recipe/address.ts";
import { sceneNames, scenes } from "../src/scenes/index.ts";
import { violations } from "./axe.ts";
import { openPage } from "./browser.ts";
import { hostPerFile, skipped } from "./host.ts";

const host = hostPerFile();

const lab = "#v=1&data=circle&hidden=4,3&activation=tanh&learningRate=0.03&epochs=500&step=40";
const places = ["lab", ...sceneNames] as const;
const themes = ["light", "dark"] as const;

it.each(places.flatMap((place) => themes.map((theme) => [place, theme] as const)))(
  "%s, %s: axe finds nothing",
  skipped,
  async (place, colorScheme) => {
    const state = place !== "lab" && { ...firstState, ...scenes[place].start, scene: { name: place, beat: 0 } };
    const { page } = await openPage(host.browser, host.url + (state ? `#${writeAddress(state)}` : lab), {
      colorScheme,
    });
    await expect.poll(() => page.getByTestId("loss").textContent()).not.toBe("0");
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await violations(page)).toEqual([]);
    // Nothing is wider than the page.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  },
);

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
