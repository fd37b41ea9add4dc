// Errors of the data: programs read names of settings, people on a command line read flags.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { type PrepareOptions, prepare, tableFromRows } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { messageOf } from "./setting-advice.ts";

const rows = Array.from({ length: 12 }, (_, i) => ({
  a: ((i * 7) % 12) + 0.5,
  "b c": i % 3 ? i : "x",
  name: `n${i}`,
  y: i % 2,
}));

function failure(options: PrepareOptions, of: readonly object[] = rows): ChainruleError {
  try {
    prepare(tableFromRows(of, { source: "rows" }), options);
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
  throw new Error("no error came");
}

it.each([
  [{ target: "name" }, 'say task: "classification" if', "say --task classification if"],
  [{ target: "name", task: "regression" as const }, '(task: "classification")', "(--task classification)"],
  [
    { target: "y", columnTypes: { y: "ignore" as const } },
    'drop columnTypes: { y: "ignore" }.',
    "drop --type y=ignore.",
  ],
  [
    { target: "y", columnTypes: { "b c": "number" as const } },
    'e.g. columnTypes: { "b c": "category" }.',
    "e.g. --type 'b c=category'.",
  ],
  [
    { target: "y", memoryLimit: 9, columnTypes: { "b c": "ignore" as const } },
    'columnTypes: { a: "ignore" }',
    "--type a=ignore",
  ],
])("%j: %s on the command line: %s", (options, named, flag) => {
  const error = failure(options);
  expect(error.message).toContain(named);
  expect(error.message).not.toContain("--");
  const text = messageOf(error);
  expect(text).toContain(flag);
  expect(text).not.toContain(named);
});

it("no flag is written outside the command line and the records of settings", () => {
  const src = fileURLToPath(new URL("..", import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !/\.test\.ts$|^cli\/|^train\/settings\//.test(file));
  expect(files.length).toBeGreaterThan(100);
  const flag = /[\s"'`]--[a-z][a-z-]*/;
  expect(
    files.flatMap((file) => flag.exec(readFileSync(join(src, file), "utf8"))?.map((text) => `${file}: ${text}`) ?? []),
  ).toEqual([]);
});
