// Pictures of the page at an address, for who works on it: node lab/look.mjs OUT [ADDRESS [WIDTHxHEIGHT [light|dark]]]
import { createJiti } from "jiti";

const [out, address = "", size = "1440x900", colorScheme = "light"] = process.argv.slice(2);
const { launch, openPage, servePage } = await createJiti(import.meta.url).import("./test/browser.ts");
const [width, height] = size.split("x").map(Number);
const server = await servePage();
const browser = await launch();
try {
  const { page, complaints } = await openPage(browser, `${server.url}${address}`, {
    viewport: { width, height },
    colorScheme,
  });
  await page.waitForFunction(() => document.querySelector("[data-testid=step]") !== null);
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => document.querySelector("[data-testid=loss]")?.textContent !== "0");
  await page.waitForTimeout(1500);
  await page.screenshot({ path: out });
  for (const complaint of complaints) console.log(complaint);
} finally {
  await browser.close();
  await server.close();
}
