// Built-in sets: their recipes train well in seconds, and the command line comes to the same bits from their tables as CSV.
import { writeFile } from "node:fs/promises";
import { loadTable, openRun } from "chainrule/runs";
import { describe, expect, it } from "vitest";
import { chainrule } from "../../../src/cli/test-command.ts";
import { folderPerTest } from "../../../src/runs/test-folder.ts";
import { commandLine, fileOf } from "../recipe/command-line.ts";
import type { Recipe, SetOptions } from "../recipe/recipe.ts";
import { LabTraining } from "../training/lab-training.ts";
import { csvOf } from "./csv.ts";
import { setNames, setOf } from "./index.ts";

const tables = setNames.flatMap((name) => {
  const set = setOf(name);
  return set.kind === "table" ? [[name, set] as const] : [];
});

describe.each(tables)("%s", (name, set) => {
  it("is the same table each time, of numbers with four decimals", async () => {
    const rows = await set.rows({});
    expect(await set.rows({})).toEqual(rows);
    for (const row of rows)
      for (const value of Object.values(row))
        if (typeof value === "number") expect(Number(value.toFixed(4))).toBe(value);
    if (set.noise !== undefined) {
      expect(await set.rows({ noise: set.noise })).toEqual(rows);
      expect(await set.rows({ noise: set.noise + 0.1 })).not.toEqual(rows);
    }
  });

  it("is learned by its recipe", async () => {
    const training = await LabTraining.open(recipeOf({ settings: { ...set.settings, seed: 1 } }));
    await training.seek(Number.MAX_SAFE_INTEGER);
    expect(training.standing).toBe("ended");
    const { columns } = training.columns(0, ["validation:accuracy", "validation:r2"]);
    expect(columns[0]!.mean.at(-1)).toBeGreaterThanOrEqual(set.reaches);
  });

  it("is trained to the same bits by the command line", async () => {
    const extra = Object.keys(set.extra ?? {});
    const options: SetOptions = { ...(set.noise !== undefined && { noise: 0.3 }), ...(extra.length > 0 && { extra }) };
    const recipe = recipeOf({
      data: { kind: "set", name, options },
      settings: { ...set.settings, epochs: 12, patience: 5, validation: 0.3, seed: 7 },
    });
    const training = await LabTraining.open(recipe);
    await training.seek(Number.MAX_SAFE_INTEGER);
    const { variables } = (await training.held((held) => held.finish())).result;

    await writeFile(fileOf(recipe.data), csvOf(training.opened.table!));
    const words = commandLine(recipe)!.split(" ").slice(1);
    expect(await chainrule([...words, "--out", "run"])).toMatchObject({ code: 0 });
    expect((await loadTable(await openRun("run"))).variables).toEqual(variables);
  });
  folderPerTest();

  const recipeOf = (given: Partial<Recipe>): Recipe => ({
    ...{ data: { kind: "set", name, options: {} }, settings: set.settings, interventions: [] },
    ...given,
  });
});

it("has no command line for what no table makes", () => {
  const lesson: Recipe = { data: { kind: "set", name: "neuron", options: {} }, settings: {}, interventions: [] };
  expect(commandLine(lesson)).toBeUndefined();
  const file = { kind: "file", name: "-it's a table.csv", sha256: "" } as const;
  expect(commandLine({ data: file, settings: { target: ["a", "b"], hidden: [] }, interventions: [] })).toBe(
    "chainrule train './-it'\\''s a table.csv' --target a,b --hidden none --deterministic",
  );
});
