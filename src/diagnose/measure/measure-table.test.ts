// What networks of parts of a table tell of its labels and columns, whatever the training made of it.
import { describe, expect, it } from "vitest";
import "../../index.ts";
import { prepare, tableFromRows } from "../../data/index.ts";
import { splitmix32 } from "../../data/random.ts";
import type { TrainEvent } from "../../train/events.ts";
import { trainTable } from "../../train/tabular.ts";
import { contradictedLabels } from "../contradicted-labels.ts";
import { diagnose } from "../diagnose.ts";
import { measureTable } from "./measure-table.ts";

/** Numbers in [0, 1). */
const uniform = (seed: number) => {
  const next = splitmix32(seed);
  return () => next() / 2 ** 32;
};

/** Rows of two features and a class or a number that follows from them. */
function rows(count: number, of: (a: number, b: number, chance: () => number) => Record<string, unknown>) {
  const chance = uniform(5);
  return tableFromRows(
    Array.from({ length: count }, () => {
      const [a, b] = [2 * chance() - 1, 2 * chance() - 1];
      return { a, b, ...of(a, b, chance) };
    }),
    { source: "drawn" },
  );
}

const measured = (table: ReturnType<typeof rows>, target = "y") =>
  measureTable(table, { data: { target }, settings: { seed: 1 } });

const side = (a: number, b: number) => (a + b > 0 ? "over" : "under");
const other = (label: string) => (label === "over" ? "under" : "over");

describe("labels", () => {
  it("that follow from the features are not contradicted", async () => {
    const { folds } = await measured(rows(400, (a, b) => ({ y: side(a, b) })));
    expect(folds!.classes!.errorRate).toBeLessThan(0.1);
    expect(contradictedLabels(folds!)).toBeUndefined();
  });

  it("that follow by chance are not either: errors crowd where networks are unsure", async () => {
    const drawn = rows(600, (a, b, chance) => ({ y: chance() < 1 / (1 + Math.exp(-4 * (a + b))) ? "over" : "under" }));
    const { folds } = await measured(drawn);
    const { errorRate, surest } = folds!.classes!;
    expect(errorRate).toBeGreaterThan(0.1);
    expect(surest).toBeLessThan(0.66 * errorRate);
    expect(contradictedLabels(folds!)).toBeUndefined();
  });

  it("that were exchanged at random are: the surest answers have as many errors, and the rows are named", async () => {
    const flipped = new Set<number>();
    let row = 0;
    const drawn = rows(400, (a, b, chance) => {
      row++;
      if (chance() >= 0.2) return { y: side(a, b) };
      flipped.add(row);
      return { y: other(side(a, b)) };
    });
    const { folds } = await measured(drawn);
    const found = contradictedLabels(folds!)!;
    expect(found).toMatchObject({ severity: "warning", evidence: { rows: 400 } });
    expect(found.evidence.surest).toBeGreaterThan(0.13);
    const suspects = found.evidence.suspects as readonly number[];
    expect(suspects.filter((suspect) => flipped.has(suspect)).length).toBeGreaterThan(0.8 * suspects.length);
  });

  it("of one class are told from those of the others", async () => {
    const drawn = rows(600, (a, b, chance) => {
      const label = side(a, b);
      return { y: label === "over" && chance() < 0.35 ? "under" : label };
    });
    const { folds } = await measured(drawn);
    expect(contradictedLabels(folds!)).toMatchObject({ evidence: { class: "over" } });
  });
});

it("a rare class is not learnt where networks that have not seen its rows miss them, though the few for validation are recognised", async () => {
  const drawn = rows(400, (a, b, chance) => ({ y: a > 0.88 && chance() < 0.7 ? "rare" : side(a, b) }));
  const recipe = { data: { target: "y" }, settings: { seed: 1, epochs: 3 } };
  const { folds } = await measureTable(drawn, recipe);
  const rare = folds!.classes!.recall.find(({ rows }) => rows < 40)!;
  expect(rare.rows).toBeGreaterThanOrEqual(8);
  const classes = folds!.classes!;
  const events: TrainEvent[] = [];
  for await (const event of trainTable(prepare(drawn, recipe.data), recipe.settings)) events.push(event);
  const said = (share: number, validationRows: number) => {
    const recall = classes.recall.map((one) =>
      one === rare ? { ...rare, share, validationRows } : { ...one, share: 1 },
    );
    // As if the rows for validation were recognised.
    const known = events.map((event) =>
      event.type !== "examples" || event.validation?.errors === undefined
        ? event
        : {
            ...event,
            validation: { ...event.validation, errors: { ...event.validation.errors, recall: recall.map(() => 1) } },
          },
    );
    const { verdicts } = diagnose(known, { folds: { ...folds!, classes: { ...classes, recall } } });
    return verdicts.find(({ kind }) => kind === "class-imbalance");
  };
  expect(said(0.5, 2)).toMatchObject({
    severity: "warning",
    evidence: { class: "rare", recall: 0.5, othersRecall: 1 },
  });
  expect(said(0.5, 2)!.message).toContain("by networks that have not seen them");
  expect(said(0.9, 2)).toMatchObject({ severity: "info" });
  expect(said(0.5, 9)).toMatchObject({ severity: "info" });
});

