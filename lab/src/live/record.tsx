// A run that the page repeats, beside its record: from which epoch on their losses have other bits, if from any.
import "./record.css";
import { useRef } from "react";
import { useAsked } from "../page/use-asked.ts";
import { useLab } from "../page/use-lab.ts";
import type { LabState } from "../recipe/recipe.ts";
import type { ColumnData } from "../training/columns.ts";
import { exact } from "../view/numbers.ts";

interface RunRecord {
  readonly run: string;
  readonly state: LabState;
  /** "epoch:loss" of the run. */
  readonly losses: ColumnData;
}

let record: RunRecord | undefined;

/** The page repeats this run from here on. */
export function keepRecord(run: string, state: LabState, losses: ColumnData): void {
  record = { run, state, losses };
}

/** The record of a training, where the page has it. */
const recordOf = ({ data, settings, interventions }: LabState): RunRecord | undefined =>
  record !== undefined &&
  interventions.length === 0 &&
  JSON.stringify([data, settings]) === JSON.stringify([record.state.data, record.state.settings])
    ? record
    : undefined;

const figure = "epoch:loss";

/** In words, how far a repetition agrees with the record of the run. */
export function compared({ run, losses }: Pick<RunRecord, "run" | "losses">, here: ColumnData | undefined): string {
  const count = here?.step.length ?? 0;
  if (count === 0) return `This repeats ${run}: play it, and its losses are compared with the record`;
  for (let i = 0; i < Math.min(count, losses.step.length); i++) {
    if (here!.step[i] !== losses.step[i]) break;
    if (here!.mean[i] !== losses.mean[i])
      return `This repeats ${run}. Their bits differ from the end of the epoch at step ${losses.step[i]} on: its loss is ${exact(here!.mean[i]!)} here, and ${exact(losses.mean[i]!)} on record`;
  }
  return `This repeats ${run}: the same losses so far, bit for bit`;
}

export function RecordBar() {
  const { state, generation } = useLab();
  const known = recordOf(state);
  return known === undefined ? null : <RecordLine key={generation} known={known} />;
}

function RecordLine({ known }: { readonly known: RunRecord }) {
  const line = useRef<HTMLParagraphElement>(null);
  const version = useRef(-1);
  useAsked(
    (service) => service.columns(version.current, [figure]),
    ({ version: next, columns }) => {
      if (next === version.current) return;
      version.current = next;
      line.current!.textContent = compared(known, columns[0]);
    },
  );
  return (
    <p ref={line} className="live-record" role="status">
      {compared(known, undefined)}
    </p>
  );
}
