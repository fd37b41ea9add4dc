// From the list of commands alone: each has its help, is found where it is mistyped, and loads its heavy parts only when it runs.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { chainrule } from "../test-command.ts";
import { commands } from "./index.ts";

/** Of the list, and those within groups. */
const all = commands.flatMap((one) =>
  "commands" in one
    ? [{ ...one, path: [one.name] }, ...one.commands.map((inner) => ({ ...inner, path: [one.name, inner.name] }))]
    : [{ ...one, path: [one.name] }],
);

it.each(all)("$name has a help of 80 columns, which says what it does and shows examples", async (record) => {
  const { path, summary, description, examples } = record;
  const { code, stdout } = await chainrule([...path, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^Usage: chainrule ${path.join(" ")} `));
  expect(stdout.replace(/\s+/g, " ")).toContain(description);
  for (const text of examples) expect(stdout).toContain(`  $ chainrule ${text}`);
  const texts = stdout.slice(0, stdout.indexOf("\nExample")).split("\n");
  expect(texts.filter((line) => line.length > 80)).toEqual([]);
  expect(summary).toMatch(/^[a-z]/);
  expect(description).toMatch(/^[A-Z][\s\S]*\.$/);
});

it.each(commands)("$name is suggested where it is mistyped", async ({ name }) => {
  const { code, stderr } = await chainrule(`${name}x`);
  expect(code).toBe(2);
  expect(stderr).toContain(`(Did you mean ${name}?)`);
});

it("the program is loaded without the engine, and without the lab's server", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  // What main.ts loads, once what is compiled may be kept.
  const seen = new Set([resolve(root, "cli/program.ts")]);
  const packages = new Set<string>();
  for (const file of seen)
    for (const [, kind, from] of readFileSync(file, "utf8").matchAll(
      /^(?:import|export) (type )?(?:[\w*{][^;]*? from )?"([^"]+)";/gm,
    ))
      if (kind === undefined && !from!.startsWith(".")) packages.add(from!);
      else if (kind === undefined) seen.add(resolve(dirname(file), from!));
  expect(seen).toContain(resolve(root, "cli/commands/train.ts"));
  expect(seen).not.toContain(resolve(root, "index.ts"));
  expect(seen).not.toContain(resolve(root, "cli/engine.ts"));
  expect(seen).not.toContain(resolve(root, "cli/lab/server.ts"));
  expect(packages).toContain("commander");
  expect([...packages].filter((name) => /hono/.test(name))).toEqual([]);
});
