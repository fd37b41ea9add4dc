// A column of categories as nodes of ONNX: texts in, features out.
import { cellText, labelKey, parseNumber } from "../../data/cells.ts";
import { missingAmongWords, missingTest } from "../../data/missing.ts";
import type { CategoryColumn } from "../../data/preprocessing.ts";
import { categoryFeatures } from "../../data/write-features.ts";
import type { GraphWriter } from "./graph-writer.ts";

/** Features [rows, n] of texts [rows, 1]: one for each level, then what else there is, by the row of a table. */
export function writeCategory(g: GraphWriter, input: string, column: CategoryColumn, standardize: boolean): string[] {
  const { levels, rare } = column;
  const codes = codesOf(column);
  const code = g.op("Reshape", [codeOf(g, input, column, codes), g.constant("int64", [2], [-1, 1])]);
  const features: string[] = [];
  if (levels.length > 0) {
    const places = g.constant(
      "int64",
      [1, levels.length],
      Array.from(levels, (_, place) => place),
    );
    features.push(g.cast(g.op("Equal", [code, places]), "float32"));
  }
  const { table, width } = tableOf(column, standardize);
  if (width > 0) {
    const rows = g.constant("float32", [levels.length + (rare?.levels.length ?? 0) + 2, width], table);
    const gathered = g.op("Gather", [rows, code], { axis: { int: 0 } });
    features.push(g.op("Reshape", [gathered, g.constant("int64", [2], [-1, width])]));
  }
  return features;
}

/** Codes: levels, then rare levels, then one for missing cells and one for all others. */
interface Codes {
  readonly missing: number;
  readonly unknown: number;
}

function codesOf({ levels, rare }: CategoryColumn): Codes {
  const missing = levels.length + (rare?.levels.length ?? 0);
  return { missing, unknown: missing + 1 };
}

/** The features behind those of the levels, for each code: [codes, width]. */
function tableOf(column: CategoryColumn, standardize: boolean): { table: Float32Array; width: number } {
  const { levels, rare, other, missing: isFlagged } = column;
  const { missing, unknown } = codesOf(column);
  const width = Number(other) + (rare?.means.length ?? 0) + Number(isFlagged);
  const { write } = categoryFeatures(column, standardize);
  const table = new Float32Array((unknown + 1) * width);
  const x = new Float32Array(levels.length + width);
  for (let code = 0; code <= unknown; code++) {
    const isRare = code >= levels.length && code < missing;
    const place = code < levels.length ? code : -1;
    x.fill(0);
    write({ isMissing: code === missing, place, rarePlace: isRare ? code - levels.length : -1 }, x, 0);
    table.set(x.subarray(levels.length), code * width);
  }
  return { table, width };
}

/** The code of each text, int64 [rows]. Case is taken off the letters of ASCII; those of others are listed in both cases. */
function codeOf(g: GraphWriter, input: string, column: CategoryColumn, { missing, unknown }: Codes): string {
  const texts = g.op("Reshape", [input, g.constant("int64", [1], [-1])]);
  // In the locale "C", which is everywhere; some runtimes lower other letters in it, too.
  const lowered = g.op("StringNormalizer", [texts], {
    case_change_action: { text: "LOWER" },
    is_case_sensitive: { int: 1 },
    locale: { text: "C" },
  });
  const all = [...column.levels, ...(column.rare?.levels ?? [])];
  const marks = spelledMarks(column);
  if (column.isExact) {
    const level = encode(g, texts, new Map(all.map((text, code) => [text, code])), unknown);
    const isMissing = encode(g, lowered, new Map(marks.map((mark) => [mark, 1])), 0);
    return g.op("Where", [g.cast(isMissing, "bool"), g.constant("int64", [], [missing]), level]);
  }
  const codes = new Map<string, number>();
  // A level that has a feature of its own is one, whatever the rare ones are.
  for (let code = all.length - 1; code >= 0; code--) for (const text of spellings(all[code]!)) codes.set(text, code);
  for (const mark of marks) codes.set(mark, missing);
  return encode(g, lowered, codes, unknown);
}

const encode = (g: GraphWriter, texts: string, codes: ReadonlyMap<string, number>, otherwise: number): string =>
  g.op(
    "LabelEncoder",
    [texts],
    {
      keys_strings: { texts: [...codes.keys()] },
      values_int64s: { ints: [...codes.values()] },
      default_int64: { int: otherwise },
    },
    "ai.onnx.ml",
  );

/** The marks of a column as they come from the normalizer. Numbers are there as they are written most. */
function spelledMarks(column: CategoryColumn): string[] {
  const own = (column.marks ?? []).flatMap((mark) => {
    const value = parseNumber(mark);
    return Number.isNaN(value) ? [mark] : [mark, String(value), value.toFixed(1), value.toFixed(2)];
  });
  const isMissing = missingTest(column, true);
  return [...missingAmongWords(), ...own].map(cellText).filter(isMissing).flatMap(spellings);
}

/** So many letters beyond ASCII are listed in both cases each, of more all in one case. */
const mostLetters = 6;
const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Ways to write a text whose ASCII letters were lowered, but not the others, or all. */
export function spellings(text: string): string[] {
  const key = labelKey(text);
  const letters = Array.from(key);
  const cased = letters.flatMap((letter, i) => (letter > "\x7f" && letter.toUpperCase() !== letter ? [i] : []));
  const found = new Set([key, lowerAscii(text), lowerAscii(text.toUpperCase())]);
  for (let subset = 0; cased.length <= mostLetters && subset < 2 ** cased.length; subset++) {
    const own = [...letters];
    cased.forEach((at, bit) => {
      if ((subset >> bit) & 1) own[at] = own[at]!.toUpperCase();
    });
    found.add(own.join(""));
  }
  return [...found].filter((each) => labelKey(each) === key);
}
