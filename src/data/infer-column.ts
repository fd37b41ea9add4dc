// What one column is, by all its cells and what the other columns say; or by the user's word.
import { ChainruleError } from "../ir/errors.ts";
import { type SettingAdvice, settingWords } from "../ir/setting-advice.ts";
import { labelKey, parseNumber } from "./cells.ts";
import { parseDate } from "./dates.ts";
import { type Encoded, mendCell } from "./encode.ts";
import type { Categories, Evidence, Inspection, Level } from "./inspect.ts";
import { isMissingWord, type MissingRule, missingTest } from "./missing.ts";
import { dateNotation, isEpoch, type Range, rangeOf, sentinelOf } from "./number-columns.ts";
import type { Counted, NumberFacts } from "./number-facts.ts";
import { differingUnits, parseWritten } from "./number-notation.ts";
import { type ColumnType, isValueType } from "./reading.ts";
import { isIdentifierName, isIndexName, isTimeName } from "./row-numbers.ts";
import { placeOf, type Table } from "./table.ts";
import { isProse, wordsAmongNumbers } from "./texts.ts";
import { valueType } from "./types/index.ts";
import type { DataWarning } from "./warning.ts";
import { count, grouped, quote, quoteList } from "./wording.ts";

/** What a look at all cells of a column tells. */
export interface Inferred {
  readonly type: ColumnType | "ignore";
  /** How its cells are written, for a type of values. */
  readonly notation: unknown;
  /** What is missing in it. */
  readonly rule: MissingRule;
  readonly missing: number;
  readonly distinct: number;
  readonly reason: string;
  readonly warnings: readonly DataWarning[];
  /** Of its numbers, where it holds some. */
  readonly range?: Range;
  /** The cells as they were read on the way, where they were. */
  readonly encoded: Encoded | undefined;
}

/** Below this many cells, distinct values say nothing about a column being an identifier. */
const fewCells = 10;
const identifierShare = 0.95;
/** A column of which at least this share are numbers (or dates) is meant to hold them. */
const meantShare = 0.9;
/** A column of texts is of categories up to this many of them, or where each comes `rowsPerLevel` times on average. */
const fewLevels = 20;
const rowsPerLevel = 2;

/** What its column does not say of a table. */
export type Outline = Pick<Table, "columns" | "hasHeader">;

export interface Role {
  readonly isTarget?: boolean;
  /** Lets a mostly numeric column with text in it pass as a category: a target to classify. */
  readonly isLenient?: boolean;
}

/**
 * The type of a column and how its cells are read. `given`: what the user says that it is.
 *
 * @throws ChainruleError TYPE_MISMATCH where most texts are numbers, or dates, and some are neither
 */
export const inferColumn = (
  table: Outline,
  seen: Inspection,
  evidence: Evidence,
  role: Role,
  given: ColumnType | "ignore" | undefined,
): Inferred => new ColumnJudge(table, seen, evidence, role).infer(given);

/** Decides what one column is. */
class ColumnJudge {
  readonly warnings: DataWarning[] = [];
  readonly table: Outline;
  readonly seen: Inspection;
  readonly evidence: Evidence;
  readonly role: Role;

  constructor(table: Outline, seen: Inspection, evidence: Evidence, role: Role) {
    this.table = table;
    this.seen = seen;
    this.evidence = evidence;
    this.role = role;
  }

