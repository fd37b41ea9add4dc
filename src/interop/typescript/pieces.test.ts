// The pieces of source that exported files are put together from are those of the sources that stand in src/ now.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { isElementwise } from "../../ir/op.ts";
import { records } from "../../ops/index.ts";
import { kernels, pieces, scalars } from "./pieces.generated.ts";

const script = "../../../scripts/source-pieces.mjs";

it("are current; if not: node scripts/source-pieces.mjs", async () => {
  const { piecesSource } = (await import(/* @vite-ignore */ script)) as { piecesSource(): string };
  const file = fileURLToPath(new URL("pieces.generated.ts", import.meta.url));
  expect(piecesSource() === readFileSync(file, "utf8")).toBe(true);
});

it("have every op", () => {
  const byKind = (isWanted: boolean) =>
    records.filter((one) => isElementwise(one) === isWanted).map(({ name }) => name);
  expect(Object.keys(scalars).sort()).toEqual(byKind(true).sort());
  expect([...Object.keys(kernels), "constant", "input"].sort()).toEqual(byKind(false).sort());
});

it("need nothing that is not there", () => {
  const written = /^OpAttributes|^(Kernel)?OpName$/;
  for (const [name, { needs }] of Object.entries(pieces))
    for (const need of needs) if (!written.test(need)) expect(pieces, `${need} of ${name}`).toHaveProperty([need]);
});
