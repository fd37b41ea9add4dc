// The gallery: every scene and the free lab in three sizes and both themes, after many steps, as pictures to be looked at.
//
//   npm run build && node lab/gallery.mjs OUT             all of them, into a folder
//   npm run build && node lab/gallery.mjs OUT lab 2000    one place, after so many steps
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createJiti } from "jiti";

const [out = "gallery", only, steps = "10000"] = process.argv.slice(2);
const jiti = createJiti(import.meta.url, { jsx: true });
const { launch, openPage, servePage } = await jiti.import("./test/browser.ts");

const sgd = "optimizer=sgd&schedule=constant&epochs=10000&patience=10000";
const lab = "hidden=8,4&activation=tanh&learningRate=0.01&schedule=constant&epochs=1000&patience=1000";
const deep =
  "hidden=8,8,8,8,8,8,8,8,8,8&activation=sigmoid&learningRate=0.01&schedule=constant&epochs=1000&patience=1000";
/** Addresses by their names. */
const places = {
  neuron: `data=neuron&${sgd}&learningRate=0.5&scene=neuron&beat=1`,
  rates: `data=neuronAtRates&${sgd}&learningRate=1&scene=neuron&beat=5`,
  "hidden-layer": `data=hiddenLayer&${sgd}&learningRate=0.5&scene=hidden-layer&beat=0`,
  vanishing: `data=circle&${deep}&scene=vanishing&beat=1&panels=ledger`,
  run: `data=circle&${lab}&scene=run&beat=0&panels=out`,
  lab: `${lab}&data=circle`,
  spiral: `${lab}&data=spiral&panels=charts,layers`,
  penguins: `${lab}&data=penguins&panels=diagnosis,twins&twins=learningRate=0.1`,
};
const sizes = [
  [1440, 900],
  [1024, 768],
  [390, 844],
];

await mkdir(out, { recursive: true });
const server = await servePage();
const browser = await launch();
try {
  for (const [name, address] of Object.entries(places)) {
    if (only !== undefined && only !== name) continue;
    const { page, complaints } = await openPage(browser, `${server.url}#v=1&${address}&step=${steps}`);
    await page.waitForFunction(
      (step) => document.querySelector("[data-testid=step]")?.textContent.replaceAll(",", "") === step,
      steps,
      { timeout: 120_000 },
    );
    await page.evaluate(() => document.fonts.ready);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const [width, tall] of sizes) {
        await page.setViewportSize({ width, height: tall });
        await page.waitForLoadState("networkidle");
        await page.waitForTimeout(1000);
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        // Of a phone every screen, down to the end.
        for (let top = 0; top + 200 < height; top += tall - 200) {
          const part = top === 0 ? "" : `-${Math.round(top / (tall - 200)) + 1}`;
          const file = join(out, `${name}-${width}-${colorScheme}${part}.png`);
          await page.evaluate((top) => scrollTo(0, top), top);
          await page.screenshot({ path: file });
          console.log([file, ...complaints.splice(0)].join("\n  "));
        }
      }
    }
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.close();
}
