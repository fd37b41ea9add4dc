// A query → table, by DuckDB where it is installed (Node only).
import { ChainruleError } from "../ir/errors.ts";
import { CellsWriter } from "./column-cells.ts";
import { columnsOfResult, type DuckDB } from "./duckdb-values.ts";
import type { Table } from "./table.ts";
import { tableOfTyped } from "./typed-columns.ts";
import { quoteList } from "./wording.ts";

type Connection = Awaited<ReturnType<Awaited<ReturnType<DuckDB["DuckDBInstance"]["create"]>>["connect"]>>;

/** What messages call it. */
const source = "the query";

export interface QueryOptions {
  /** For a query that somebody else may have written: it must be one SELECT, and reads files of this folder alone; no network, no extensions. */
  readonly folder?: string;
}

/**
 * The result of a query in DuckDB, of its last statement where there are several. It reads what DuckDB reads: files of many formats by
 * their names, databases that are attached. Wants the package `@duckdb/node-api`, which is installed beside this one.
 *
 * @throws ChainruleError INVALID_ARGUMENT (DuckDB is not installed, or the query fails), EMPTY_DATA (no rows)
 * @example
 * const table = await queryTable("select * from 'sales/*.parquet' where year > 2020 order by id");
 */
export async function queryTable(query: string, { folder }: QueryOptions = {}): Promise<Table> {
  if (query.trim() === "") throw failed(query, new Error("it is empty"));
  const duckdb = await load();
  const connection = await (await duckdb.DuckDBInstance.create(":memory:")).connect();
  try {
    if (folder !== undefined) await confine(duckdb, connection, query, folder);
    const result = await connection.stream(query);
    if (result.returnType !== duckdb.ResultReturnType.QUERY_RESULT)
      throw new Error("it gives no table. Its last statement must be a SELECT");
    const columns = columnsOfResult(duckdb, result.columnNames(), result.columnTypes());
    const writers = columns.map(() => new CellsWriter());
    let rows = 0;
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      for (const [c, { of, cell }] of columns.entries())
        for (const [r, value] of chunk.getColumnValues(of).entries()) writers[c]!.write(rows + r, cell(value));
      rows += chunk.rowCount;
    }
    if (rows === 0) throw noRows(columns.map(({ name }) => name));
    return tableOfTyped(source, columns, writers, rows, 1);
  } catch (cause) {
    throw cause instanceof ChainruleError
      ? cause
      : failed(query, folder === undefined ? cause : confined(cause as Error));
  } finally {
    connection.closeSync();
  }
}

/** What follows on this connection reads nothing outside of the folder. Throws where the query is more than one SELECT. */
async function confine(duckdb: DuckDB, connection: Connection, query: string, folder: string): Promise<void> {
  const inside = folder.endsWith("/") ? folder : `${folder}/`;
  await connection.run(`set allowed_directories = ['${inside.replaceAll("'", "''")}']`);
  for (const setting of ["enable_external_access = false", "lock_configuration = true"])
    await connection.run(`set ${setting}`);
  const statements = await connection.extractStatements(query);
  const isSelect =
    statements.count === 1 && (await statements.prepare(0)).statementType === duckdb.StatementType.SELECT;
  if (!isSelect) throw new Error("Permission Error: it is more than one SELECT");
}

/** Says why, where the confinement is what it failed by. */
const confined = (cause: Error): Error =>
  /^(?:Permission Error|Extension Autoloading)|disabled by configuration/.test(cause.message)
    ? new Error(
        `${cause.message.split("\n")[0]!.replace(/[:.]$/, "")}. The query of a run may be one SELECT that reads files of this folder, since somebody else may have written it. Export its rows to a file and train on that, or go on with the run by giving the same query again`,
      )
    : cause;

async function load(): Promise<DuckDB> {
  // By a name that bundlers do not follow: pages have no use for it.
  const name = "@duckdb/node-api";
  try {
    return (await import(/* @vite-ignore */ name)) as DuckDB;
  } catch (cause) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `A query is run by DuckDB, and the package ${name} could not be loaded (${(cause as { code?: string }).code ?? (cause as Error).message}). Install it beside chainrule: npm install ${name} (with -g where chainrule is installed so).`,
      { package: name },
      { cause },
    );
  }
}

const noRows = (names: readonly string[]) =>
  new ChainruleError(
    "EMPTY_DATA",
    `The query gives no rows (columns: ${quoteList(names, 10)}). Look at its conditions.`,
    {
      source,
      columns: names,
    },
  );

function failed(query: string, cause: unknown): ChainruleError {
  const said = (cause as Error).message.replace(/^Failed to extract statements: /, "");
  // DuckDB quotes the line with a mark below it, which only a terminal of its width would keep in place.
  const [what] = said.split(/\n\s*\nLINE \d+:/);
  const at = /LINE (\d+):/.exec(said)?.[1];
  const place = at !== undefined && query.includes("\n") ? ` (line ${at})` : "";
  return new ChainruleError(
    "INVALID_ARGUMENT",
    `The query failed${place}: ${what!
      .trim()
      .replace(/\s*\n\s*/g, " ")
      .replace(/\.$/, "")}.`,
    { query },
    { cause },
  );
}
