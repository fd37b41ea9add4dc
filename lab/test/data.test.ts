// The data panel in a browser: sets with their options, own files by dialog, drop and paste, types that are changed, and files that are refused.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const fixtures = fileURLToPath(new URL("../../src/data/fixtures/", import.meta.url));
const host = sharedHost();

const shops = `id,size,zip,sold\n${Array.from(
  { length: 60 },
  (_, i) => `s${i},${i % 7 === 3 ? "" : i},${1000 + (i % 4)},${i % 60 > 29 ? "yes" : "no"}`,
).join("\n")}\n`;
/** However slow the machine is. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 60_000 });
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hash = (page: Page) => new URL(page.url()).hash;
const choose = (page: Page, name: string, text: string) =>
  page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
const drop = (page: Page, name: string, text: string) =>
  page.evaluate(
    ([name, text]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text!], name!));
      const events = ["dragover", "drop"].map(
        (type) => new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }),
      );
      for (const event of events) document.body.dispatchEvent(event);
      return events.every((event) => event.defaultPrevented);
    },
    [name, text],
  );

it("has the sets with their noise, features and share for validation", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=circle`);
  await page.getByRole("option", { name: "Spiral" }).click();
  await eventually(() => hash(page)).toContain("data=spiral");
  await page.getByRole("slider", { name: "Noise" }).press("ArrowRight");
  await eventually(() => hash(page)).toContain("noise=0.1");
  await page.getByRole("slider", { name: "Validation" }).press("ArrowRight");
  await eventually(() => hash(page)).toContain("validation=0.25");
  await page.getByRole("button", { name: "x1·x2" }).click();
  await eventually(() => hash(page)).toContain(`extra=${encodeURIComponent("x1·x2")}`);
  await page.getByRole("button", { name: "First rows" }).click();
  await page.getByRole("columnheader", { name: "x1·x2" }).waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as CSV" }).click();
  expect((await saved).suggestedFilename()).toBe("spiral.csv");
  expect(readFileSync(await (await saved).path(), "utf8")).toMatch(/^x1,x2,x1·x2,class\n/);
  await page.goBack();
  await eventually(() => hash(page)).not.toContain("extra");
  await page.getByRole("columnheader", { name: "x1·x2" }).waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
});

it("trains on a file that is dropped, and takes types that are changed", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=circle`);
  await page.getByRole("button", { name: "Open a file…" }).waitFor();
  await drop(page, "shops.csv", shops);
  await page.getByText("60 rows, 4 columns").waitFor();
  // Until a target is chosen nothing has changed.
  expect(hash(page)).toContain("data=circle");
  await page.getByLabel("Predict").selectOption("sold");
  await eventually(() => hash(page)).toContain(`data=shops.csv&sha256=${sha256(shops)}`);
  expect(hash(page)).toContain("target=sold");
  await page.getByRole("button", { name: "One step on" }).click();
  await eventually(() => page.getByTestId("step").textContent()).toBe("1");
  await page.getByRole("combobox", { name: "zip" }).selectOption("category");
  await eventually(() => hash(page)).toContain("columnTypes=zip=category");
  await page.getByText("4 features").waitFor();
  await page.getByLabel("id", { exact: true }).selectOption("number");
  await page.getByText('shops.csv, row 2, column "id": a number is needed').waitFor();
  expect(hash(page)).toContain("columnTypes=zip=category");
  expect(hash(page)).not.toContain("id=number");
  await page.getByRole("combobox", { name: "zip" }).selectOption("as inferred");
  await eventually(() => hash(page)).not.toContain("columnTypes");
  await page.getByRole("button", { name: "Gradient blame" }).click();
  await page
    .getByRole("button", { name: /predicted (yes|no)/ })
    .first()
    .click();
  await eventually(() => hash(page)).toMatch(/row=\d/);
  expect(complaints).toEqual([]);
});

it("is not left for a file that is dropped where none is taken", skipped, async () => {
  const { page } = await openPage(host.browser, host.url);
  await page.getByRole("heading", { name: "One neuron" }).waitFor();
  expect(await drop(page, "shops.csv", shops)).toBe(true);
});

it("takes CSV that is pasted", skipped, async () => {
  const { page } = await openPage(host.browser, `${host.url}#v=1&data=circle`);
  await page.getByLabel("Paste a table as CSV").evaluate((field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, shops);
  await page.getByLabel("Predict").selectOption("size");
  await eventually(() => hash(page)).toContain("data=pasted.csv");
});

it("reads TSV, JSON, Parquet and compressed files", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=circle`);
  for (const [name, buffer, words] of [
    ["shops.tsv", Buffer.from(shops.replaceAll(",", "\t")), "60 rows, 4 columns"],
    ["two.json", Buffer.from(JSON.stringify([{ a: 1, b: "x" }, { a: 2 }])), "2 rows, 2 columns"],
    ["people.parquet", readFileSync(join(fixtures, "people-snappy.parquet")), /\d rows, \d columns/],
    ["people-zstd.parquet", readFileSync(join(fixtures, "people-zstd.parquet")), /\d rows, \d columns/],
    ["shops.csv.gz", gzipSync(shops), "60 rows, 4 columns"],
  ] as const) {
    await page.locator("input[type=file]").setInputFiles({ name, mimeType: "", buffer });
    await page.getByText(words).waitFor();
    await page.getByRole("button", { name: `Leave ${name}` }).click();
    await page.getByText(words).waitFor({ state: "detached" });
  }
  expect(complaints).toEqual([]);
});

it("asks for the file that an address names, and refuses another one", skipped, async () => {
  const address = `#v=1&data=shops.csv&sha256=${sha256(shops)}&hidden=4&target=sold&step=7`;
  const { page } = await openPage(host.browser, `${host.url}${address}`);
  await page.getByText("This address trains on your file shops.csv").waitFor();
  await choose(page, "shops.csv", `${shops}s99,1,1000,no\n`);
  await page.getByText(/shops\.csv is another file than the address names: .* begins with [0-9a-f]{8}/).waitFor();
  expect(hash(page)).toBe(address);
  await choose(page, "copy of shops.csv", shops);
  await eventually(() => page.getByTestId("step").textContent()).toBe("7");
  await page.getByText("60 rows, 4 columns").waitFor();
});

it("says where a broken file is broken, and stays as it is", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=xor&hidden=4&step=5`);
  await eventually(() => page.getByTestId("step").textContent()).toBe("5");
  await choose(page, "ragged.csv", "a,b\n1,2\n3,4,5\n");
  await page.getByText("ragged.csv, row 3 has 3 cells").waitFor();
  await choose(page, "no.parquet", "PAR1 <img src=x onerror=alert(1)>");
  await page.getByText("no.parquet cannot be read as Parquet").waitFor();
  await choose(page, '"><script>alert(1)</script>.csv', '"<b>",y\n<i>1</i>,2\n2,3\n');
  await page.getByText("2 rows, 2 columns").waitFor();
  expect(hash(page)).toContain("data=xor");
  await eventually(() => page.getByTestId("step").textContent()).toBe("5");
  expect(complaints).toEqual([]);
});

it("takes a digit that is drawn by pointer or keys", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=circle`);
  await page.getByRole("option", { name: "Digits" }).click();
  const grid = page.getByRole("grid", { name: "Draw here" });
  await grid.getByRole("gridcell", { name: "row 1, column 1: 0.0" }).waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  const box = (await grid.boundingBox())!;
  const cell = (x: number, y: number) =>
    [box.x + (box.width * (x + 0.5)) / 14, box.y + (box.height * (y + 0.5)) / 14] as const;
  await page.mouse.move(...cell(7, 2));
  await page.mouse.down();
  await page.mouse.move(...cell(7, 11), { steps: 20 });
  await page.mouse.up();
  await grid.getByRole("gridcell", { name: "row 7, column 8: 1.0" }).waitFor();
  await grid.getByRole("gridcell", { name: "row 1, column 1:" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await grid.getByRole("gridcell", { name: "row 1, column 2: 1.0" }).waitFor();
  expect(await page.getByTestId("step").textContent()).toBe("0");
  await page.getByRole("button", { name: "Take it for a 1" }).click();
  await page.getByText("Loss as a 1").waitFor();
  await eventually(() => page.getByTestId("probability-1").textContent()).toMatch(/^[\d.]+ %$/);
  expect(complaints).toEqual([]);
});
