// A table with predictions as text: CSV, or JSON with one object a line, block by block.
import type { Cell, Preprocessing, Table } from "../data/index.ts";
import { classesOf } from "../data/target-kinds.ts";
import { maximum } from "../ir/stats.ts";
import type { TargetAnswers } from "../train/answers.ts";

/** A column of a block. */
interface BlockColumn {
  readonly name: string;
  readonly at: (row: number) => Cell;
}

/** How rows are written. */
export interface RowFormat {
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

function field(cell: Cell): string {
  const text = cell === null ? "" : Object.is(cell, -0) ? "-0" : String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows that are made one text. */
const rowsPerText = 1000;

/** Writes blocks of a table with the columns `names`, and behind them what is predicted. */
export class PredictionText {
  readonly #format: RowFormat;
  readonly #names: readonly string[];
  /** Of each target the name of its prediction, and of the probability of each class. */
  readonly #added: readonly { readonly prediction: string; readonly probabilities: readonly string[] }[];

  constructor(format: RowFormat, names: readonly string[], { targets }: Pick<Preprocessing, "targets">) {
    this.#format = format;
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
  }

  head(): string {
    const added = this.#added.flatMap(({ prediction, probabilities }) => [prediction, ...probabilities]);
    return this.#format.head([...this.#names, ...added]);
  }

  *block(table: Table, answers: readonly TargetAnswers[]): Generator<string> {
    const own = new Map(table.columns.map(({ name, cells }) => [name, cells]));
    const columns = [
      ...this.#names.map((name): BlockColumn => {
        const cells = own.get(name);
        return { name, at: cells === undefined ? () => null : (row) => cells.at(row)! };
      }),
      ...answers.flatMap((answer, t) => this.#predicted(answer, t)),
    ];
    for (let from = 0; from < table.rows; from += rowsPerText) {
      let text = "";
      const to = Math.min(from + rowsPerText, table.rows);
      for (let row = from; row < to; row++) text += this.#format.row(columns, row);
      yield text;
    }
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
