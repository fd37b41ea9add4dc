// Diagnosis: what is wrong with the training as far as it is, with the figures that show it, and what may mend it.
import "./diagnosis-panel.css";
import { CircleCheck } from "lucide-react";
import { useLab, useVerdicts } from "../../page/use-lab.ts";
import type { LabDiagnosis } from "../../training/diagnosis.ts";
import type { LabExamination } from "../../training/examination.ts";
import { counted } from "../../view/numbers.ts";
import { ExaminationView, foundAt } from "./examination.tsx";
import { useExamination } from "./use-examination.ts";
import { ExaminedVerdictView, LiveVerdict } from "./verdict-view.tsx";

export function DiagnosisPanel() {
  const diagnosis = useVerdicts();
  const { training } = useLab();
  if (training?.isLesson && diagnosis === undefined)
    return <p className="caption">A lesson shows what it shows on purpose: nothing is judged here.</p>;
  if (diagnosis === undefined)
    return <p className="caption">Nothing is known before the first step: play, or take one.</p>;
  if (training?.isLesson)
    return (
      <div className="diagnosis">
        <LiveVerdicts diagnosis={diagnosis} />
      </div>
    );
  return <ExaminableDiagnosis diagnosis={diagnosis} />;
}

/** The verdicts of the examination where the training is at the step that was examined, those of its events elsewhere. */
function ExaminableDiagnosis({ diagnosis }: { readonly diagnosis: LabDiagnosis }) {
  const examination = useExamination();
  const { state } = useLab();
  const found = foundAt(examination.examining, diagnosis.step, state.interventions);
  return (
    <div className="diagnosis">
      {found === undefined ? <LiveVerdicts diagnosis={diagnosis} /> : <ExaminedVerdicts found={found} />}
      <ExaminationView examination={examination} step={diagnosis.step} />
    </div>
  );
}

function LiveVerdicts({ diagnosis: { verdicts, step } }: { readonly diagnosis: LabDiagnosis }) {
  return (
    <div className="diagnosis-verdicts">
      <Summary name="Diagnosis" verdicts={verdicts} />
      {verdicts.length === 0 && <Healthy words={`Nothing is wrong up to step ${counted(step)}`} />}
      {verdicts.map((verdict) => (
        <LiveVerdict key={keyOf(verdict)} verdict={verdict} />
      ))}
    </div>
  );
}

function ExaminedVerdicts({ found: { verdicts, withdrawn, step } }: { readonly found: LabExamination }) {
  return (
    <div className="diagnosis-verdicts">
      <Summary name="Examination" verdicts={verdicts} />
      {verdicts.length === 0 && <Healthy words={`Nothing is wrong at step ${counted(step)}, as examined`} />}
      {verdicts.map((verdict) => (
        <ExaminedVerdictView key={keyOf(verdict)} verdict={verdict} />
      ))}
      {withdrawn.map((verdict) => (
        <p className="caption" key={keyOf(verdict)}>
          Withdrawn: <s>{`${verdict.severity} ${verdict.kind.replaceAll("-", " ")}`}</s>. The events alone spoke of it,
          what was measured does not.
        </p>
      ))}
    </div>
  );
}

type AnyVerdict = Omit<LabDiagnosis["verdicts"][number], "suggestions">;

const keyOf = ({ kind, evidence }: AnyVerdict): string => `${kind} ${evidence.target ?? ""}`;

function Healthy({ words }: { readonly words: string }) {
  return (
    <p className="diagnosis-healthy">
      <CircleCheck size={18} aria-hidden /> {words}
    </p>
  );
}

function Summary({ name, verdicts }: { readonly name: string; readonly verdicts: readonly AnyVerdict[] }) {
  const words = verdicts.map(({ severity, kind }) => `${severity}, ${kind.replaceAll("-", " ")}`).join("; ");
  return (
    <p className="visually-hidden" role="status">
      {`${name}: ${words === "" ? "nothing is wrong" : words}`}
    </p>
  );
}
