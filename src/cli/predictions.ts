// A table with predictions, block by block: its columns, and as text, CSV or JSON with one object a line.
import type { Cell, Preprocessing, Table } from "../data/index.ts";
import { classesOf } from "../data/target-kinds.ts";
import { valueType } from "../data/types/index.ts";
import { maximum } from "../ir/stats.ts";
import type { TargetAnswers } from "../train/answers.ts";

/** A column of a block. */
export interface BlockColumn {
  readonly name: string;
  readonly at: (row: number) => Cell;
}

/** A column of all blocks. */
interface OutColumn {
  readonly name: string;
  /** Whether its cells are numbers, where that is known of all of them; the number of a cell that is text, NaN where it has none. */
  readonly number?: (cell: Cell) => number;
}

/** What is written of a block. */
export interface PredictedBlock {
  readonly rows: number;
  readonly columns: readonly BlockColumn[];
}

/** How rows are written. */
interface RowFormat {
  /** What stands above them. */
  head(names: readonly string[]): string;
  row(columns: readonly BlockColumn[], row: number): string;
}

/** RFC 4180. Names in quotes where they could be taken for a comment. */
export const csvRows: RowFormat = {
  head: (names) => `${names.map(field).join(",")}\n`.replace(/^(?:#|%|\/\/)[^,\n]*/, '"$&"'),
  row: (columns, row) => {
    let line = "";
    for (let c = 0; c < columns.length; c++) line += (c === 0 ? "" : ",") + field(columns[c]!.at(row));
    return `${line}\n`;
  },
};

/** Texts stay texts, whatever they hold; NaN and infinity, which JSON has not, are null. */
export const jsonRows: RowFormat = {
  head: () => "",
  row: (columns, row) => {
    const fields = columns.map(({ name, at }) => `${JSON.stringify(name)}:${jsonOf(at(row))}`);
    return `{${fields.join(",")}}\n`;
  },
};

const jsonOf = (cell: Cell): string => (Object.is(cell, -0) ? "-0" : JSON.stringify(cell));

export function field(cell: Cell): string {
  const text = cell === null ? "" : Object.is(cell, -0) ? "-0" : String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows that are made one text. */
const rowsPerText = 1000;

/** The text of the blocks; nothing before the first of them is there. */
export async function* predictionTexts(
  format: RowFormat,
  columns: readonly OutColumn[],
  blocks: AsyncIterable<PredictedBlock>,
): AsyncGenerator<string> {
  let text = format.head(columns.map(({ name }) => name));
  for await (const { rows, columns: own } of blocks) {
    for (let row = 0; row < rows; row++) {
      text += format.row(own, row);
      if (row % rowsPerText < rowsPerText - 1 && row < rows - 1) continue;
      yield text;
      text = "";
    }
  }
  yield text;
}

/** The columns `names` of a table, and behind them what is predicted. */
export class PredictedColumns {
  readonly all: readonly OutColumn[];
  readonly #names: readonly string[];
  /** Of each target the name of its prediction, and of the probability of each class. */
  readonly #added: readonly { readonly prediction: string; readonly probabilities: readonly string[] }[];

  constructor(names: readonly string[], { columns, targets }: Pick<Preprocessing, "columns" | "targets">) {
    this.#names = names;
    const taken = new Set(names);
    const free = (name: string) => {
      let candidate = name;
      for (let n = 2; taken.has(candidate); n++) candidate = `${name}_${n}`;
      taken.add(candidate);
      return candidate;
    };
    this.#added = targets.map((target) => {
      const suffix = targets.length === 1 ? "" : `_${target.name}`;
      const prediction = free(`prediction${suffix}`);
      return { prediction, probabilities: classesOf(target).map((label) => free(`probability${suffix}_${label}`)) };
    });
    const numbers = new Map<string, OutColumn["number"]>();
    for (const column of columns)
      if (column.type === "number") numbers.set(column.name, valueType("number").reader(column.notation));
    for (const target of targets)
      if (target.kind === "regression") numbers.set(target.name, valueType("number").reader(target.notation));
    this.all = [
      ...names.map((name): OutColumn => ({ name, ...(numbers.has(name) && { number: numbers.get(name)! }) })),
      ...this.#added.flatMap(({ prediction, probabilities }, t): OutColumn[] => [
        { name: prediction, ...(targets[t]!.kind === "regression" && { number: Number }) },
        ...probabilities.map((name): OutColumn => ({ name, number: Number })),
      ]),
    ];
  }

  block(table: Table, answers: readonly TargetAnswers[]): PredictedBlock {
    const own = new Map(table.columns.map(({ name, cells }) => [name, cells]));
    const columns = [
      ...this.#names.map((name): BlockColumn => {
        const cells = own.get(name);
        return { name, at: cells === undefined ? () => null : (row) => cells.at(row)! };
      }),
      ...answers.flatMap((answer, t) => this.#predicted(answer, t)),
    ];
    return { rows: table.rows, columns };
  }

  #predicted({ classes, values }: TargetAnswers, t: number): BlockColumn[] {
    const { prediction, probabilities } = this.#added[t]!;
    const width = classes.length;
    if (width === 0) return [{ name: prediction, at: (row) => float32Digits(values[row]!) }];
    const said = (row: number): string => {
      const p = values.subarray(row * width, (row + 1) * width);
      return classes[p.indexOf(maximum(p))]!;
    };
    return [
      { name: prediction, at: said },
      ...probabilities.map((name, k) => ({ name, at: (row: number) => float32Digits(values[row * width + k]!) })),
    ];
  }
}

/** The network computes in float32: seven significant digits. */
const float32Digits = (value: number) => Number(value.toPrecision(7));
