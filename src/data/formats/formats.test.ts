// What holds of every file format of the list.
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { contentOf } from "./content.ts";
import { fileFormats, formatOfContent, formatOfName } from "./index.ts";

const fixture = (name: string) => readFile(new URL(`../fixtures/${name}`, import.meta.url));
const bytes = (text: string) => new TextEncoder().encode(text);

/** A small file of each, and the format that its content alone tells. */
const samples: Readonly<Record<string, { readonly content: () => Promise<Uint8Array>; readonly told: string }>> = {
  CSV: { content: async () => bytes("a,b\n1,2\n"), told: "CSV" },
  TSV: { content: async () => bytes("a\tb\n1\t2\n"), told: "CSV" },
  JSON: { content: async () => bytes('[{"a": 1, "b": 2}]'), told: "JSON" },
  Parquet: { content: () => fixture("people-snappy.parquet"), told: "Parquet" },
};

it("an ending belongs to one format, in whatever case it is written", () => {
  const endings = fileFormats.flatMap((format) => format.endings);
  expect(new Set(endings).size).toBe(endings.length);
  for (const format of fileFormats)
    for (const ending of format.endings) expect(formatOfName(`a.b/data.${ending.toUpperCase()}`)).toBe(format);
});

it.each(fileFormats.map((format) => [format.name, format] as const))("%s reads its sample", async (name, format) => {
  const { content, told } = samples[name]!;
  const sample = contentOf(await content(), "sample", true, {});
  expect((await format.read(sample)).rows).toBeGreaterThan(0);
  expect(formatOfContent(contentOf(sample.bytes, "sample", false, {}))?.name).toBe(told);
});
