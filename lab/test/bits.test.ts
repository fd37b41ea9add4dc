// One address, the same bits: in fresh browsers, and in Node, with what was set by hand, back and forth.
import { expect, it, onTestFinished } from "vitest";
import { readAddress } from "../src/recipe/address.ts";
import { fingerprintOf } from "../src/training/fingerprint.ts";
import { LabTraining } from "../src/training/lab-training.ts";
import { launch, openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();
const address =
  "v=1&data=circle&noise=0.2&extra=x1²&hidden=8,4&activation=gelu&dropout=0.1&normalization=batch&epochs=200&seed=7&step=731" +
  "&set=100:layers.0.weight[1,2]=0.5&set=300:rate=0.002";

it("gives the same weights in two browsers and in Node, and says so by the link", skipped, async () => {
  const state = readAddress(address);
  const training = await LabTraining.open(state);
  await training.seek(state.step);
  const bits = await fingerprintOf(await training.weights());
  const other = await launch();
  onTestFinished(() => other.close());
  for (const browser of [host.browser, other]) {
    const { page, complaints } = await openPage(browser, `${host.url}#${address}&bits=${bits}`);
    await page.getByText(`Same bits as in the link: the weights are ${bits}.`).waitFor();
    expect(complaints).toEqual([]);
  }
  const { page } = await openPage(host.browser, `${host.url}#${address}&bits=00000000`);
  await page.getByText(/Other bits than in the link/).waitFor();
});

it("goes back and on to the same bits", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#${address}`);
  const bits = page.getByTestId("bits");
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("731");
  await expect.poll(() => bits.textContent()).toMatch(/^[0-9a-f]{8}$/);
  const before = await bits.textContent();
  await page.getByRole("button", { name: "One step back" }).click();
  await expect.poll(() => bits.textContent()).not.toBe(before);
  await page.getByRole("button", { name: "One step on" }).click();
  await expect.poll(() => bits.textContent()).toBe(before);
  expect(complaints).toEqual([]);
});