describe("values", () => {
  const value = (a: number, b: number) => 10 + 3 * a + 2 * b * b;

  it("with noise of a heavy tail are not contradicted, nor is noise that grows with the value", async () => {
    const heavy = (chance: () => number) => Math.tan(1.3 * (chance() - 0.5));
    for (const noise of [
      (_: number, chance: () => number) => 0.4 * heavy(chance),
      (a: number, chance: () => number) => (a + 1.2) * (chance() - 0.5),
    ]) {
      const { folds } = await measured(rows(500, (a, b, chance) => ({ y: value(a, b) + noise(a, chance) })));
      expect(contradictedLabels(folds!)).toBeUndefined();
    }
  });

  it("that were exchanged are", async () => {
    let last = 10;
    const drawn = rows(500, (a, b, chance) => {
      const own = value(a, b);
      const given = chance() < 0.2 ? last : own;
      last = own;
      return { y: given };
    });
    expect(contradictedLabels((await measured(drawn)).folds!)?.severity).toBe("warning");
  });

  it("in another unit stand apart", async () => {
    let row = 0;
    const { folds } = await measured(rows(300, (a, b) => ({ y: value(a, b) * (row++ % 30 === 0 ? 1000 : 1) })));
    expect(folds!.numbers!.apart).toMatchObject({ rows: 10 });
    expect(contradictedLabels(folds!)!.message).toMatch(/another unit/);
  });
});

it("counts are measured with their own loss, a few far too large ones too", async () => {
  const counts = (mean: number) =>
    rows(300, (a, b, chance) => ({ y: Math.round(mean * Math.exp(a + 0.3 * b)) + (chance() < 0.05 ? 400 : 0) }));
  const data = { target: "y", task: "regression", standardize: false } as const;
  const of = async (mean: number) =>
    (await measureTable(counts(mean), { data, settings: { loss: "poisson", seed: 1 } })).folds!.numbers!;
  expect((await of(30)).robustR2).toBeGreaterThan(0.4);
  // Of which many are the same: their middle says nothing of the others.
  expect(await of(0.3)).toMatchObject({ excess: 0, held: 0, robustR2: 0 });
});

describe("columns", () => {
  it("that tell what no others do are tried without, with what these leave open", async () => {
    const drawn = rows(400, (a, b, chance) => {
      const y = a + b + 0.8 * (chance() - 0.5);
      return { later: Math.exp(y), y };
    });
    const { leaks } = await measured(drawn);
    expect(leaks).toMatchObject([{ column: "later", rows: 400 }]);
    expect(leaks![0]!.alone).toBeGreaterThan(0.95);
    expect(leaks![0]!.ratio).toBeGreaterThan(3);
  });

  it("that are given for a part of the rows are judged by these", async () => {
    let row = 0;
    const drawn = rows(400, (a, _, chance) => {
      const y = a + chance() > 0.5 ? "yes" : "no";
      return { later: row++ % 2 === 0 ? (y === "yes" ? 3 + chance() : chance()) : null, y };
    });
    const { leaks } = await measured(drawn);
    expect(leaks).toMatchObject([{ column: "later", rows: 200 }]);
    expect(leaks![0]!.ratio).toBeGreaterThan(3);
  });

  it("whose sum is the target are named, and no others", async () => {
    const drawn = rows(300, (a, _, chance) => {
      const [part, rest] = [chance(), chance()];
      return { part, rest, idle: chance(), y: 2 * part - 3 * rest + 0 * a };
    });
    const { arithmetic } = await measured(drawn);
    expect(arithmetic!.columns).toEqual(["part", "rest"]);
  });

  it("are what is to be learnt where the target is a sum of all", async () => {
    expect((await measured(rows(300, (a, b) => ({ y: a + 2 * b })))).arithmetic).toBeUndefined();
  });
});

it("says nothing of few rows, and the same every time", async () => {
  expect(await measured(rows(30, (a, b) => ({ y: side(a, b) })))).toEqual({});
  const table = rows(120, (a, b) => ({ y: side(a, b) }));
  expect(await measured(table)).toEqual(await measured(table));
});

it("measures features as ordinary trainings have them, however the training's own are", async () => {
  const table = rows(60, (a, b) => ({ far: 5000 + 300 * a, y: side(a, b) }));
  const of = (standardize: boolean) => {
    const recipe = { data: { target: "y", standardize }, settings: { seed: 1 } };
    return measureTable(table, recipe, prepare(table, recipe.data));
  };
  expect(await of(false)).toEqual(await of(true));
});