  infer(given: ColumnType | "ignore" | undefined): Inferred {
    if (given !== undefined) return this.#given(given);
    const { numbers, values, filled, declared } = this.seen;
    if (declared !== undefined) return this.#given(declared, "as the file says");
    if (numbers)
      return filled === 0 ? this.#result("constant", 0, "every cell is missing") : this.#plainNumbers(numbers);
    if (values && !this.#isLabelled(values.notation)) return this.#values();
    return this.#words();
  }

  /** As the user says, or the file. */
  #given(type: ColumnType | "ignore", reason = "set by you"): Inferred {
    const { numbers, values, levels, others } = this.seen;
    if (!isValueType(type)) {
      if (numbers && type !== "category") return this.#result(type, numbers.distinct, reason);
      return this.#ofTexts(type, reason);
    }
    if (values?.type === type) return { ...this.#values(), reason };
    const usual = (type === "date" && numbers && dateNotation(numbers)) || valueType(type).usual;
    const distinct = numbers ? numbers.distinct : levels.length + others.texts;
    const isPlain = type === "number" && numbers !== undefined;
    const missing = isPlain ? this.seen.missing : this.seen.missingAmongValues();
    return {
      ...this.#result(type, distinct, reason, usual),
      missing,
      encoded: isPlain ? encodedOf(numbers) : undefined,
    };
  }

  #plainNumbers(numbers: NumberFacts): Inferred {
    const { name, filled, rows } = this.seen;
    const { isWhole } = numbers;
    if (!numbers.areExact) return this.#ofTexts(undefined, "", "whole numbers too long to be exact");
    const { distinct } = numbers;
    if (distinct === 1) return this.#result("constant", 1, `always ${quote(numbers.first)}`);
    if (isWhole && numbers.isZeroPadded) return this.#ofTexts(undefined, "", "codes with leading zeros");
    const dates = isWhole ? numbers.days : undefined;
    if (dates) return this.#result("date", distinct, "dates written as yyyymmdd", dates);
    if (isTimeName(name) && isEpoch(numbers)) {
      const notation = dateNotation(numbers)!;
      return this.#result("date", distinct, `${notation.form} since 1970, by its name and range`, notation);
    }
    if (isWhole && !this.role.isTarget && filled === rows && filled >= fewCells) {
      const numbering = this.table.columns.length > 2 ? numbers.numbering(name) : undefined;
      if (numbering) {
        const { what, isLeftOut, reason } = numbering;
        const [type, does] = isLeftOut ? (["number", "uses it"] as const) : (["identifier", "leaves it out"] as const);
        this.#warn(`${quote(name)} ${what}.`, { setting: "columnTypes", value: { [name]: type }, does });
        if (isLeftOut) return this.#result("identifier", distinct, reason);
      }
      if (isIndexName(name) && numbers.rise) {
        return this.#result("identifier", distinct, "an index: a different integer in every row, named like one");
      }
    }
    if (isWhole && this.table.hasHeader && isIdentifierName(name)) {
      if (numbers.areUnique && filled >= fewCells) {
        return this.#result("identifier", distinct, "a different integer in every row, and named like an identifier");
      }
      return this.#ofTexts(undefined, "", "codes, by its name");
    }
    if (!this.#warnOfOddDays(numbers)) this.#warnOfSentinels(numbers.sentinel);
    return {
      ...this.#result("number", distinct, isWhole ? "integers" : "numbers", valueType("number").usual),
      range: numbers,
      encoded: encodedOf(numbers),
    };
  }

  /** All texts are values of one type. */
  #values(): Inferred {
    const { name, levels, others, values, rule } = this.seen;
    const { type, notation, remark, doubt } = values!;
    const isMissing = missingTest(rule);
    const texts = levels.filter(({ text }) => !isMissing(text));
    const missing = this.seen.missingAmongValues();
    if (texts.length === 1) return { ...this.#result("constant", 1, `always ${quote(texts[0]!.text)}`), missing };
    if (doubt) {
      const { setting, value, does } = doubt;
      this.#warn(`${quote(name)}: ${doubt.text}.`, { setting, value, does });
    }
    const read = this.seen.read(type, notation);
    const range = rangeOf(read.values);
    if (type === "number") this.#warnOfSentinels(sentinelOf(read.values, range, read.counts));
    const distinct = texts.length + others.texts;
    return { ...this.#result(type, distinct, remark, notation), missing, range, encoded: read.encoded };
  }

  #words(): Inferred {
    const { levels, rule, filled } = this.seen;
    if (!this.role.isLenient) this.#refuseMixed();
    const words = levels.filter(
      ({ text }) => isMissingWord(text) && !rule.values?.some((one) => labelKey(one) === labelKey(text)),
    );
    const kept = words.filter(({ text, count: cells }) => this.#isValue(text, cells));
    for (const { text, count: cells } of kept) {
      if (!this.role.isTarget) continue;
      this.#warn(
        `${quote(text)} in ${count(cells, "row")} of ${quote(this.seen.name)} is taken as a value, since it comes as often as others.`,
        {
          setting: "missing",
          value: [{ column: this.seen.name, word: text }],
          does: "takes it as missing",
        },
      );
    }
    const values = [...(rule.values ?? []), ...kept.map(({ text }) => text)];
    const decided = values.length > 0 ? { ...rule, values } : rule;
    if (kept.length === words.length && filled === 0) return this.#result("constant", 0, "every cell is missing");
    return this.#ofTexts(undefined, "", "", decided);
  }

  /** A word that may mean "missing" is a value where it comes as often as another value, and the table does not say otherwise. */
  #isValue(text: string, cells: number): boolean {
    const others = this.seen.levels.filter((level) => !isMissingWord(level.text));
    const counts = new Map<string, number>();
    for (const level of others) counts.set(labelKey(level.text), (counts.get(labelKey(level.text)) ?? 0) + level.count);
    const least = [...counts.values()].reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const isMarkElsewhere = this.evidence.missingWords.has(labelKey(text)) && this.seen.missing === 0;
    return !isMarkElsewhere && cells * 2 >= least;
  }

