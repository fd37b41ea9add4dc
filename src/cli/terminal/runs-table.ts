// Many runs as one table: a row a run, numbers with their points below each other, and what could not be read.
import { enumeration } from "../../data/wording.ts";
import { maximum } from "../../ir/stats.ts";
import { factsOf, factText } from "../../runs/compare-runs.ts";
import type { FoundRun } from "../../runs/listed-run.ts";
import { headline, metricLabel, metricValue } from "./format.ts";
import type { Style } from "./style.ts";
import { renderTable, type TableColumn, tableWidth } from "./table.ts";
import { cutStart, displayWidth, printable, wrap } from "./text.ts";

export interface RunsTable {
  readonly sort: string | undefined;
  /** Those that some of the runs have. */
  readonly metrics: readonly string[];
  /** Those that differ. */
  readonly settings: readonly string[];
  /** To the width of a terminal: elsewhere lines are as long as they are. */
  readonly isCut: boolean;
}

/** Cells that a cut path keeps at least. */
const leastPath = 12;

export function renderRuns(runs: readonly FoundRun[], table: RunsTable, style: Style): string[] {
  const { sort, settings, isCut } = table;
  const width = isCut ? style.width : Number.POSITIVE_INFINITY;
  const facts = runs.map(factsOf);
  const paths = runs.map(({ run }) => printable(run));
  const first: TableColumn = { header: "run", align: "left", cells: paths };
  const figures: TableColumn[] = [
    { header: "status", align: "left", cells: runs.map(({ status }) => status) },
    numbers(
      "epochs",
      runs.map(({ epoch }) => epoch?.toString() ?? ""),
    ),
    ...shownMetrics(runs, sort).map((name) =>
      numbers(
        metricLabel(name),
        runs.map(({ metrics }) => (metrics?.[name] === undefined ? "" : metricValue(name, metrics[name]))),
      ),
    ),
  ];
  const columns = settings.map((name): TableColumn => {
    const cells = facts.map((all) => printable(factText(name, short(all[name])) ?? ""));
    const isNumeric = facts.every((all) => all[name] === undefined || typeof all[name] === "number");
    const header = name === "data" ? name : `--${dashed(name)}`;
    return isNumeric ? numbers(header, cells) : { header, align: "left", cells };
  });
  let shown = columns.length;
  const all = () => [
    { ...first, cells: paths.map((path) => cutStart(path, leastPath)) },
    ...figures,
    ...columns.slice(0, shown),
  ];
  while (shown > 0 && tableWidth(all()) > width) shown--;
  const left =
    tableWidth([{ ...first, cells: [] }, ...figures, ...columns.slice(0, shown)]) - displayWidth(first.header);
  const cells = paths.map((path) => cutStart(path, Math.max(4, width - left)));
  const [head, ...rows] = renderTable([{ ...first, cells }, ...figures, ...columns.slice(0, shown)], {
    ...style,
    width,
  });
  const out = columns.slice(shown).map(({ header }) => header);
  return [
    head!,
    ...rows.map((row, i) => coloured(row, runs[i]!, style)),
    ...(out.length === 0 ? [] : ["", ...wrap(`No room for ${enumeration(out, "and")}: --csv has all.`, style.width)]),
    ...runs.flatMap(({ run, message, error }) => {
      const said = message ?? (error && `failed by ${error}`);
      return said === undefined ? [] : ["", ...wrap(printable(`${run}: ${said}`), isCut ? style.width : 80)];
    }),
  ];
}

/** The loss, what says most to people, and what they are sorted by. */
function shownMetrics(runs: readonly FoundRun[], sort: string | undefined): readonly string[] {
  const heads = runs.flatMap(({ metrics, target = [] }) => headline(metrics, target.length > 1) ?? []);
  const hasLoss = runs.some(({ metrics }) => metrics?.loss !== undefined);
  return [...new Set([...(sort === undefined ? [] : [sort]), ...(hasLoss ? ["loss"] : []), ...heads])];
}

/** Six digits of a number: what a sampler draws has all of a float's. --csv and --json have them. */
const short = (value: unknown): unknown => (typeof value === "number" ? Number(value.toPrecision(6)) : value);

const dashed = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** With their decimal points below each other. */
function numbers(header: string, cells: readonly string[]): TableColumn {
  const after = cells.map((cell) => cell.length - /^[^.e%]*/.exec(cell)![0].length);
  const most = maximum(after);
  return {
    header,
    align: "right",
    cells: cells.map((cell, i) => (cell === "" ? "" : cell + " ".repeat(most - after[i]!))),
  };
}

const bad: readonly FoundRun["status"][] = ["failed", "crashed", "unreadable"];

function coloured(row: string, { status }: FoundRun, { colors }: Style): string {
  if (bad.includes(status)) return colors.red(row);
  return status === "running" ? colors.cyan(row) : row;
}
