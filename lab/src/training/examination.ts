// A training of the page examined as chainrule diagnose does it: networks of parts of its table, and twins with remedies. In a chunk of its own.
import {
  detectors,
  diagnose,
  examine,
  type Remedy,
  type Severity,
  type TriedVerdict,
  type TwinReport,
  type Verdict,
} from "chainrule/diagnose";
import { settingsOf, sharedOptions } from "chainrule/runs";
import { flagText } from "chainrule/train";
import { settingsOfRecipe } from "../out/source.ts";
import type { Recipe } from "../recipe/recipe.ts";
import type { ToExamine } from "./diagnosis.ts";
import type { OwnFile } from "./open.ts";
import { readTable } from "./open-table.ts";

/** A twin that has been trained, with the flags of what it has otherwise. */
export interface TriedReport extends TwinReport {
  readonly flags: string;
}

export interface ExaminedVerdict extends TriedVerdict {
  readonly remedies: readonly (Remedy & { readonly flags: string })[];
  /** What it was while the events alone were known; absent where they did not show it. */
  readonly before?: Severity;
  /** No setting mends it. */
  readonly isOfData: boolean;
}

export interface LabExamination {
  /** Steps that it is of. */
  readonly step: number;
  /** Of each twin; 0 where nothing had to be tried. */
  readonly steps: number;
  readonly verdicts: readonly ExaminedVerdict[];
  /** What the events alone spoke of, and the whole does not. */
  readonly withdrawn: readonly Verdict[];
}

/** Some seconds of work: of networks on parts of the table first, then a second or two for each twin. Not for a lesson. */
export async function examinationOf(
  { step, events, result }: ToExamine,
  recipe: Recipe,
  { file, onTwin }: { readonly file?: OwnFile | undefined; onTwin(report: TriedReport): void },
): Promise<LabExamination> {
  const settings = settingsOfRecipe(recipe);
  const { table } = await readTable(recipe, file);
  const own = { data: sharedOptions(settings), settings: { ...settingsOf(settings), threads: 1 } };
  const { verdicts, steps } = await examine([...events, ...result], table, own, (report) =>
    onTwin({ ...report, flags: flagText(report.change) }),
  );
  const said = diagnose(events).verdicts;
  return {
    step,
    steps,
    verdicts: verdicts.map((verdict) => {
      const before = said.find((other) => isSame(other, verdict))?.severity;
      return {
        ...verdict,
        remedies: verdict.remedies.map((remedy) => ({ ...remedy, flags: flagText(remedy.settings) })),
        ...(before && { before }),
        isOfData: detectors.find(({ kind }) => kind === verdict.kind)!.remedies.length === 0,
      };
    }),
    withdrawn: said.filter((verdict) => !verdicts.some((other) => isSame(other, verdict))),
  };
}

const isSame = (a: Verdict, b: Verdict): boolean => a.kind === b.kind && a.evidence.target === b.evidence.target;
