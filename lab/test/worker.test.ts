// A worker that ends: the page says it, and opens the training again at the step where it was, with the same bits.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { readAddress } from "../src/recipe/address.ts";
import { fingerprintOf } from "../src/training/fingerprint.ts";
import { LabTraining } from "../src/training/lab-training.ts";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();

const address = "v=1&data=circle&noise=0.2&hidden=4,3&activation=tanh&learningRate=0.03&epochs=500&seed=5";
const step = async (page: Page) => Number((await page.getByTestId("step").textContent())!.replaceAll(",", ""));
/** It is really ended, as by the browser: no event tells the page. */
async function end(page: Page, which = 0): Promise<void> {
  const worker = page.workers()[which];
  const isGone = worker!.waitForEvent("close");
  await worker!.evaluate("void setTimeout(() => close())");
  await isGone;
}

it("is said while the training holds, and opens to the same bits, from which it goes on", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#${address}&step=150`);
  await expect.poll(() => step(page)).toBe(150);
  const bits = page.getByTestId("bits");
  await expect.poll(() => bits.textContent()).toMatch(/^[0-9a-f]{8}$/);
  const before = await bits.textContent();
  await end(page);
  await page.getByText("What computes has stopped.").waitFor();
  await page.getByRole("button", { name: "Open it again at step 150" }).click();
  await page.getByText("What computes has stopped.").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "One step on" }).click();
  await expect.poll(() => step(page)).toBe(151);
  await page.getByRole("button", { name: "One step back" }).click();
  await expect.poll(() => step(page)).toBe(150);
  await expect.poll(() => bits.textContent()).toBe(before);
  expect(complaints).toEqual([]);
});

it("is said while the training plays, which has stopped where it was seen last", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#${address}`);
  await page.getByRole("button", { name: "Play" }).click();
  await expect.poll(() => step(page)).toBeGreaterThan(5);
  await end(page);
  await page.getByRole("button", { name: "Play" }).waitFor();
  const offer = page.getByRole("button", { name: /^Open it again at step \d+$/ });
  const seen = Number(/\d+$/.exec((await offer.textContent())!)![0]);
  expect(seen).toBe(await step(page));
  await offer.click();
  await offer.waitFor({ state: "detached" });
  const training = await LabTraining.open(readAddress(address));
  await training.seek(seen);
  const bits = await fingerprintOf(await training.weights());
  await expect.poll(() => page.getByTestId("bits").textContent()).toBe(bits);
  expect(await step(page)).toBe(seen);
  expect(complaints).toEqual([]);
});

it("of a twin is said beside it at once, and the others go on", skipped, async () => {
  const twin = `${address}&panels=twins&twins=learningRate=0.1`;
  const { page, complaints } = await openPage(host.browser, `${host.url}#${twin}&step=20`);
  await expect.poll(() => page.getByTestId("twin-loss-1").textContent()).toMatch(/\d/);
  await end(page, 1);
  await page.getByText("The browser ended its worker.").waitFor();
  await page.getByRole("button", { name: "One step on" }).click();
  await expect.poll(() => step(page)).toBe(21);
  expect(complaints).toEqual([]);
});
