// The JSON Schema of run folders: what trainings write is valid by it, and whatever is changed is valid just where reading takes it.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { chainrule } from "../cli/test-command.ts";
import { isRecord } from "../ir/json.ts";
import { train } from "../train/index.ts";
import { Meeting } from "../train/ranks.ts";
import { basics } from "../train/test-training.ts";
import { eventChecks } from "./event-checks.ts";
import { openRun } from "./open-run.ts";
import { parseEvents } from "./parse-events.ts";
import { runSchema } from "./schema.ts";
import { anyValue, places, withChange } from "./test-changes.ts";
import { folderPerFile } from "./test-folder.ts";

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false });
ajv.addSchema(runSchema(), "events");
const validator = (id: string) => {
  const validate = ajv.getSchema(id)!;
  return { holds: (value: unknown) => validate(value) === true, faults: () => ajv.errorsText(validate.errors) };
};
const event = validator("events");
const manifest = validator("events#/$defs/run");

folderPerFile();
let events: Record<string, unknown>[];
let manifests: Record<string, unknown>[];
beforeAll(async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${(i * 7) % 11},${i % 3 ? "u" : "v"},${i % 5},${(i * 3) % 13},${i % 2 ? "p" : "q"}`,
  );
  await writeFile("table.csv", `a,b,c,d,class\n${rows.join("\n")}\n`);
  const run = (more: string) => chainrule(`train table.csv --backend reference --hidden 4,4 --epochs 3 ${more}`);
  await run("--target class --out classes");
  await run("--target c --target d --out targets");
  await run("--target class --optimizer sgd --lr 1e300 --out failed");
  // Progress is told by the clock: a training without end waits for the first of it.
  const controller = new AbortController();
  const endless = train({ ...basics, epochs: 1e9, backend: "reference", signal: controller.signal });
  let progress: Record<string, unknown> | undefined;
  for await (const event of endless) {
    if (event.type !== "progress") continue;
    progress = JSON.parse(JSON.stringify(event));
    controller.abort();
  }
  // What ranks tell, here of one that has nobody to wait for.
  const meeting = new Meeting({ size: 1, allReduce: () => {} });
  for (const milliseconds of [1, 90, 90]) meeting.ran(milliseconds, 0);
  const ranks: Record<string, unknown> = { ...meeting.told(20) };
  const runs = (await readdir(".")).filter((name) => name !== "table.csv");
  expect(runs).toHaveLength(3);
  const texts = await Promise.all(runs.map((run) => readFile(`${run}/events.jsonl`, "utf8")));
  events = [...texts.flatMap((text) => text.trim().split("\n")).map((line) => JSON.parse(line)), progress!, ranks];
  manifests = await Promise.all(runs.map(async (run) => JSON.parse(await readFile(`${run}/run.json`, "utf8"))));
});

describe("events", () => {
  it("of every type are valid", () => {
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(Object.keys(eventChecks)));
    for (const one of events) expect([event.holds(one), event.faults()]).toEqual([true, "No errors"]);
    const ofType = (type: string) => validator(`events#/$defs/${type}`);
    for (const one of events) expect(ofType(String(one.type)).holds(one)).toBe(true);
  });

  const isRead = (one: unknown): boolean => {
    try {
      return parseEvents("run", `${JSON.stringify(one)}\n`).events.length === 1;
    } catch {
      return false;
    }
  };

  it("lack no field that reading asks for", () => {
    const seen = new Map(events.map((one) => [one.type, one]));
    for (const one of seen.values())
      for (const field of Object.keys(one)) {
        const { [field]: _, ...rest } = one;
        expect([one.type, field, event.holds(rest)]).toEqual([one.type, field, isRead(rest)]);
      }
  });

  it("that are changed are valid just where they are read", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), anyValue, (which, place, value) => {
        const one = events[which % events.length]!;
        const all = places(one);
        const changed = withChange(one, all[place % all.length]!, value);
        fc.pre(changed !== undefined);
        expect(event.holds(JSON.parse(JSON.stringify(changed)))).toBe(isRead(changed));
      }),
      { numRuns: 500 },
    );
  });
});

describe("run.json", () => {
  it("is valid", () => {
    for (const one of manifests) expect([manifest.holds(one), manifest.faults()]).toEqual([true, "No errors"]);
  });

  it("that is changed is valid just where it is read", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(1_000_000), anyValue, async (which, place, value) => {
        const one = manifests[which]!;
        const all = places(one).filter(([first]) => first !== "settings");
        const changed = withChange(one, all[place % all.length]!, value);
        fc.pre(isRecord(changed));
        const text = JSON.stringify(changed);
        const read = await openRun(new Map([["run.json", new TextEncoder().encode(text)]])).then(
          () => true,
          () => false,
        );
        expect(manifest.holds(JSON.parse(text))).toBe(read);
      }),
      { numRuns: 300 },
    );
  });

  it("may say that another program has the rows", () => {
    const { data: _, ...rest } = manifests[0]!;
    expect(manifest.holds({ ...rest, data: { program: "PyTorch 2.15.0" } })).toBe(true);
  });
});
