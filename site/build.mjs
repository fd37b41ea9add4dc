// `npm run site`: the documentation as a static site, in dist-site/: the pages of docs/, the API from the source, the lab. A dead link fails.
//
//   npm run site                          npm run site -- --base /chainrule/    for a site that is not at the root of its host
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { pages } from "../scripts/docs.mjs";
import { writeApi } from "./api.mjs";

const site = dirname(fileURLToPath(import.meta.url));
const root = join(site, "..");
const content = join(site, "content");

/** Pages of the repository that are pages of the site; README.md is for those who have the repository, docs/start.md begins the site. */
const repositoryPages = new Set([
  ...pages().filter((page) => page !== "README.md"),
  "examples/README.md",
  "examples/sweeps/README.md",
  "bench/README.md",
]);
/** Files that links of these lead to, as paths from the root: each becomes a page that shows it. */
const shown = new Set();

/** Where a file of the repository is on the site, from its root. */
const placeOf = (file) => file.replace(/^docs\//, "").replace(/README\.md$/, "index.md");

/** A page's text with its links as the site has them. */
function linked(page, text) {
  const from = posix.dirname(placeOf(page));
  const to = (place) => {
    const relative = posix.relative(from, place);
    return relative.startsWith(".") ? relative : `./${relative}`;
  };
  const blocks = text.split(/^(```[\s\S]*?^```$)/m);
  return blocks
    .map((block, i) => (i % 2 === 1 ? block : block.replace(/(!?)\[((?:[^\]\\]|\\.)*)\]\(([^)\s]+)\)/g, relink)))
    .join("");

  function relink(whole, image, label, link) {
    if (/^([a-z]+:|#)/.test(link)) return whole;
    const [path, anchor] = link.split("#");
    const target = posix.join(posix.dirname(page), path);
    const hash = anchor === undefined ? "" : `#${anchor}`;
    if (target === "README.md") return `${image}[${label}](${to("start.md")})`;
    if (repositoryPages.has(target)) return `${image}[${label}](${to(placeOf(target))}${hash})`;
    if (!existsSync(join(root, target))) throw new Error(`${page} links to ${link}, which is not there.`);
    // A folder has no page.
    if (statSync(join(root, target)).isDirectory()) return label;
    if (/^\.(png|svg)$/.test(extname(target))) {
      write(placeOf(target), readFileSync(join(root, target)));
      return `${image}[${label}](${to(placeOf(target))})`;
    }
    shown.add(target);
    return `${image}[${label}](${to(`source/${target}.md`)})`;
  }
}

function write(place, text) {
  const file = join(content, place);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A file as a page. Fences are longer than any in it; colours would take minutes. */
function sourcePage(file) {
  const text = readFileSync(join(root, file), "utf8");
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `---\noutline: false\nsearch: false\n---\n\n# ${file}\n\n${fence}text\n${text.trimEnd()}\n${fence}\n`;
}

rmSync(content, { recursive: true, force: true });
if (!existsSync(join(root, "dist/lab/index.html"))) throw new Error("The lab must be built first: npm run build");
for (const page of repositoryPages) write(placeOf(page), linked(page, readFileSync(join(root, page), "utf8")));
for (const file of readdirSync(join(site, "pages"))) write(file, readFileSync(join(site, "pages", file), "utf8"));
for (const file of [...shown].sort()) write(`source/${file}.md`, sourcePage(file));
cpSync(join(root, "dist/lab"), join(content, "public/play"), { recursive: true });
// On the first page, whose pictures are looked for here.
cpSync(join(root, "docs/lab.png"), join(content, "public/lab.png"));
await writeApi(join(content, "api"));
const vitepress = join(site, "node_modules/vitepress/bin/vitepress.js");
execFileSync(process.execPath, [vitepress, "build", site, ...process.argv.slice(2)], { stdio: "inherit" });
