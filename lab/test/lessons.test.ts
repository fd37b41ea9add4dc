// The lessons on the page: their figures, read off it, are the tutorial's.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();

const turn = (page: Page) => page.getByRole("button", { name: "Next", exact: true }).click();

it("one neuron: its error, its step, its way down and the limit 2/λ", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, host.url);
  await expect.poll(() => page.getByTestId("loss").textContent()).toBe("0.05040");
  await turn(page);
  // Dragged by its slider: the surface's point, and the error with it.
  const w1 = page.getByRole("slider", { name: "w₁" });
  await w1.focus();
  await w1.press("ArrowRight");
  await expect.poll(() => new URL(page.url()).hash).toContain("set=0:layers.0.weight[0,0]=-0.79");
  await turn(page);
  await page.getByText("w₂", { exact: true }).first().click();
  await page.getByText(/Right\. Δw is along x/).waitFor();
  await page.getByRole("button", { name: "One step on" }).click();
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("1");
  await turn(page);
  await turn(page);
  await page.getByText("η = 10").waitFor();
  await turn(page);
  await expect.poll(() => page.getByTestId("limit").textContent()).toBe("6.400");
  expect(complaints).toEqual([]);
});

it("a hidden layer: opens on its error", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, host.url);
  await page.getByRole("radio", { name: /A hidden layer/ }).click();
  // ½ (0.6 − 0.48497343085)²
  await expect.poll(() => page.getByTestId("loss").textContent()).toBe("0.006616");
  expect(complaints).toEqual([]);
});
