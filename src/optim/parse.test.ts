// Optimizers and schedules from JSON: the same data again, and words for everything that is broken.
import { describe, expect, it } from "vitest";
import { optimizerKinds, optimizerRecords, optimizers, parseOptimizer } from "./optimizers/index.ts";
import { fittedSchedule, parseSchedule, type Schedule, scheduleKinds, scheduleRecords } from "./schedules/index.ts";

const fail = (what: string) => new Error(what);
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
function message(read: () => unknown): string {
  try {
    return `read: ${JSON.stringify(read())}`;
  } catch (error) {
    expect(error).not.toBeInstanceOf(RangeError);
    return (error as Error).message;
  }
}

it("lists are named by the kinds of their records", () => {
  expect(Object.values(optimizerRecords).map(({ kind }) => kind)).toEqual(optimizerKinds);
  expect(Object.values(scheduleRecords).map(({ kind }) => kind)).toEqual(scheduleKinds);
});

describe("optimizers", () => {
  it.each(optimizerKinds)("%s is read as it was saved", (kind) => {
    const optimizer = optimizers[kind]({ learningRate: 0.125, weightDecay: 0.25 });
    expect(parseOptimizer(json(optimizer), "optimizer", fail)).toEqual(optimizer);
    expect(JSON.stringify(parseOptimizer({ kind }, "optimizer", fail))).toBe(JSON.stringify(optimizers[kind]()));
  });

  it("say what is broken", () => {
    const broken = [
      null,
      [],
      { kind: "adamax" },
      JSON.parse('{"__proto__": {"kind": "sgd"}}'),
      { kind: "toString" },
      { kind: "sgd", learningRate: "0.1" },
      { kind: "sgd", nesterov: 1 },
      { kind: "adam", beta2: 1 },
      { kind: "adam", learningRate: null },
    ];
    expect(
      broken.map((one) => message(() => parseOptimizer(one, "optimizer", fail))).join("\n"),
    ).toMatchInlineSnapshot(`
      "optimizer must be an optimizer, of a kind from adamw, adam, sgd, rmsprop, adagrad; it is null
      optimizer must be an optimizer, of a kind from adamw, adam, sgd, rmsprop, adagrad; it is []
      optimizer must be an optimizer, of a kind from adamw, adam, sgd, rmsprop, adagrad; it is {"kind":"adamax"}
      optimizer must be an optimizer, of a kind from adamw, adam, sgd, rmsprop, adagrad; it is {"__proto__":{"kind":"sgd"}}
      optimizer must be an optimizer, of a kind from adamw, adam, sgd, rmsprop, adagrad; it is {"kind":"toString"}
      optimizer.learningRate must be at least 0 and finite; it is "0.1"
      optimizer.nesterov must be true or false; it is 1
      optimizer.beta2 must be at least 0 and less than 1; it is 1
      optimizer.learningRate must be at least 0 and finite; it is null"
    `);
  });
});

describe("schedules", () => {
  const schedules: readonly Schedule[] = [
    ...scheduleKinds.map((kind) => fittedSchedule(kind, { steps: 40, learningRate: 0.5, patience: 9 })),
    { kind: "warmup", steps: 3, after: { kind: "warmup", steps: 2 } },
    { kind: "oneCycle", steps: 12, rise: 0.5 },
  ];
  it.each(schedules.map((schedule) => [schedule.kind, schedule] as const))(
    "%s is read as it was saved",
    (_, schedule) => {
      expect(parseSchedule(json(schedule), "schedule", fail)).toEqual(schedule);
    },
  );

  it("say what is broken", () => {
    let deep: unknown = { kind: "constant" };
    for (let i = 0; i < 100_000; i++) deep = { kind: "warmup", steps: 1, after: deep };
    const broken = [
      "cosine",
      { kind: "cosine" },
      { kind: "cosine", steps: 10, min: -1 },
      { kind: "warmup", steps: 10, after: "cosine" },
      { kind: "warmup", steps: 10, after: { kind: "cosine", steps: Number.NaN } },
      { kind: "plateau", patience: 1.5 },
      deep,
    ];
    expect(broken.map((one) => message(() => parseSchedule(one, "schedule", fail))).join("\n")).toMatchInlineSnapshot(`
      "schedule must be a schedule, of a kind from cosine, constant, oneCycle, warmup, step, exponential, plateau; it is "cosine"
      schedule.steps must be above 0 and finite; it is absent
      schedule.min must be at least 0 and finite; it is -1
      schedule.after must be a schedule; it is "cosine"
      schedule.after.steps must be above 0 and finite; it is null
      schedule.patience must be a whole number of at least 0; it is 1.5
      schedule.after.after.after.after.after.after.after.after.after.after.after is nested more than 10 deep"
    `);
  });
});
