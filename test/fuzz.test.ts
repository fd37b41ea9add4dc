// A thousand changed files for each reader, as every run of the tests has them: see fuzz.mjs.
import { expect, it } from "vitest";
import { fuzz, readers, slow } from "./fuzz.mjs";

it.each(readers)("%s: changed files are read, or refused by a ChainruleError", { timeout: 600_000 }, async (reader) => {
  const faults = await fuzz(reader, { files: slow.includes(reader) ? 150 : 1000, seed: 20 });
  expect(faults.map(({ index, message }) => `file ${index}: ${message}`)).toEqual([]);
});
