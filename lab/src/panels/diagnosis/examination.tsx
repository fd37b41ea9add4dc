// The examination of a training: begun and stopped here, what it is doing, and what each twin did.
import { Square } from "lucide-react";
import { Button } from "react-aria-components";
import { useLab, useStore } from "../../page/use-lab.ts";
import type { LabExamination, TriedReport } from "../../training/examination.ts";
import { counted } from "../../view/numbers.ts";
import { lossText } from "./figures.ts";
import type { Examining, UseExamination } from "./use-examination.ts";

export function ExaminationView({
  examination: { examining, start, stop },
  step,
}: {
  readonly examination: UseExamination;
  /** Where the training is. */
  readonly step: number;
}) {
  const { state } = useLab();
  const store = useStore();
  const found = examining?.found;
  return (
    <section className="examination" aria-label="Examination">
      {examining?.isRunning ? (
        <Button className="text-button" onPress={stop}>
          <Square size={14} aria-hidden /> Stop
        </Button>
      ) : (
        <Button className="text-button" onPress={start}>
          Examine
        </Button>
      )}
      <p className="caption" role="status">
        {examining === undefined
          ? "Networks of parts of the table say what the events cannot, and each remedy is tried in a short twin from the same seed"
          : progressOf(examining)}
      </p>
      {found !== undefined && found.step !== step && isOf(examining!, state.interventions) && (
        <Button className="text-button" onPress={() => void store.seek(found.step)}>
          Back to step {counted(found.step)}, where it was examined
        </Button>
      )}
      {examining !== undefined && examining.reports.length > 0 && <TwinsTable reports={examining.reports} />}
    </section>
  );
}

/** Whether what was set by hand is as it was. */
const isOf = (examining: Examining, interventions: unknown): boolean =>
  examining.interventions === JSON.stringify(interventions);

/** What was found of a training at this step, if it was examined there. */
export function foundAt(
  examining: Examining | undefined,
  step: number,
  interventions: unknown,
): LabExamination | undefined {
  const found = examining?.found;
  return found?.step === step && isOf(examining!, interventions) ? found : undefined;
}

function progressOf({ isRunning, reports, found }: Examining): string {
  const of = reports.at(-1)?.of;
  if (found !== undefined) {
    const twins =
      found.steps === 0 ? "nothing had to be tried" : `each remedy in a twin of ${counted(found.steps)} steps`;
    return `Examined at step ${counted(found.step)}: ${twins}`;
  }
  if (!isRunning) return `Stopped after ${counted(reports.length)} of the twins`;
  if (of === undefined) return "Training networks on parts of the table, and asking them for the others …";
  return `Trying remedies in short twins: ${reports.length} of ${Math.max(of, reports.length)} …`;
}

/** The best last loss first; what was not finite at the end. */
const rank = ({ outcome: { loss } }: TriedReport): number => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss);

function TwinsTable({ reports }: { readonly reports: readonly TriedReport[] }) {
  const store = useStore();
  const sorted = [...reports].sort((a, b) => rank(a) - rank(b));
  return (
    <table className="examination-table">
      <thead>
        <tr>
          <th scope="col">Change</th>
          <th scope="col">Loss</th>
          <th scope="col">Validation</th>
          <th scope="col">
            <span className="visually-hidden">Open</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map(({ index, words, outcome, change, flags }) => (
          <tr key={index} data-before={index === 0 || undefined}>
            <td>
              {words} <code>{flags}</code>
            </td>
            <td className="number">{lossText(outcome.loss)}</td>
            <td className="number">{outcome.validationLoss === undefined ? "–" : lossText(outcome.validationLoss)}</td>
            <td>
              {index > 0 && (
                <Button
                  className="text-button"
                  aria-label={`Open as a twin: ${words}`}
                  isDisabled={!store.twins.hasRoom}
                  onPress={() => store.addTwin(change)}
                >
                  Twin
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
