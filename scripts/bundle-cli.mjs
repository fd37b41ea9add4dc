// Bundles the command line in dist/cli/ into a few files, as Node takes a good half of a millisecond for each of five hundred modules; beside them, what `chainrule bridge` prints.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cli = join(root, "dist/cli");
const { bridges } = await import("../dist/cli/bridge/bridges.js");

/** What the executable loads to read its arguments, and what most commands do their work with. Other modules are loaded when they are asked for. */
const parts = ["program", "engine"].map((name) => ({ name, entry: join(cli, `${name}.js`), modules: undefined }));

/** The first part that loads a module with its entry. */
function partOf(id, graph) {
  for (const part of parts) {
    part.modules ??= loadedWith(part.entry, graph);
    if (part.modules.has(id)) return `${part.name}-modules`;
  }
  return null;
}

function loadedWith(entry, graph) {
  const found = new Set([entry]);
  // A set's iterator meets what is added on the way.
  for (const id of found) for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}

/** Stays as it is, and loads the package's own modules as the user's module does that it checks. */
const apart = "check-file.js";

const bundle = await rolldown({
  input: { main: join(cli, "main.js"), ...Object.fromEntries(parts.map(({ name, entry }) => [name, entry])) },
  platform: "node",
  // Packages and modules of Node.
  external: (id) => (!id.startsWith(".") && resolve(id) !== id) || basename(id) === apart,
  // A module that is in a part anyway may be asked for by others when they need it.
  checks: { ineffectiveDynamicImport: false },
});
// All of it is read before its place is made empty.
const { output } = await bundle.generate({
  format: "esm",
  chunkFileNames: "[name].js",
  codeSplitting: { groups: [{ name: partOf, debugName: "parts" }] },
  comments: false,
});
await bundle.close();
const kept = readFileSync(join(cli, apart));
rmSync(cli, { recursive: true });
mkdirSync(join(cli, "bridge"), { recursive: true });
for (const { fileName, code } of output) writeFileSync(join(cli, fileName), code);
writeFileSync(join(cli, apart), kept);
chmodSync(join(cli, "main.js"), 0o755);
for (const { file } of Object.values(bridges))
  copyFileSync(join(root, "src/cli/bridge", file), join(cli, "bridge", file));
