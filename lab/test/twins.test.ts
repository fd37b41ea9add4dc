// Twins in the page: in step with the training, the same bits as alone, in the address, and by keys alone.
import { expect, it } from "vitest";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();

const xor = "#v=1&data=xor&hidden=4&activation=tanh&learningRate=0.03&schedule=constant&epochs=500&seed=3";

it("a twin comes to the losses of its settings alone, whatever way it went", skipped, async () => {
  const alone = await openPage(host.browser, `${host.url}${xor.replace("0.03", "0.1")}&step=150`);
  const loss = alone.page.getByTestId("loss");
  await expect.poll(() => alone.page.getByTestId("step").textContent()).toBe("150");
  const expected = await loss.textContent();
  await alone.page.context().close();

  const { page, complaints } = await openPage(host.browser, `${host.url}${xor}&panels=twins&twins=learningRate=0.1`);
  const twin = page.getByTestId("twin-loss-1");
  await expect.poll(() => twin.textContent()).toMatch(/\d/);
  await page.getByRole("button", { name: "Play" }).click();
  await expect.poll(async () => Number(await page.getByTestId("step").textContent())).toBeGreaterThan(5);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Play" }).waitFor();
  // From wherever it paused, on to the step.
  const step = async () => Number(await page.getByTestId("step").textContent());
  for (let at = await step(); at < 150; at = await step()) {
    await page.locator("body").press(150 - at >= 10 ? "Shift+ArrowRight" : "ArrowRight");
    await expect.poll(step).toBeGreaterThan(at);
  }
  await expect.poll(() => twin.textContent()).toBe(expected);
  expect(new URL(page.url()).hash).toContain("step=150");
  // Both losses lie over one another, each named.
  await page.locator('[aria-label^="Loss: "][aria-label*="--lr 0.1"]').waitFor();
  await page.getByRole("button", { name: "Charts" }).click();
  for (const chart of ["Metrics", "Errors"])
    await page.locator(`[aria-label^="${chart}: as it is"][aria-label*="--lr 0.1"]`).waitFor();
  await page.reload();
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("150");
  await expect.poll(() => twin.textContent()).toBe(expected);
  expect(complaints).toEqual([]);
});

it("is made by keys alone, named by its flags, gone on with, and taken back by the history", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}${xor}&panels=twins`);
  const value = page.getByRole("textbox", { name: "Value" });
  await value.focus();
  await page.keyboard.type("fast");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Learning rate must be" }).waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("0.1");
  await page.keyboard.press("Enter");
  await page.getByText("--lr 0.1 instead of 0.03").waitFor();
  expect(new URL(page.url()).hash).toContain("twins=learningRate=0.1");
  await page.getByRole("button", { name: "Go on with it" }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => new URL(page.url()).hash).toContain("learningRate=0.1");
  expect(new URL(page.url()).hash).not.toContain("twins=");
  await page.goBack();
  await page.getByText("--lr 0.1 instead of 0.03").waitFor();
  await page.goBack();
  await expect.poll(() => page.getByText("--lr 0.1 instead of 0.03").count()).toBe(0);
  expect(complaints).toEqual([]);
});

it("refuses an address with twins that cannot be, and names the field", skipped, async () => {
  const { page } = await openPage(host.browser, `${host.url}${xor}&twins=backend=wasm`);
  await page.getByText(/The address cannot be read at "twins"/).waitFor();
});
