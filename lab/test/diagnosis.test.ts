// Diagnosis in the page: verdicts while it trains, what is not finite, remedies as twins, and trials with a stop.
import { expect, it } from "vitest";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();

const slow =
  "#v=1&data=xor&hidden=8,8&activation=relu&optimizer=sgd&learningRate=0.00001&schedule=constant&epochs=20&seed=3&panels=diagnosis";

it(
  "tells what is wrong as the training goes on, with its figures, and opens a remedy as a twin by keys alone",
  skipped,
  async () => {
    const { page, complaints } = await openPage(host.browser, `${host.url}${slow}`);
    await page.getByText("Nothing is known before the first step").waitFor();
    await page.getByRole("button", { name: "Play" }).click();
    const verdict = page.getByRole("article").filter({ hasText: "learning rate too low" });
    await verdict.waitFor();
    await page
      .getByRole("button", { name: "Pause" })
      .or(page.getByRole("button", { name: "Play" }))
      .waitFor();
    expect(await verdict.locator("dt").allTextContents()).toContain("update ratio");
    const remedy = verdict.getByRole("button", { name: /ten times as high/ });
    await remedy.focus();
    await page.keyboard.press("Enter");
    await page.getByText("--lr 0.0001 instead of 0.00001").waitFor();
    expect(new URL(page.url()).hash).toContain("twins=learningRate=0.0001");
    expect(complaints).toEqual([]);
  },
);

it("shows where a loss that is not finite began, in place of a blank page", skipped, async () => {
  const address = slow.replace("0.00001", "1e30").replace("&panels=diagnosis", "&step=40");
  const { page, complaints } = await openPage(host.browser, `${host.url}${address}`);
  const verdict = page.getByRole("article").filter({ hasText: "non finite" });
  await verdict.waitFor();
  expect(await verdict.textContent()).toMatch(/It began in layers\.\d: matmul gave/);
  await page.getByText(/The loss became NaN at step 2.*The diagnosis says where it began/).waitFor();
  await page.getByRole("button", { name: /^Layer \d: severe, non finite/ }).waitFor();
  // Back before it, nothing is wrong any more.
  await page.locator("body").press("Home");
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("0");
  await expect.poll(() => page.getByText(/The loss became NaN/).count()).toBe(0);
  expect(complaints).toEqual([]);
});

it("examines in a worker beside the training, and stops", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}${slow}&step=400`);
  const examination = page.getByRole("region", { name: "Examination" });
  await examination.getByRole("button", { name: "Examine" }).click();
  await examination.getByText("Training networks on parts of the table").waitFor();
  await examination.getByText("Examined at step 400: each remedy in a twin of 400 steps").waitFor();
  const rows = examination.getByRole("row");
  expect(await rows.count()).toBeGreaterThanOrEqual(3);
  await expect.poll(() => rows.allTextContents()).toContainEqual(expect.stringContaining("as it was"));
  // What was tried stands at the verdict, with its figures, as long as the training is where it was examined.
  const remedy = page.getByRole("article").getByRole("button", { name: /^[\d.]+ with .*ten times as high/ });
  await remedy.waitFor();
  await page.locator("body").press("ArrowLeft");
  await page.getByText("Try in a twin").waitFor();
  expect(await remedy.count()).toBe(0);
  await examination.getByRole("button", { name: /Back to step 400/ }).click();
  await remedy.click();
  await page.getByText("--lr 0.0001 instead of 0.00001").waitFor();
  // Pressed when it appears: however fast the twins are, none has answered by then.
  await examination.evaluate((region) => {
    new MutationObserver(() => {
      const stop = [...region.querySelectorAll("button")].find(({ textContent }) => textContent.trim() === "Stop");
      stop?.click();
    }).observe(region, { childList: true, subtree: true });
  });
  await examination.getByRole("button", { name: "Examine" }).click();
  await examination.getByText(/Stopped after \d/).waitFor();
  expect(complaints).toEqual([]);
});