  /** Category, identifier or text, by the number of distinct values and their length; or what was `given`. */
  #ofTexts(given: ColumnType | "ignore" | undefined, reason: string, remark = "", rule = this.seen.rule): Inferred {
    const categories = this.seen.categories(rule);
    const { levels, missing, distinct, codes } = categories;
    const [type, why] =
      given !== undefined
        ? [given, reason]
        : distinct === 1
          ? (["constant", `always ${quote(levels[0])}`] as const)
          : this.#textType(categories, this.seen.rows - missing, remark);
    return { ...this.#result(type, distinct, why), rule, missing, encoded: type === "category" ? codes : undefined };
  }

  #textType(
    { levels, spellings, distinct }: Categories,
    filled: number,
    remark: string,
  ): readonly [ColumnType, string] {
    const because = remark === "" ? "" : `${remark}: `;
    const units = distinct > fewLevels ? differingUnits(levels) : undefined;
    if (units) return ["text", this.#inSeveralUnits(units)];
    const words = distinct > fewLevels ? wordsAmongNumbers(levels) : undefined;
    if (words) return ["text", this.#besideWords(words)];
    if (filled >= fewCells && distinct >= identifierShare * filled) {
      if (isProse(levels)) {
        this.#warnOfProse();
        return ["text", "free text, nearly all different"];
      }
      const why =
        distinct === filled
          ? "a different value in every row"
          : `${grouped(distinct)} different values in ${count(filled, "cell")}`;
      return ["identifier", because + why];
    }
    if (distinct <= fewLevels || distinct * rowsPerLevel <= filled) {
      const merged = spellings.length === 0 ? "" : `; also written ${quoteList(spellings, 3)}`;
      return ["category", `${because}${grouped(distinct)} categories${merged}`];
    }
    if (!this.role.isTarget) {
      this.#warn(
        `${quote(this.seen.name)} is left out: ${grouped(distinct)} different texts in ${count(filled, "cell")} hardly repeat.`,
        { setting: "columnTypes", value: { [this.seen.name]: "category" }, does: "uses those that do" },
      );
    }
    const what = isProse(levels) ? "free text: " : because;
    return [
      "text",
      `${what}${grouped(distinct)} different values in ${count(filled, "cell")} are too many for categories`,
    ];
  }

  #warnOfProse(): void {
    const { name } = this.seen;
    if (this.role.isTarget) return;
    this.#warn(
      `${quote(name)} is left out: it holds free text, of which a network of numbers and categories learns nothing. Make columns of what counts in it.`,
      { setting: "columnTypes", value: { [name]: "text" }, does: "says so" },
    );
  }

  /** Numbers that cannot be compared as they are. */
  #inSeveralUnits(units: readonly string[]): string {
    const named = quoteList(
      units.map((unit) => (unit === "" ? "no unit" : unit)),
      5,
    );
    this.#warn(
      `${quote(this.seen.name)} is left out: it holds numbers in several units (${named}). Bring them to one.`,
      {
        setting: "columnTypes",
        value: { [this.seen.name]: "category" },
        does: "takes each for a category",
      },
    );
    return `numbers in several units: ${named}`;
  }

  /** Numbers, and a few words that may stand for missing ones. */
  #besideWords(words: readonly string[]): string {
    const { name } = this.seen;
    this.#warn(`${quote(name)} is left out: it holds numbers, and ${quoteList(words)} beside them.`, {
      setting: "missing",
      value: words.map((word) => ({ column: name, word })),
      does: `takes ${words.length === 1 ? "it" : "them"} as missing, and the rest as numbers`,
    });
    return `numbers, and ${quoteList(words)} beside them`;
  }

  /** Few numbers with a unit of letters name kinds: 2WD and 4WD. */
  #isLabelled(notation: unknown): boolean {
    const { values, levels, filled } = this.seen;
    if (values?.type !== "number") return false;
    const { unit } = notation as { unit: string };
    return /^\p{L}/u.test(unit) && levels.length <= 10 && filled >= 2 * levels.length;
  }

  /** @throws ChainruleError TYPE_MISMATCH where most texts are numbers, or dates, and some are neither */
  #refuseMixed(): void {
    const { levels, others } = this.seen;
    const isMissing = missingTest(this.seen.rule);
    const texts = levels.filter(({ text }) => !isMissing(text));
    const filled = texts.reduce((n, { count: cells }) => n + cells, others.numbers);
    for (const [kind, wanted, fits] of mostly) {
      const strays = texts.filter(({ text }) => !fits(text));
      const cells = strays.reduce((n, { count: each }) => n + each, fits("1.5") ? 0 : others.numbers);
      const areFew = cells <= Math.max(1, filled * (1 - meantShare));
      if (strays.length > 0 && filled - cells >= 3 && (areFew || strays.every(({ text }) => isInfinite(text))))
        throw mixed(this.seen, kind, wanted, strays[0]!, cells, filled);
    }
  }

  /** Days as yyyymmdd beside one number that is none: 0, 99999999. */
  #warnOfOddDays({ oddDay: odd }: NumberFacts): boolean {
    const { name } = this.seen;
    if (odd === undefined) return false;
    this.#warn(
      `${quote(name)} looks like dates written as yyyymmdd, but for ${odd.value} in ${count(odd.count, "cell")}: it is taken for numbers.`,
      {
        setting: "missing",
        value: [{ column: name, word: String(odd.value) }],
        does: "takes those as missing, and the rest as dates",
      },
    );
    return true;
  }

  #warnOfSentinels(found: Counted | undefined): void {
    const { name } = this.seen;
    if (found === undefined) return;
    this.#warn(
      `${quote(name)}: ${found.value} in ${count(found.count, "cell")} lies far from all other numbers, and looks like a mark for missing cells.`,
      {
        setting: "missing",
        value: [{ column: name, word: String(found.value) }],
        does: "takes it as missing",
      },
    );
  }

  #warn(message: string, ...settings: SettingAdvice[]): void {
    this.warnings.push({ column: this.seen.name, message, settings });
  }

  #result(type: ColumnType | "ignore", distinct: number, reason: string, notation: unknown = undefined): Inferred {
    const { rule, missing } = this.seen;
    return { type, notation, rule, missing, distinct, reason, warnings: this.warnings, encoded: undefined };
  }
}

