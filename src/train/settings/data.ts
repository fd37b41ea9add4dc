// Settings of a table: which column is predicted, what columns are, and how their rows become numbers.
import { type ColumnTypes, columnTypes as types } from "../../data/columns.ts";
import { prepareDefaults } from "../../data/prepare-options.ts";
import { type Task, tasks } from "../../data/target.ts";
import type { Setting } from "./setting.ts";
import { anyText, oneOf, onOrOff, share, type ValueType } from "./value.ts";

export const target: Setting<string, undefined> = {
  type: anyText,
  flags: [{ flag: "-t, --target <column>", help: "the column to predict" }],
  default: undefined,
  required: true,
};

export const task: Setting<Task | "auto"> = {
  type: oneOf(["auto", ...tasks]),
  flags: [{ flag: "--task <name>", help: "what the target is" }],
  default: prepareDefaults.task,
  defaultWords: "auto, by its values",
  stated: true,
};

const entriesOf = (value: ColumnTypes) => [...(value instanceof Map ? value : new Map(Object.entries(value)))];

/** "zip code=category" ⇄ one column's type. A column name may itself hold "=". */
const columnType: ValueType<ColumnTypes> = {
  must: `COLUMN=TYPE, with a type of ${types.join(", ")}`,
  holds: (value) => entriesOf(value).every(([, type]) => types.includes(type)),
  parse: (text) => {
    const at = text.lastIndexOf("=");
    const type = types.find((name) => name === text.slice(at + 1));
    return at < 1 || type === undefined ? undefined : new Map([[text.slice(0, at), type]]);
  },
  print: (value) =>
    entriesOf(value)
      .map(([name, type]) => `${name}=${type}`)
      .join(),
};

export const columnTypes: Setting<ColumnTypes, undefined> = {
  type: columnType,
  flags: [{ flag: "--type <column=type>", help: 'sets the type of a column, or "ignore"s it (repeatable)' }],
  default: undefined,
  sum: {
    add: (a, b) => new Map([...entriesOf(a), ...entriesOf(b)]),
    parts: (value) => entriesOf(value).map((entry) => new Map([entry])),
  },
};

export const validation: Setting<number> = {
  type: share,
  flags: [{ flag: "--validation <share>", help: "share of the rows kept for validation" }],
  default: prepareDefaults.validation,
  stated: true,
};

export const standardize: Setting<boolean> = {
  type: onOrOff,
  flags: [
    {
      flag: "--no-standardize",
      sets: false,
      help: "leave numbers as they are, instead of mean 0 and standard deviation 1",
    },
    // After --no-standardize it takes that back: so a remedy can be put at the end of any command line.
    { flag: "--standardize", sets: true },
  ],
  default: prepareDefaults.standardize,
  stated: true,
};
