// What the page weighs, gzipped: what is loaded at once, and the fonts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const assets = fileURLToPath(new URL("../../dist/lab/assets/", import.meta.url));
const files = readdirSync(assets);
const gzipped = (file: string): number => gzipSync(readFileSync(join(assets, file)), { level: 9 }).length;
const html = readFileSync(join(assets, "../index.html"), "utf8");

/** A script with all that it imports at once. */
function withImports(first: string): readonly string[] {
  const found = [first];
  for (const file of found) {
    const text = readFileSync(join(assets, file), "utf8");
    for (const [, name] of text.matchAll(/(?:^|[;}])(?:import|export)\b[^"'()]*["']\.\/([\w.-]+\.js)["']/g))
      if (!found.includes(name!)) found.push(name!);
  }
  return found;
}

const sizeOf = (list: readonly string[]): number => list.reduce((sum, file) => sum + gzipped(file), 0);
const entry = /assets\/([\w-]+\.js)/.exec(html)![1]!;

it("page: 225 KB", () => {
  const styles = [...html.matchAll(/assets\/([\w-]+\.css)/g)].map(([, name]) => name!);
  expect(sizeOf([...withImports(entry), ...styles])).toBeLessThanOrEqual(225_000);
});

it("worker: 150 KB, the operators of ONNX among them", () => {
  const page = withImports(entry).map((file) => readFileSync(join(assets, file), "utf8"));
  const worker = /["'`]([^"'`]*main-[\w-]+\.js)["'`]/.exec(page.join("\n"))![1]!;
  expect(sizeOf(withImports(worker.split("/").at(-1)!))).toBeLessThanOrEqual(150_000);
});

it("fonts: 110 KB", () => {
  const fonts = files.filter((file) => file.endsWith(".woff2") && file.startsWith("inter"));
  expect(fonts.length).toBeGreaterThan(0);
  // They are compressed as they are.
  expect(fonts.reduce((sum, file) => sum + readFileSync(join(assets, file)).length, 0)).toBeLessThanOrEqual(110_000);
});

it("formulas: 85 KB", () => {
  const formulas = files.filter((file) => /^formulas-.*\.(?:js|css)$/.test(file));
  expect(formulas).toHaveLength(2);
  expect(sizeOf(formulas)).toBeLessThanOrEqual(85_000);
});
