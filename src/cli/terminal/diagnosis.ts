// Verdicts for a person: what is wrong and how much, its figures, and what remedies did.
import { count } from "../../data/wording.ts";
import { isTreatable } from "../../diagnose/remedies.ts";
import type { TwinReport } from "../../diagnose/try-remedies.ts";
import type { Diagnosis, Figures, Outcome, Remedy, Severity, TriedVerdict, Verdict } from "../../diagnose/verdict.ts";
import { magnitude, significant } from "./format.ts";
import { renderLedger } from "./ledger.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";
import { cut, printable, wrap } from "./text.ts";

/** What became of the remedies: tried for so many steps, or not, and why. */
export type Tried = { readonly steps: number } | { readonly untried: string };

/** Remedies shown of a verdict. */
const mostRemedies = 5;

export function renderDiagnosis(run: string, diagnosis: Diagnosis, tried: Tried, style: Style): string[] {
  const { bold, green } = style.colors;
  const { healthy, verdicts, ledger } = diagnosis;
  const name = bold(printable(run));
  const all = verdicts.length === 0 ? "nothing is wrong" : "nothing that costs anything";
  return [
    healthy
      ? `${name}: ${green(all)}${verdicts.length === 0 ? "" : `, ${count(verdicts.length, "remark")}`}`
      : `${name}: ${count(verdicts.length, "verdict")}, the most severe first`,
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

/** A line or two each. */
export const renderVerdicts = (verdicts: readonly Verdict[], style: Style): string[] =>
  verdicts.flatMap((verdict) =>
    indented(`${severityWord(verdict.severity, style)} ${printable(verdict.message)}`, style),
  );

/** "3/9  relu with He initial weights: loss 0.0213, validation 0.05" */
export function twinLine({ index, of, words, outcome }: TwinReport, { width }: Style): string {
  const { loss, validationLoss } = outcome;
  const validation = validationLoss === undefined ? "" : `, validation ${significant(validationLoss)}`;
  const head = `  ${String(index + 1).padStart(String(of).length)}/${of}  `;
  const tail = `: loss ${lossText(loss)}${validation}`;
  return `${head}${cut(printable(words), Math.max(10, width - head.length - tail.length))}${tail}`;
}

/** What the flags of a remedy did in twins of the training. */
export const remedySentence = ({ change, before, after }: Remedy, steps: number): string =>
  `${printable(change)}: the training loss after ${count(steps, "step")} is ${lossText(after.loss)} instead of ${lossText(before.loss)}.`;

/** Whether the same would be shown. */
const isSame = (some: readonly Remedy[], others: readonly Remedy[]): boolean =>
  some.length > 0 && shownFlags(some) === shownFlags(others);
const shownFlags = (remedies: readonly Remedy[]) =>
  remedies
    .slice(0, mostRemedies)
    .map(({ flags }) => flags)
    .join("\n");

function renderVerdict(verdict: TriedVerdict, tried: Tried | "above", style: Style): string[] {
  const { bold, dim } = style.colors;
  const { kind, severity, layers, sinceStep, message, evidence, cause, remedies } = verdict;
  const since = sinceStep > 0 ? `since step ${sinceStep}` : "in the data";
  const facts = [
    ["layers", layers.join(", ")],
    ["evidence", figures(evidence)],
    ["cause", figures(cause)],
  ] as const;
  return [
    `${severityWord(severity, style)} ${bold(kind.replaceAll("-", " "))}, ${since}`,
    ...indented(printable(message), style),
    ...facts.flatMap(([name, text]) => (text === "" ? [] : indented(`${name}: ${printable(text)}`, style).map(dim))),
    ...remedyLines(verdict, remedies, tried, style),
  ];
}

function remedyLines(verdict: Verdict, remedies: readonly Remedy[], tried: Tried | "above", style: Style): string[] {
  if (!isTreatable(verdict.kind))
    return indented("No option of chainrule train mends this: it lies in the data.", style);
  if (tried === "above") return indented("The same remedies help as above.", style);
  if ("untried" in tried) return [];
  if (remedies.length === 0) return ["", ...indented("Nothing that was tried made it better.", style)];
  const shown = remedies.slice(0, mostRemedies);
  const rows: readonly (readonly [words: string, outcome: Outcome])[] = [
    ["as it was", remedies[0]!.before],
    ...shown.map(({ change, after }, i) => [`${i + 1} ${printable(change)}`, after] as const),
  ];
  const column = (header: string, cell: (outcome: Outcome) => string) => ({
    header,
    align: "right" as const,
    cells: rows.map(([, outcome]) => cell(outcome)),
  });
  const has = (name: "validationLoss" | "product") => rows.some(([, outcome]) => outcome[name] !== undefined);
  const inner = { ...style, width: style.width - 2 };
  const table = renderTable(
    [
      { header: `tried for ${count(tried.steps, "step")}`, align: "left", cells: rows.map(([words]) => words) },
      column("loss", ({ loss }) => lossText(loss)),
      ...(has("validationLoss")
        ? [column("validation", ({ validationLoss: v }) => (v === undefined ? "–" : significant(v)))]
        : []),
      ...(has("product") ? [column("ledger", ({ product: p }) => (p === undefined ? "–" : magnitude(p)))] : []),
    ],
    inner,
  );
  const { cyan } = style.colors;
  return [
    "",
    ...table.map((line) => `  ${line}`),
    "",
    ...shown.flatMap(({ flags }, i) => indented(`${i + 1} ${flags}`, style).map(cyan)),
  ];
}

const lossText = (loss: number) => (Number.isNaN(loss) ? "not finite" : significant(loss));

const indented = (text: string, { width }: Style): string[] =>
  wrap(text, Math.min(width, 100) - 2).map((line) => `  ${line}`);

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
