// Tables by a query: through DuckDB, which is a devDependency here. Skipped where it is not installed.

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { prepare, queryTable, type Table } from "../data/index.ts";
import { openRun } from "../runs/index.ts";
import { folderPerFile } from "../runs/test-folder.ts";
import { chainrule } from "./test-command.ts";

const installed = (() => {
  try {
    return createRequire(import.meta.url).resolve("@duckdb/node-api") !== "";
  } catch {
    console.warn("src/cli/sql.test.ts is skipped: @duckdb/node-api is not installed");
    return false;
  }
})();

folderPerFile();
beforeAll(async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${["red", "blue"][i % 2]},${(i * 7) % 40}`);
  await writeFile("sales.csv", `id,colour,price\n${rows.join("\n")}\n`);
  await writeFile("more.json", '[{"id": 40, "colour": "red", "price": 3}]');
});

const quick = ["--backend", "reference", "--hidden", "4", "--epochs", "2", "--batch", "8"];
const cells = (table: Table) => Object.fromEntries(table.columns.map((column) => [column.name, [...column.cells]]));
const failure = (query: string) =>
  queryTable(query).then(
    () => "no error",
    ({ code, message }) => `${code}: ${message}`,
  );

describe.runIf(installed)("a query", () => {
  it("has the types of the database", async () => {
    const table = await queryTable(`
      select 9007199254740993 as id, 3::bigint as small, 170141183460469231731687303715884105727::hugeint as huge,
        12.30::decimal(9, 2) as price, 0.1::float as half, 'inf'::double as wide, 'nan'::double as none, null as nothing,
        date '2021-04-03' as day, timestamp '2021-04-03 14:05:06.123456' as local, timestamptz '2021-04-03 14:05:06+02' as moment,
        timestamp_ns '2021-04-03 14:05:06.123456789' as fine, timestamp_s '2021-04-03 14:05:06' as seconds, time '07:45' as clock,
        interval '2 days 3 hours' as took, interval '1 month' as months, date 'infinity' as never, true as flag,
        'b'::enum('a', 'b') as kind, uuid '0435fb70-e6c2-4127-a55c-4bcbc6a0dead' as uuid, ' text ' as text,
        [1, 2] as list, map {'k': 1} as map, {'lat': 52.5::double, 'at': {'since': date '2020-01-01'}} as place
    `);
    expect(cells(table)).toEqual({
      id: ["9007199254740993"],
      small: [3],
      huge: ["170141183460469231731687303715884105727"],
      price: ["12.30"],
      half: [0.1],
      wide: [Number.POSITIVE_INFINITY],
      none: [Number.NaN],
      nothing: [null],
      day: ["2021-04-03"],
      local: ["2021-04-03T14:05:06.123456"],
      moment: ["2021-04-03T12:05:06Z"],
      fine: ["2021-04-03T14:05:06.123456789"],
      seconds: ["2021-04-03T14:05:06"],
      clock: ["07:45:00"],
      took: ["2 days 03:00:00"],
      months: ["1 month"],
      never: ["infinity"],
      flag: [true],
      kind: ["b"],
      uuid: ["0435fb70-e6c2-4127-a55c-4bcbc6a0dead"],
      text: [" text "],
      list: ["[1,2]"],
      map: ['{"k":1}'],
      "place.lat": [52.5],
      "place.at.since": ["2020-01-01"],
    });
    expect(table.columns.filter(({ declared }) => declared).map(({ name }) => name)).toEqual(["kind"]);
    expect(table.notes).toHaveLength(2);
  });

  it("reads many rows, of many files and of databases", async () => {
    const table = await queryTable(
      "attach 'shop.db' as shop; create or replace table shop.t as select i, (i % 3)::varchar as v from range(10000) r(i); select * from shop.t order by i",
    );
    expect(table.rows).toBe(10_000);
    expect(table.columns[0]!.cells.at(9_999)).toBe(9_999);
    const both = await queryTable("select * from 'sales.csv' union all by name select * from 'more.json'");
    expect(both.rows).toBe(41);
    expect(prepare(both, { target: "price" }).columns.map(({ type }) => type)).toEqual([
      "identifier",
      "category",
      "number",
    ]);
  });

  it("that fails is told in DuckDB's words", async () => {
    const queries = [
      "selec 1",
      "select *\nfrom 'nope.csv'\nwhere",
      " ",
      "create table t (x int)",
      "select 1 as x where false",
    ];
    expect(await Promise.all(queries.map(failure))).toMatchInlineSnapshot(`
      [
        "INVALID_ARGUMENT: The query failed: Parser Error: syntax error at or near "selec".",
        "INVALID_ARGUMENT: The query failed: Parser Error: syntax error at end of input.",
        "INVALID_ARGUMENT: The query failed: it is empty.",
        "INVALID_ARGUMENT: The query failed: it gives no table. Its last statement must be a SELECT.",
        "EMPTY_DATA: The query gives no rows (columns: "x"). Look at its conditions.",
      ]
    `);
  });
});

describe.runIf(installed)("--sql", () => {
  const query = "select * from 'sales.csv' order by id";

  it("trains, and the run finds its table again", async () => {
    const trained = await chainrule(["train", "--sql", query, "--target", "price", ...quick, "--out", "run", "--json"]);
    expect(trained).toMatchObject({ code: 0, said: expect.stringContaining("the query: 40 rows, 3 columns") });
    const { manifest } = await openRun("run");
    expect(manifest).toMatchObject({
      name: "sql",
      data: { sql: query, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await chainrule("check run")).toMatchObject({ code: 0 });
    expect(await chainrule("diagnose run")).toMatchObject({ code: 0 });
    const evaluated = await chainrule(["evaluate", "run", "--sql", `${query} limit 7`, "--json"]);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ rows: 7, data: `${query} limit 7` });
    const predicted = await chainrule(["predict", "run", "--sql", "select colour, id from 'sales.csv' limit 2"]);
    expect(predicted.stdout).toMatch(/^colour,id,prediction\nred,0,/);
    expect(await chainrule(["lr-test", "--sql", query, "--target", "price", ...quick.slice(0, 4)])).toMatchObject({
      code: 0,
    });
  });

  it("of a run reads this folder alone, and writes nothing, unless it is given again", async () => {
    const readme = fileURLToPath(new URL("../../README.md", import.meta.url));
    const queries = [
      "copy (select 1 as a) to 'stolen.csv'; select * from 'sales.csv'",
      `select id, colour, price, (select count(*) from read_text('${readme}')) as n from 'sales.csv' order by id`,
      "select * from read_csv('http://127.0.0.1:9/x.csv')",
    ];
    const description = JSON.parse(await readFile("run/run.json", "utf8"));
    const said: string[] = [];
    for (const sql of queries) {
      await writeFile("run/run.json", JSON.stringify({ ...description, data: { ...description.data, sql } }));
      said.push((await chainrule("check run")).said);
    }
    expect(await readdir(".")).not.toContain("stolen.csv");
    await writeFile("run/run.json", JSON.stringify(description));
    expect(said.map((text) => text.replaceAll(readme, "README.md"))).toMatchInlineSnapshot(`
      [
        "error: The run "run" cannot be repeated: its query fails now. The query failed: Permission Error: it is more than one SELECT. The query of a run may be one SELECT that reads files of this folder, since somebody else may have written it. Export its rows to a file and train on that, or go on with the run by giving the same query again. ",
        "error: The run "run" cannot be repeated: its query fails now. The query failed: Permission Error: Cannot access file "README.md" - file system operations are disabled by configuration. The query of a run may be one SELECT that reads files of this folder, since somebody else may have written it. Export its rows to a file and train on that, or go on with the run by giving the same query again. ",
        "error: The run "run" cannot be repeated: its query fails now. The query failed: Extension Autoloading Error: An error occurred while trying to automatically install the required extension 'httpfs'. The query of a run may be one SELECT that reads files of this folder, since somebody else may have written it. Export its rows to a file and train on that, or go on with the run by giving the same query again. ",
      ]
    `);

    const outside = `${query.replace("select *", `select *, (select count(*) from read_text('${readme}')) as n`)}`;
    const words = ["train", "--target", "price", ...quick, "--out", "outside"];
    expect(await chainrule([...words, "--sql", outside])).toMatchObject({ code: 0 });
    const further = ["--resume", "--epochs", "3"];
    expect((await chainrule([...words, ...further])).said).toContain("The query of a run may be one SELECT");
    expect(await chainrule([...words, "--sql", outside, ...further])).toMatchObject({ code: 0 });
  });

  it("notices that the query gives another table", async () => {
    await writeFile("sales.csv", "id,colour,price\n1,red,2\n2,blue,3\n");
    const changed = await chainrule("check run");
    await rm("sales.csv");
    const gone = await chainrule("check run");
    expect([changed.said, gone.said]).toMatchInlineSnapshot(`
      [
        "error: The run "run" cannot be repeated: its query gives another table now. Train again; if nothing has changed, put the rows in order (ORDER BY) first. ",
        "error: The run "run" cannot be repeated: its query fails now. The query failed: IO Error: No files found that match the pattern "sales.csv". ",
      ]
    `);
  });
});

it("stands in place of files, and is not read in blocks", async () => {
  const wrong = [
    ["train", "--target", "y"],
    ["train", "a.csv", "--sql", "select 1", "--target", "y"],
    ["train", "--sql", "select 1", "--target", "y", "--stream"],
    ["predict", "run"],
  ];
  const answers = await Promise.all(wrong.map((words) => chainrule(words)));
  expect(answers.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  expect(answers.map(({ said }) => said)).toMatchInlineSnapshot(`
    [
      "error: Name the file with the table, or give a query in its place (--sql). ",
      "error: A query (--sql) stands in place of files, and one is named: leave out one or the other. The query can read it: select * from 'a.csv'. ",
      "error: A query cannot be read in blocks (--stream): its rows are needed more than once. Save them in a file. ",
      "error: Name the file with the table, or give a query in its place (--sql). ",
    ]
  `);
});
