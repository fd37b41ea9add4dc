// Profiles of the rows are made for who reads them, and for nobody else.
import { beforeEach, expect, it, vi } from "vitest";
import { prepare, tableFromRows } from "../src/data/index.ts";
import { tryRemedies } from "../src/diagnose/try-remedies.ts";
import { rangeTest, type TrainEvent, trainTable } from "../src/train/index.ts";

const made = vi.hoisted(() => [] as string[]);
vi.mock(import("../src/observe/data-profile.ts"), async (original) => {
  const { profileData } = await original();
  return {
    profileData: (...given) => {
      made.push("data");
      return profileData(...given);
    },
  };
});
vi.mock(import("../src/observe/examples.ts"), async (original) => {
  const { profileExamples } = await original();
  return {
    profileExamples: (...given) => {
      made.push("examples");
      return profileExamples(...given);
    },
  };
});
beforeEach(() => {
  made.length = 0;
});

const rows = Array.from({ length: 60 }, (_, i) => ({ a: i, b: (i * 7) % 11, kind: i % 2 === 0 ? "x" : "y" }));
const table = tableFromRows(rows, { source: "rows" });
const data = { target: "kind" } as const;
const settings = { epochs: 2, hidden: [4], backend: "reference" } as const;
const prepared = prepare(table, data);

const typesOf = async (events: AsyncIterable<TrainEvent>): Promise<TrainEvent["type"][]> => {
  const types: TrainEvent["type"][] = [];
  for await (const { type } of events) if (type !== "observation" && type !== "progress") types.push(type);
  return types;
};

it("the events of a training have both", async () => {
  const types = await typesOf(trainTable(prepared, settings));
  expect(types).toEqual(["start", "data", "epoch", "epoch", "examples", "end"]);
  expect(made).toEqual(["data", "examples"]);
});

it("without them the other events are the same", async () => {
  const training = trainTable(prepared, settings);
  expect(await typesOf(training.withoutProfiles())).toEqual(["start", "epoch", "epoch", "end"]);
  const { metrics } = await training.result();
  expect(metrics).toEqual((await trainTable(prepared, settings).result()).metrics);
  expect(made).toEqual([]);
});

it("neither a range test nor the twins of a diagnosis make any", async () => {
  await rangeTest(prepared, settings);
  expect(made).toEqual([]);
  const events: TrainEvent[] = [];
  for await (const event of trainTable(prepared, settings)) events.push(event);
  made.length = 0;
  const verdict = { kind: "vanishing-gradient", severity: "warning", confidence: 1, sinceStep: 1 } as const;
  const { steps } = await tryRemedies(
    [{ ...verdict, message: "", layers: [], evidence: {}, cause: {} }],
    events,
    table,
    {
      data,
      settings,
    },
  );
  expect(steps).toBeGreaterThan(0);
  expect(made).toEqual([]);
});
