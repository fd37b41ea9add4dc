// A table larger than memory → rows in buckets: passes over all of it decide what its columns are and how they are scaled, one more encodes it.
import { ChainruleError } from "../ir/errors.ts";
import type { Json } from "../ir/json.ts";
import {
  BucketWriter,
  bucketsIn,
  type EncodedRows,
  layoutBytes,
  layoutOf,
  validationIn,
  type WrittenLayout,
} from "./buckets.ts";
import { checkPrepare } from "./check-prepare.ts";
import { encodeColumn, encodeParts, encodeStream, type StreamCode, sumLevelMeans } from "./encode-stream.ts";
import { fitStream, type StreamFit } from "./fit-stream.ts";
import type { TableStream } from "./formats/format.ts";
import { checkTogether, tooFew } from "./held-out.ts";
import type { StreamedMeans } from "./level-means-scan.ts";
import type { Prepared, Split } from "./prepare.ts";
import { transformed } from "./prepare.ts";
import type { PrepareOptions } from "./prepare-options.ts";
import { parsePreprocessing } from "./preprocessing.ts";
import { memoryStore, type RowStore, type StoredRows } from "./row-store.ts";
import { StreamPlan } from "./stream-plan.ts";
import { repeatedSubjects } from "./subjects.ts";
import type { Table } from "./table.ts";
import { type DrawnSplit, scanTable, type TableScan } from "./table-scan.ts";
import { classesOf, kindOf } from "./target-kinds.ts";
import { keptRows } from "./targets.ts";
import type { DataWarning } from "./warning.ts";
import { count } from "./wording.ts";

const usualBucket = 2 ** 24;
/** Passes after which what a column is must be said. */
const mostPasses = 5;

export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** About so many bytes in a bucket, of which three are in memory at a time. Default 16 MiB. */
  readonly bucketBytes?: number | undefined;
}

/** A table in blocks of which everything is known but the encoded rows. */
export interface PreparedStream extends Pick<Prepared, "preprocessing" | "columns" | "task" | "notes" | "warnings"> {
  /** Rows of the table. */
  readonly rows: number;
  /** Bytes that the encoded rows take. */
  readonly bytes: number;
  /** Some of the rows, drawn at random, prepared as all of them are. */
  readonly sample: Prepared;
  /**
   * Encodes every row into a store, by default in memory. Throws MALFORMED_DATA where the table has changed meanwhile, and the signal's reason
   * where it is aborted.
   */
  encode(store?: RowStore, options?: EncodeOptions): Promise<Prepared>;
}

/**
 * Prepares a table in blocks as `prepare` does one in memory: all of its rows decide types, classes, means and deviations, and rows for
 * validation are drawn from all of it. Of a column with more than 65,536 different texts (fewer where there are over 16 columns) the first ones
 * alone say how values are written, and the number of different ones is estimated.
 *
 * @throws ChainruleError what `prepare` throws, and INVALID_ARGUMENT for rows that are split by a group or a time
 * @example
 * const stream = await openTable("flights.parquet");
 * const prepared = await (await prepareStream(stream, { target: "delay" })).encode();
 */
export async function prepareStream(stream: TableStream, options: PrepareOptions): Promise<PreparedStream> {
  checkPrepare(stream.head, options);
  checkTogether(options);
  refuseScattered(options);
  const plan = new StreamPlan(stream, options);
  const none = new Map<string, StreamedMeans | undefined>();
  for (let pass = 1; ; pass++) {
    const scan = await scanTable(stream, plan);
    // What is written beside the numbers of a column says what these are.
    const mixed = [...scan.scans.values()].filter((one) => !one.isPlain && !one.isComplete && !one.plan.keepsTexts);
    if (plan.takes({ texts: new Set(mixed.map(({ name }) => name)), readings: new Map() })) continue;
    const fit = fitStream(scan, options, none);
    const { targets, features } = fit.preprocessing;
    if (pass === mostPasses) throw undecided(stream.head, [...fit.needs.texts, ...fit.needs.readings.keys()]);
    const isOpen = plan.takes(fit.needs);
    if (!isOpen && fit.areOthersMissing) plan.setTargets(targets);
    if (isOpen || fit.areOthersMissing || plan.isShareTooLarge(fit.validation, features.length)) continue;
    const code = { preprocessing: fit.preprocessing, trainedClasses: fit.trainedClasses, split: plan.split };
    const means = fit.leveled.length > 0 ? await sumLevelMeans(stream, fit.leveled, code) : none;
    return describe(stream, options, scan, means === none ? fit : fitStream(scan, options, means), plan.split, means);
  }
}

