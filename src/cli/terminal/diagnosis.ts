// Verdicts for a person: what is wrong and how much, its figures, and what remedies did.
import { count } from "../../data/wording.ts";
import { detectorOf } from "../../diagnose/detectors.ts";
import type { Figures, Severity } from "../../diagnose/finding.ts";
import { lower, type Outcome } from "../../diagnose/goals.ts";
import type { TwinReport } from "../../diagnose/try-remedies.ts";
import type { Diagnosis, Remedy, TriedVerdict, Verdict } from "../../diagnose/verdict.ts";
import { flagText } from "../../train/settings/flags.ts";
import { plainOrPower, significant } from "./format.ts";
import { renderLedger } from "./ledger.ts";
import type { Style } from "./style.ts";
import { renderTable, type TableColumn, tableWidth } from "./table.ts";
import { displayWidth, printable, wrap } from "./text.ts";

/** What became of the remedies: tried for so many steps, or not, and why. */
export type Tried = { readonly steps: number } | { readonly untried: string };

/** A training that goes on, or was cut off. */
export interface Unfinished {
  /** The last that is known of; 0 where none is. */
  readonly step: number;
}

/** Remedies shown of a verdict. */
const mostRemedies = 5;

export function renderDiagnosis(
  run: string,
  diagnosis: Diagnosis,
  { tried, unfinished }: { readonly tried: Tried; readonly unfinished?: Unfinished },
  style: Style,
): string[] {
  const { bold } = style.colors;
  const { verdicts, ledger } = diagnosis;
  return [
    `${bold(printable(run))}: ${headline(diagnosis, style)}`,
    ...(unfinished ? wrap(`It has not ended; seen so far: ${stepText(unfinished)}.`, style.width) : []),
    ...verdicts.flatMap((verdict, i) => {
      const above = verdicts.slice(0, i).some((other) => isSame(other.remedies, verdict.remedies));
      return ["", ...renderVerdict(verdict, above ? "above" : tried, style)];
    }),
    ...("untried" in tried && verdicts.length > 0
      ? ["", ...wrap(`No remedies were tried: ${tried.untried}`, style.width)]
      : []),
    ...(ledger.length === 0
      ? []
      : ["", bold("The chain-rule ledger of the last step that was observed"), "", ...renderLedger(ledger, style)]),
  ];
}

/** Green where steps were seen, and nothing is wrong in them. */
function headline({ healthy, verdicts, ledger }: Diagnosis, { colors }: Style): string {
  if (!healthy) return `${count(verdicts.length, "verdict")}, causes before what follows from them`;
  const remarks = verdicts.length === 0 ? "" : `, ${count(verdicts.length, "remark")}`;
  if (ledger.length === 0) return `no step was observed, so there is nothing to judge by${remarks}`;
  return `${colors.green(verdicts.length === 0 ? "nothing is wrong" : "nothing that costs anything")}${remarks}`;
}

const stepText = ({ step }: Unfinished) => (step === 0 ? "no step" : `step ${step}`);

/** A line or two for each cause, and one that names what follows from it. */
export const renderVerdicts = (verdicts: readonly Verdict[], style: Style): string[] =>
  verdicts.flatMap((verdict, at) => {
    if (verdict.consequenceOf !== undefined) return [];
    const rest = verdicts.slice(at + 1);
    const end = rest.findIndex(({ consequenceOf }) => consequenceOf === undefined);
    const follow = rest.slice(0, end < 0 ? rest.length : end).map(({ kind }) => kind.replaceAll("-", " "));
    return [
      ...indented(`${severityWord(verdict.severity, style)} ${printable(verdict.message)}`, style),
      ...(follow.length === 0
        ? []
        : indented(
            `From it ${follow.length === 1 ? "follows" : "follow"}: ${[...new Set(follow)].join(", ")}.`,
            style,
          )),
    ];
  });

/** "3/9  relu with He initial weights: loss 0.0213, validation 0.05", in as many lines as it takes; "10" of combinations. */
export function twinLines({ index, of, words, outcome }: TwinReport, { width }: Style): string[] {
  const { loss, validationLoss } = outcome;
  const validation = validationLoss === undefined ? "" : `, validation ${significant(validationLoss)}`;
  const digits = String(of).length;
  const number = String(index + 1).padStart(digits);
  const head = `  ${(index < of ? `${number}/${of}` : number).padEnd(2 * digits + 1)}  `;
  const text = `${printable(words)}: loss ${lossText(loss)}${validation}`;
  return wrap(text, width - head.length).map((line, i) => (i === 0 ? head : " ".repeat(head.length)) + line);
}

/** What a remedy did in twins of the training. */
export const remedySentence = ({ change, before, after }: Remedy, steps: number): string =>
  `${printable(change)}: the training loss after ${count(steps, "step")} is ${lossText(after.loss)} instead of ${lossText(before.loss)}.`;

/** A remedy as programs read it: what it sets by its flags. */
export const withFlags = ({ change, settings, before, after }: Remedy) => ({
  ...{ change, flags: flagText(settings), before, after },
});

/** Whether the same would be shown. */
const isSame = (some: readonly Remedy[], others: readonly Remedy[]): boolean =>
  some.length > 0 && shownFlags(some) === shownFlags(others);
