// The site's settings: where its pages lie, and the lists beside them.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitepress";
import { entries } from "../../scripts/docs.mjs";

const content = join(import.meta.dirname, "../content");
const page = (text, link) => ({ text, link });

/** A heading's address, as docs.test.ts and forges have it, so that one link serves all. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const guides = [
  page("Start", "/start"),
  page("Tables", "/guides/tables"),
  page("Images", "/guides/images"),
  page("Text", "/guides/text"),
  page("Debugging a training", "/guides/debugging"),
  page("Shipping a model", "/guides/shipping"),
  page("Sweeps: many trainings", "/guides/sweeps"),
  page("From PyTorch", "/guides/from-pytorch"),
  page("From Keras", "/guides/from-keras"),
  page("In the browser", "/guides/browser"),
];

/** Pages of docs/ that are no guides, in the order of a reader's questions. */
const reference = [
  page("The command line", "/cli"),
  page("How tables are read", "/tables"),
  page("Ops", "/ops"),
  page("Exporting", "/export"),
  page("ONNX", "/onnx"),
  page("Events", "/events"),
  page("Trainings of PyTorch", "/bridge"),
  page("Observing", "/observe"),
  page("Explaining", "/explain"),
  page("Diagnosing", "/diagnose"),
  page("Checking gradients", "/check"),
  page("Several machines", "/machines"),
  page("Numerics", "/numerics"),
  page("The lab", "/lab"),
];
const more = [
  page("Figures", "/figures"),
  page("Bench", "/bench"),
  page("Calibration", "/calibration"),
  page("Architecture", "/ARCHITECTURE"),
  page("Decisions", "/decisions/"),
  page("Examples", "/examples/"),
  page("Contributing", "/CONTRIBUTING"),
  page("Changelog", "/CHANGELOG"),
];
const api = Object.keys(entries).map((name) => page(name, `/api/${name}`));

const listed = new Set([...guides, ...reference, ...more].map(({ link }) => `${link.slice(1)}.md`));
const unlisted = readdirSync(content).filter(
  (file) => file.endsWith(".md") && !listed.has(file) && !["index.md", "try.md"].includes(file),
);
if (unlisted.length > 0)
  throw new Error(`These pages are in no list of site/.vitepress/config.mjs: ${unlisted.join(", ")}.`);

export default defineConfig({
  title: "Chainrule",
  description:
    "Trains neural networks in TypeScript, on Node and in the browser, and shows every gradient while it does.",
  srcDir: "content",
  outDir: "../dist-site",
  markdown: { anchor: { slugify } },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [page("Start", "/start"), page("API", "/api/chainrule"), page("Lab", "/try")],
    sidebar: [
      { text: "Guides", items: guides },
      { text: "Reference", items: reference },
      { text: "API", collapsed: true, items: api },
      { text: "More", items: more },
    ],
  },
});