function describe(
  stream: TableStream,
  options: PrepareOptions,
  scan: TableScan,
  fit: StreamFit,
  split: DrawnSplit,
  means: StreamCode["means"],
): PreparedStream {
  const { preprocessing, task, columns, train, validation } = fit;
  const code: StreamCode = { preprocessing, trainedClasses: fit.trainedClasses, split, means };
  const { targets, features } = preprocessing;
  const own = options.validationTable && transformed(preprocessing, options.validationTable);
  const isDrawn = own === undefined && validation > 0;
  const drawn = `Validation has ${count(validation, "row")} of ${count(train + validation, "row")}, drawn from the whole table.`;
  const isTiny = split.share === 0 && options.validation === undefined && options.validationTable === undefined;
  const warnings = [
    ...fit.warnings,
    ...(isTiny ? [tooFew(train)] : []),
    ...(isDrawn ? subjectsIn(stream.head, code) : []),
  ];
  const notes = [...fit.notes, ...(isDrawn ? [drawn] : []), ...(own?.notes ?? [])];
  const about: About = { source: stream.head.source, preprocessing, columns, task, notes, warnings };
  const areClasses = classesOf(targets[0]!).length > 0;
  const layoutFor = (bytes: number) =>
    layoutOf(train, { features: features.length, targets: targets.length, areClasses, validation, bytes });
  const whole = { split: own?.split, table: options.validationTable };
  return {
    ...about,
    rows: scan.outline.rows,
    bytes: layoutBytes(layoutFor(usualBucket)),
    sample: sampleOf(scan.sample, about, code, whole),
    async encode(store = memoryStore(), { signal, bucketBytes = usualBucket } = {}) {
      const layout = layoutFor(bucketBytes);
      const writer = await BucketWriter.create(store, layout, split.seed);
      try {
        for await (const { train, validation } of encodeStream(stream, code)) {
          signal?.throwIfAborted();
          await writer.addTrained(train);
          await writer.addValidation(validation);
        }
        if (writer.rows.train !== train || writer.rows.validation !== validation) throw changed(stream.head);
        const stored = await writer.finish((written) => ({ layout: written, ...about }) as object as Json);
        return await storedPrepared(stored, whole);
      } catch (error) {
        await writer.discard();
        throw error;
      }
    },
  };
}

/** What is kept beside the rows. */
interface About extends Pick<Prepared, "preprocessing" | "columns" | "task" | "notes" | "warnings"> {
  readonly source: string;
}

/** Rows for validation from elsewhere. */
interface Whole {
  readonly split: Split | undefined;
  readonly table: Table | undefined;
}

/** A prepared table of rows that are in a store; `validationTable`: where those for validation are of another one. */
export async function preparedRows(stored: StoredRows, validationTable?: Table): Promise<Prepared> {
  const { preprocessing } = stored.about as object as About;
  const own = validationTable && transformed(parsePreprocessing(preprocessing), validationTable);
  return storedPrepared(stored, { split: own?.split, table: validationTable });
}

async function storedPrepared(stored: StoredRows, whole: Whole): Promise<Prepared> {
  const { layout, ...about } = stored.about as object as About & { readonly layout: WrittenLayout };
  const buckets = bucketsIn(stored, layout, about.source);
  const [train, validation] = [await buckets.read(0), await validationIn(stored, layout, about.source)];
  return {
    ...inMemory({ ...about, preprocessing: parsePreprocessing(about.preprocessing) }, train, validation, whole),
    buckets,
  };
}

function inMemory(about: About, train: EncodedRows, validation: EncodedRows, whole: Whole): Prepared {
  const tableRows = new Int32Array(train.rows + validation.rows);
  tableRows.set(train.numbers);
  tableRows.set(validation.numbers, train.rows);
  const splitOf = ({ x, y, rows }: EncodedRows, from: number): Split => ({
    ...{ x, y, rows, rowNumbers: Int32Array.from({ length: rows }, (_, row) => from + row) },
  });
  return {
    ...about,
    train: splitOf(train, 0),
    validation: whole.split ?? (validation.rows > 0 ? splitOf(validation, train.rows) : undefined),
    tableRows,
    validationTable: whole.table,
  };
}

function sampleOf({ table, places }: TableScan["sample"], about: About, code: StreamCode, whole: Whole): Prepared {
  const { train, validation } = encodeParts(
    table,
    (row) => places[row]!,
    (row) => table.rowNumbers[row]!,
    code,
  );
  return inMemory(about, train, validation, whole);
}

/** Looks at the first rows, as they come. */
function subjectsIn(head: Table, { preprocessing }: StreamCode): DataWarning[] {
  const { columns, targets } = preprocessing;
  const values = targets.map((target) =>
    kindOf(target).read(head, head.columns.find(({ name }) => name === target.name)!, target, "missing"),
  );
  const read = columns
    .filter(({ name }) => head.columns.some((column) => column.name === name))
    .map((column) => ({ column, encoded: encodeColumn(head, column) }));
  return repeatedSubjects(read, targets, values, keptRows(head.rows, values));
}

function refuseScattered({ group, time }: PrepareOptions): void {
  const name = group ?? time;
  if (name === undefined) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `A table that is read in blocks cannot be split by ${JSON.stringify(name)}: later blocks may hold rows of any group or time. Split the file, and give the rows for validation in one of their own (validationData).`,
    { settings: [{ setting: "validationData" }] },
  );
}

const undecided = ({ source }: Table, columns: readonly string[]): ChainruleError =>
  new ChainruleError(
    "INVALID_ARGUMENT",
    `What ${columns.map((name) => JSON.stringify(name)).join(", ")} of ${source} hold was not decided in ${mostPasses} passes over the table. Set the types (columnTypes).`,
    { columns, settings: columns.map((name) => ({ setting: "columnTypes", value: { [name]: "text" } })) },
  );

const changed = ({ source }: Table): ChainruleError =>
  new ChainruleError(
    "MALFORMED_DATA",
    `${source} has other rows now than when it was read before: it was changed while it was read. Read it again once nobody writes it.`,
    { source },
  );
