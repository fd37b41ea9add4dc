// The gallery: every scene and the free lab in three sizes and both themes, after many steps, as pictures to be looked at.
//
//   npm run build && node lab/gallery.mjs OUT            all of them, into a folder
//   npm run build && node lab/gallery.mjs OUT lab 10000  one place, after so many steps
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createJiti } from "jiti";

const [out = "gallery", only, steps = "2000"] = process.argv.slice(2);
const jiti = createJiti(import.meta.url, { jsx: true });
const { launch, openPage, servePage } = await jiti.import("./test/browser.ts");

const lab = "v=1&hidden=8,4&activation=tanh&learningRate=0.01&schedule=constant&epochs=1000&patience=1000";
/** Addresses by their names; the scenes begin at their first beat. */
const places = {
  neuron: "v=1&data=neuron&optimizer=sgd&learningRate=0.5&schedule=constant&epochs=10000&scene=neuron&beat=1",
  rates: "v=1&data=neuronAtRates&optimizer=sgd&learningRate=1&schedule=constant&epochs=10000&scene=neuron&beat=5",
  "hidden-layer":
    "v=1&data=hiddenLayer&optimizer=sgd&learningRate=0.5&schedule=constant&epochs=10000&scene=hidden-layer&beat=0",
  lab: `${lab}&data=circle&step=${steps}`,
  spiral: `${lab}&data=spiral&step=${steps}`,
  penguins: `${lab}&data=penguins&step=${steps}`,
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
    for (const colorScheme of ["light", "dark"]) {
      for (const [width, height] of sizes) {
        const { page, complaints } = await openPage(browser, `${server.url}#${address}`, {
          viewport: { width, height },
          colorScheme,
        });
        await page.waitForFunction(() => document.querySelector("[data-testid=loss]")?.textContent !== "0", undefined, {
          timeout: 120_000,
        });
        await page.evaluate(() => document.fonts.ready);
        await page.waitForLoadState("networkidle");
        await page.waitForTimeout(1500);
        const file = join(out, `${name}-${width}-${colorScheme}.png`);
        await page.screenshot({ path: file });
        console.log([file, ...complaints].join("\n  "));
        await page.context().close();
      }
    }
  }
} finally {
  await browser.close();
  await server.close();
}
