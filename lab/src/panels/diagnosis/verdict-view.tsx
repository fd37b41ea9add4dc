// One verdict: how bad it is, where and since when, in a sentence and figures, and what may mend it.
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { highlight, noHighlight } from "../../page/highlight.ts";
import { useStore } from "../../page/use-lab.ts";
import type { DiagnosedVerdict } from "../../training/diagnosis.ts";
import type { ExaminedVerdict } from "../../training/examination.ts";
import { counted } from "../../view/numbers.ts";
import { figureText, figureWords, lossText } from "./figures.ts";

const icons = { severe: CircleAlert, warning: TriangleAlert, info: Info } as const;

type Change = DiagnosedVerdict["suggestions"][number]["change"];

/** Of the events alone. */
export function LiveVerdict({ verdict }: { readonly verdict: DiagnosedVerdict }) {
  const { suggestions } = verdict;
  return (
    <VerdictView verdict={verdict}>
      {suggestions.length > 0 && (
        <div className="verdict-remedies">
          <span className="caption">Try in a twin</span>
          {suggestions.map(({ words, change, flags }) => (
            <TwinButton key={flags} {...{ words, change, flags }} />
          ))}
        </div>
      )}
    </VerdictView>
  );
}

/** Remedies shown of one. */
const mostRemedies = 5;

/** With what was tried. */
export function ExaminedVerdictView({ verdict }: { readonly verdict: ExaminedVerdict }) {
  const { remedies, before, severity, isOfData, wasWarning } = verdict;
  const change = before === undefined ? "new" : before === severity ? undefined : `a ${severityWords[before]} before`;
  return (
    <VerdictView verdict={verdict} {...(change !== undefined && { note: change })}>
      {remedies.length > 0 ? (
        <div className="verdict-remedies">
          <span className="caption">Loss {lossText(remedies[0]!.before.loss)} as it was; in a twin</span>
          {remedies.slice(0, mostRemedies).map(({ change: words, settings, flags, after }) => (
            <TwinButton key={flags} words={`${lossText(after.loss)} with ${words}`} change={settings} flags={flags} />
          ))}
        </div>
      ) : (
        <p className="caption">
          {isOfData
            ? "No setting mends this: it lies in the data."
            : `Nothing that was tried helped${wasWarning ? ", so that this is no warning" : ""}.`}
        </p>
      )}
    </VerdictView>
  );
}

const severityWords = { severe: "severe one", warning: "warning", info: "remark" } as const;

function TwinButton({ words, change, flags }: { words: string; change: Change; flags: string }) {
  const store = useStore();
  return (
    <Button
      className="text-button verdict-remedy"
      isDisabled={!store.twins.hasRoom}
      onPress={() => store.addTwin(change)}
    >
      {words} <code>{flags}</code>
    </Button>
  );
}

function VerdictView({
  verdict: { kind, severity, message, layers, sinceStep, evidence, consequenceOf },
  note,
  children,
}: {
  readonly verdict: Omit<DiagnosedVerdict, "suggestions">;
  readonly note?: string;
  readonly children: ReactNode;
}) {
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
        {note !== undefined && <span className="verdict-note">{note}</span>}
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
      {children}
    </article>
  );
}