const shownFlags = (remedies: readonly Remedy[]) =>
  remedies
    .slice(0, mostRemedies)
    .map(({ settings }) => flagText(settings))
    .join("\n");

function renderVerdict(verdict: TriedVerdict, tried: Tried | "above", style: Style): string[] {
  const { bold, dim } = style.colors;
  const { kind, severity, layers, sinceStep, message, evidence, cause, remedies, consequenceOf } = verdict;
  const since = sinceStep > 0 ? `since step ${sinceStep}` : "in the data";
  const facts = [
    ["follows from", consequenceOf?.replaceAll("-", " ") ?? ""],
    ["layers", layers.join(", ")],
    ["evidence", figures(evidence)],
    ["cause", figures(placed(cause))],
  ] as const;
  return [
    `${severityWord(severity, style)} ${bold(kind.replaceAll("-", " "))}, ${since}`,
    ...indented(printable(message), style),
    ...facts.flatMap(([name, text]) => (text === "" ? [] : indented(`${name}: ${printable(text)}`, style).map(dim))),
    ...remedyLines(verdict, remedies, tried, style),
  ];
}

function remedyLines(
  verdict: TriedVerdict,
  remedies: readonly Remedy[],
  tried: Tried | "above",
  style: Style,
): string[] {
  const { remedies: rules } = detectorOf(verdict.kind);
  if (rules.length === 0) return indented("No option of chainrule train mends this: it lies in the data.", style);
  if (tried === "above") return indented("The same remedies help as above.", style);
  if ("untried" in tried) return [];
  if (remedies.length === 0) {
    const share = Math.round(100 * (1 - lower));
    const so = verdict.wasWarning ? ", so that this is no warning" : "";
    return ["", ...indented(`Nothing that was tried lowered the loss by ${share} %${so}.`, style)];
  }
  const shown = remedies.slice(0, mostRemedies);
  const outcomes = [remedies[0]!.before, ...shown.map(({ after }) => after)];
  const column = (header: string, cell: (outcome: Outcome) => string): TableColumn => ({
    header,
    align: "right",
    cells: outcomes.map(cell),
  });
  const has = (name: "validationLoss" | "product") => outcomes.some((outcome) => outcome[name] !== undefined);
  const measured = [
    column("loss", ({ loss }) => lossText(loss)),
    ...(has("validationLoss")
      ? [column("validation", ({ validationLoss: v }) => (v === undefined ? "–" : significant(v)))]
      : []),
    ...(has("product") ? [column("ledger", ({ product: p }) => (p === undefined ? "–" : plainOrPower(p)))] : []),
  ];
  const inner = { ...style, width: style.width - 2 };
  const words = ["as it was", ...shown.map(({ change }, i) => `${i + 1} ${printable(change)}`)];
  const header = `tried for ${count(tried.steps, "step")}`;
  const table = renderTable(wordsBeside(header, words, measured, inner.width), inner);
  const { cyan } = style.colors;
  return [
    "",
    ...table.map((line) => `  ${line}`),
    "",
    ...shown.flatMap(({ settings }, i) => indented(`${i + 1} ${flagText(settings)}`, style).map(cyan)),
  ];
}

/** Columns of words and figures, the words in as many lines as they take. */
function wordsBeside(
  header: string,
  words: readonly string[],
  figures: readonly TableColumn[],
  width: number,
): TableColumn[] {
  const room = Math.max(
    displayWidth(header),
    width - tableWidth([{ header: "", align: "left", cells: [] }, ...figures]),
  );
  const lines = words.map((text) =>
    wrap(text, room - wordIndent.length).map((line, i) => (i === 0 ? line : wordIndent + line)),
  );
  const cells = (column: TableColumn) =>
    lines.flatMap((own, i) => own.map((_, line) => (line === 0 ? column.cells[i]! : "")));
  return [
    { header, align: "left", cells: lines.flat() },
    ...figures.map((column) => ({ ...column, cells: cells(column) })),
  ];
}

/** As wide as "1 ". */
const wordIndent = "  ";

const lossText = (loss: number) => (Number.isNaN(loss) ? "not finite" : significant(loss));

const indented = (text: string, { width }: Style): string[] =>
  wrap(text, Math.min(width, 100) - 2).map((line) => `  ${line}`);

/** The row of a split is counted from 0, and says nothing beside the table's own. */
function placed({ row, ...cause }: Figures): Figures {
  return row === undefined || cause.tableRow !== undefined ? cause : { ...cause, "row (counted from 0)": row };
}

/** "product 3.1e-7, layers 8" */
function figures(all: Figures): string {
  const figure = (value: number | string | boolean) => (typeof value === "number" ? numberText(value) : String(value));
  return Object.entries(all)
    .map(([name, value]) => {
      const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      if (typeof value !== "object") return `${words} ${figure(value)}`;
      const more = value.length > 4 ? ` and ${value.length - 4} more` : "";
      return `${words} ${value.slice(0, 4).map(figure).join(" ")}${more}`;
    })
    .join(", ");
}

const numberText = (value: number) =>
  Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : significant(value);

function severityWord(severity: Severity, { colors }: Style): string {
  const color = { severe: colors.red, warning: colors.yellow, info: colors.blue }[severity];
  return color(`${severity}:`);
}