const mostly: readonly (readonly [kind: string, wanted: string, fits: (text: string) => boolean])[] = [
  ["numeric", "a number", (text) => !Number.isNaN(parseNumber(text))],
  ["numeric", "a number", (text) => !Number.isNaN(parseWritten(text, { decimal: ".", unit: "" }))],
  ["numeric", "a number", (text) => !Number.isNaN(parseWritten(text, { decimal: ",", unit: "" }))],
  ["date", "a date", (text) => !Number.isNaN(parseDate(text, { form: "text", order: "month-first" }))],
  ["date", "a date", (text) => !Number.isNaN(parseDate(text, { form: "text", order: "day-first" }))],
];

const isInfinite = (text: string): boolean => /^[+-]?inf(inity)?$/i.test(text);

const encodedOf = ({ values }: NumberFacts): Encoded | undefined => values && { values, odd: 0 };

function mixed(
  seen: Inspection,
  kind: string,
  wanted: string,
  { text, row }: Level,
  strays: number,
  filled: number,
): ChainruleError {
  const { name } = seen;
  const { advice, settings } = mendCell(name);
  const others = strays === 1 ? "" : ` (the first of ${grouped(strays)} such cells)`;
  const asMissing = { setting: "missing", value: [{ column: name, word: text }] };
  const at = seen.originOf(row);
  return new ChainruleError(
    "TYPE_MISMATCH",
    `${placeOf(at, name)}: ${kind} column with text in row ${at.row}. ${grouped(filled - strays)} of ${count(filled, "cell")} hold ${wanted}, and this one holds ${quote(text)}${others}. If it means that the value is missing, say so (${settingWords(asMissing)}). ${advice}`,
    {
      ...at,
      column: name,
      cell: text,
      cells: strays,
      settings: [asMissing, ...settings!],
    },
  );
}
