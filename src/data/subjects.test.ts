// Repeated subjects: noticed where the rows of one value hardly differ, and named with the setting.
import { describe, expect, it } from "vitest";
import { prepare } from "./index.ts";
import { splitmix32 } from "./random.ts";
import { fromRows, repeat } from "./test-tables.ts";

const random = splitmix32(3);
const draw = () => random() / 2 ** 32;

/** 24 subjects with 10 rows each, in no order: a level of each one, and features that vary a little. */
const levels = repeat(24, () => ({ level: 50 * draw(), age: 20 + Math.floor(60 * draw()), ill: draw() < 0.5 }));
const visits = repeat(240, (r) => {
  const who = (r * 7) % 24;
  const { level, age, ill } = levels[who]!;
  return { who, age, voice: level / 10 + draw(), noise: draw(), score: level + draw(), ill };
});
const warned = (rows: readonly object[], target: string, options = {}) =>
  prepare(fromRows(rows), { target, ...options }).warnings.flatMap(({ column, settings }) =>
    settings.some(({ setting }) => setting === "group") ? [column] : [],
  );
const of = (name: string, write: (who: number) => unknown) =>
  visits.map(({ who, age, voice, noise, score, ill }) => ({
    [name]: write(who),
    age,
    voice,
    noise,
    score,
    ill: ill ? "yes" : "no",
  }));

describe("repeated subjects are noticed", () => {
  it.each([
    ["subject", (who: number) => who + 1],
    ["patient_id", (who: number) => `A${100 + who}`],
    ["customerId", (who: number) => ["lark", "wren", "robin", "finch"][who % 4]! + who],
    ["nr", (who: number) => who + 1],
    ["code", (who: number) => `P${who}`],
  ] as const)("by %s", (name, write) => {
    expect(warned(of(name, write), "score")).toEqual([name]);
    expect(warned(of(name, write), "ill")).toEqual([name]);
    expect(warned(of(name, write), "score", { group: name })).toEqual([]);
    expect(warned(of(name, write), "score", { validation: 0 })).toEqual([]);
  });

  it("with the setting that keeps them together", () => {
    expect(prepare(fromRows(of("subject", (who) => who + 1)), { target: "score" }).warnings).toMatchInlineSnapshot(`
      [
        {
          "column": "subject",
          "message": ""subject" looks like the name of a subject: 24 values with about 10 rows each, within which the target hardly varies. Validation then has subjects that training knows, and tells nothing of new ones.",
          "settings": [
            {
              "does": "keeps the rows of each together",
              "setting": "group",
              "value": "subject",
            },
          ],
        },
      ]
    `);
  });
});

describe("other columns are no subjects", () => {
  it("quantities, years, and categories that tell the target", () => {
    const rows = repeat(400, (r) => {
      const [rooms, year] = [1 + Math.floor(12 * draw()), 1990 + (r % 25)];
      const state = Math.floor(40 * draw());
      return {
        rooms,
        year,
        state: `${"ABCDEFGH"[state % 8]}${"KLMNO"[Math.floor(state / 8)]}`,
        size: 10 * draw(),
        price: 10 * rooms + 3 * (year - 1990) + draw(),
      };
    });
    expect(warned(rows, "price")).toEqual([]);
    expect(
      warned(
        rows.map((row) => ({
          ...row,
          price: 50 * Math.sin(row.state.charCodeAt(0) * 7 + row.state.charCodeAt(1)) + draw(),
        })),
        "price",
      ),
    ).toEqual([]);
  });

  it("one of whom the target varies", () => {
    const rows = of("subject", (who) => who + 1).map((row) => ({ ...row, score: draw() }));
    expect(warned(rows, "score")).toEqual([]);
  });
});
