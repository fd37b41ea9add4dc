// Every entry of the package is bundled for a page: no module of Node is asked for by name where a bundler would follow it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, string | { readonly default: string }>;
};
const entries = Object.entries(exports).flatMap(([name, target]) =>
  typeof target === "string" ? [] : [[name, target.default] as const],
);

it.each(entries)("%s", async (_, file) => {
  const outside: string[] = [];
  const bundle = await rolldown({
    input: join(root, file),
    platform: "browser",
    external: (id) => {
      if (id.startsWith("node:")) outside.push(id);
      return id.startsWith("node:");
    },
    onLog: (level, log) => {
      if (level === "warn" && log.code === "UNRESOLVED_IMPORT") outside.push(log.message);
    },
  });
  const { output } = await bundle.generate({ format: "esm" });
  expect(outside).toEqual([]);
  expect(output.some((chunk) => chunk.type === "chunk")).toBe(true);
});

it.each(["index", "nn/index", "train/index"])("%s loads no reader of protocol buffers", async (name) => {
  const bundle = await rolldown({
    input: join(root, `dist/${name}.js`),
    platform: "browser",
    external: [/^node:/],
  });
  const { output } = await bundle.generate({ format: "esm" });
  const first = output.filter((chunk) => chunk.type === "chunk" && (chunk.isEntry || !chunk.isDynamicEntry));
  const loaded = first.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  expect(loaded.length).toBeGreaterThan(50);
  expect(loaded.filter((id) => id.includes("@bufbuild"))).toEqual([]);
});

it("a page that imports a part computes at once", async () => {
  const program = `import { tensor } from ${JSON.stringify(join(root, "dist/index.js"))};
export const sum = tensor([1, 2]).add(1).sum().item();`;
  const bundle = await rolldown({
    input: "program",
    platform: "browser",
    external: (id) => id.startsWith("node:"),
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === "program" ? id : null),
        load: (id) => (id === "program" ? program : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false });
  const folder = mkdtempSync(join(tmpdir(), "chainrule-bundle-"));
  try {
    const file = join(folder, "program.mjs");
    writeFileSync(file, output[0].code);
    expect(((await import(file)) as { sum: number }).sum).toBe(5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Of package.json: files of dist/, and those that bundlers for browsers take in their place. */
const { browser } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { browser: Record<string, string> };

it.each(Object.entries(browser))("%s is replaced by a file with the same exports", async (file, other) => {
  const [exported, stand] = await Promise.all(
    [file, other].map(async (path) => Object.keys((await import(join(root, path))) as object).sort()),
  );
  expect(stand).toEqual(exported);
});
