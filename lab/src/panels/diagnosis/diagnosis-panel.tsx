// Diagnosis: what is wrong with the training as far as it is, with the figures that show it, and what may mend it.
import "./diagnosis-panel.css";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { Button } from "react-aria-components";
import { highlight, noHighlight } from "../../page/highlight.ts";
import { useLab, useStore, useVerdicts } from "../../page/use-lab.ts";
import type { DiagnosedVerdict } from "../../training/diagnosis.ts";
import { counted } from "../../view/numbers.ts";
import { figureText, figureWords } from "./figures.ts";
import { TrialsView } from "./trials.tsx";

const icons = { severe: CircleAlert, warning: TriangleAlert, info: Info } as const;

export function DiagnosisPanel() {
  const diagnosis = useVerdicts();
  const { training } = useLab();
  if (training?.isLesson && diagnosis === undefined)
    return <p className="caption">A lesson shows what it shows on purpose: nothing is judged here.</p>;
  if (diagnosis === undefined)
    return <p className="caption">Nothing is known before the first step: play, or take one.</p>;
  const { verdicts, step } = diagnosis;
  return (
    <div className="diagnosis">
      <div className="diagnosis-verdicts">
        <p className="visually-hidden" role="status">
          {summaryOf(verdicts)}
        </p>
        {verdicts.length === 0 && (
          <p className="diagnosis-healthy">
            <CircleCheck size={18} aria-hidden /> Nothing is wrong up to step {counted(step)}
          </p>
        )}
        {verdicts.map((verdict) => (
          <VerdictView key={`${verdict.kind} ${verdict.evidence.target ?? ""}`} verdict={verdict} />
        ))}
      </div>
      {verdicts.some(({ suggestions }) => suggestions.length > 0) && <TrialsView diagnosis={diagnosis} />}
    </div>
  );
}

const summaryOf = (verdicts: readonly DiagnosedVerdict[]): string =>
  verdicts.length === 0
    ? "Diagnosis: nothing is wrong"
    : `Diagnosis: ${verdicts.map(({ severity, kind }) => `${severity}, ${kind.replaceAll("-", " ")}`).join("; ")}`;

function VerdictView({ verdict }: { readonly verdict: DiagnosedVerdict }) {
  const store = useStore();
  const { kind, severity, message, layers, sinceStep, evidence, suggestions, consequenceOf } = verdict;
  const Icon = icons[severity];
  return (
    <article
      className="verdict"
      data-severity={severity}
      onPointerEnter={() => highlight.set(layers)}
      onPointerLeave={() => highlight.set(noHighlight)}
    >
      <h3 className="verdict-title">
        <Icon size={16} aria-hidden />
        <span className="verdict-severity">{severity}</span> {kind.replaceAll("-", " ")}
        <span className="caption">
          {sinceStep > 0 && ` since step ${counted(sinceStep)}`}
          {layers.length > 0 && `, in ${layers.join(", ")}`}
          {consequenceOf !== undefined && `, follows from the ${consequenceOf.replaceAll("-", " ")}`}
        </span>
      </h3>
      <p>{message}</p>
      <dl className="verdict-figures">
        {Object.entries(evidence).map(([name, figure]) => (
          <div key={name}>
            <dt>{figureWords(name)}</dt>
            <dd className="number">{figureText(figure)}</dd>
          </div>
        ))}
      </dl>
      {suggestions.length > 0 && (
        <div className="verdict-remedies">
          <span className="caption">Try in a twin</span>
          {suggestions.map(({ words, change, flags }) => (
            <Button
              key={flags}
              className="text-button verdict-remedy"
              isDisabled={!store.twins.hasRoom}
              onPress={() => store.addTwin(change)}
            >
              {words} <code>{flags}</code>
            </Button>
          ))}
        </div>
      )}
    </article>
  );
}
