// `npm run size`: what a page loads that imports Chainrule: bundled for a browser, minified, gzipped.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
const entry = "\0entry";

/** Bytes of a bundle that exports all that these entries export: { minified, gzip }. */
export async function sizeOf(...entries) {
  const code = entries.map((name) => `export * from ${JSON.stringify(join(dist, name))};`).join("\n");
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    // Readers of files, which a page that has none does not load.
    external: [/^hyparquet/, /^node:/],
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? code : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  const text = output.map((chunk) => chunk.code ?? "").join("");
  return { minified: Buffer.byteLength(text), gzip: gzipSync(text, { level: 9 }).length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const core = "index.js";
  const rows = {
    "chainrule (with its WebAssembly)": await sizeOf(core),
    "chainrule, /nn, /optim": await sizeOf(core, "nn/index.js", "optim/index.js"),
    "chainrule, /nn, /optim, /train": await sizeOf(core, "nn/index.js", "optim/index.js", "train/index.js"),
  };
  console.log(`${"".padEnd(34)}  minified      gzip`);
  for (const [name, { minified, gzip }] of Object.entries(rows)) {
    const bytes = [minified, gzip].map((n) => `${n.toLocaleString("en")} B`.padStart(10)).join("");
    console.log(`${name.padEnd(34)}${bytes}`);
  }
}
