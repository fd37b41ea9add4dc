// Events from files: those of real trainings hold, and what is changed in them is refused in words or harmless to the diagnosis.
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseTable, prepare } from "../data/index.ts";
import { diagnose } from "../diagnose/index.ts";
import { ChainruleError } from "../index.ts";
import { trainTable } from "../train/index.ts";
import { parseEvents } from "./parse-events.ts";
import { anyValue, places, withChange } from "./test-changes.ts";

async function eventsOf(text: string, target: string | string[]): Promise<object[]> {
  const table = await parseTable(new TextEncoder().encode(text), { source: "table.csv" });
  const events: object[] = [];
  const settings = { epochs: 3, hidden: [4], observeEvery: 2, backend: "reference" } as const;
  for await (const event of trainTable(prepare(table, { target }), settings)) events.push(event);
  return events;
}

const rows = Array.from(
  { length: 40 },
  (_, i) => `${(i * 7) % 11},${i % 3 === 0 ? "u" : "v"},${i % 5},${i % 7},${i % 2 ? "p" : "q"}`,
);
const text = `a,b,c,d,class\n${rows.join("\n")}\n`;
const courses = [await eventsOf(text, "class"), await eventsOf(text, ["c", "d"])];

const linesOf = (events: readonly object[]) => `${events.map((event) => JSON.stringify(event)).join("\n")}\n`;

it("of trainings hold", () => {
  for (const events of courses) {
    const { events: read, torn } = parseEvents("run", linesOf(events));
    expect(read.map(({ type }) => type)).toEqual(events.map((event) => "type" in event && event.type));
    expect(torn).toEqual([]);
  }
});

it("that are changed are refused in words, or a diagnosis stands them", () => {
  fc.assert(
    fc.property(fc.nat(1), fc.nat(1_000_000), fc.nat(1_000_000), anyValue, (which, line, place, value) => {
      const events = courses[which]!;
      const at = line % events.length;
      const all = places(events[at]);
      const changed = events.map((event, i) => (i === at ? withChange(event, all[place % all.length]!, value) : event));
      try {
        diagnose(parseEvents("run", linesOf(changed as object[])).events);
      } catch (error) {
        expect(error).toBeInstanceOf(ChainruleError);
      }
    }),
    { numRuns: 2000 },
  );
});
