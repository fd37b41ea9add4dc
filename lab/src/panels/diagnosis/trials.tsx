// All remedies of the verdicts tried in short twins, by a worker of its own: how far it is, and what each did.
import { Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useStore } from "../../page/use-lab.ts";
import type { LabDiagnosis, TriedReport } from "../../training/diagnosis.ts";
import { counted, shown } from "../../view/numbers.ts";
import { LabClient } from "../../worker/client.ts";
import { proxied } from "../../worker/proxied.ts";

interface Tried {
  readonly reports: readonly TriedReport[];
  readonly isRunning: boolean;
  /** Steps of each; known at the end. */
  readonly steps?: number;
}

export function TrialsView({ diagnosis }: { readonly diagnosis: LabDiagnosis }) {
  const store = useStore();
  const [tried, setTried] = useState<Tried>();
  const worker = useRef<LabClient>(undefined);
  useEffect(() => () => worker.current?.close(), []);
  const stop = () => {
    worker.current?.close();
    worker.current = undefined;
    setTried((before) => before && { ...before, isRunning: false });
  };
  const start = () =>
    store.attempt(async () => {
      const client = new LabClient();
      worker.current = client;
      setTried({ reports: [], isRunning: true });
      const { recipe, file } = store;
      const onTwin = proxied((report: TriedReport) =>
        setTried((before) => before && { ...before, reports: [...before.reports, report] }),
      );
      try {
        const steps = await client.ask((service) => service.trials(diagnosis, recipe, file, onTwin));
        setTried((before) => before && { ...before, steps });
      } finally {
        if (worker.current === client) stop();
      }
    });
  const of = tried?.reports.at(-1)?.of;
  return (
    <section className="trials" aria-label="Remedies tried">
      {tried?.isRunning ? (
        <Button className="text-button" onPress={stop}>
          <Square size={14} aria-hidden /> Stop
        </Button>
      ) : (
        <Button className="text-button" onPress={start}>
          Try all
        </Button>
      )}
      <p className="caption" role="status">
        {tried === undefined
          ? "Each remedy in a short twin from the same seed"
          : tried.isRunning
            ? `${tried.reports.length}${of === undefined ? "" : ` of ${Math.max(of, tried.reports.length)}`} tried`
            : tried.steps === undefined
              ? `Stopped after ${tried.reports.length}`
              : `${counted(tried.steps)} steps each`}
      </p>
      {tried !== undefined && tried.reports.length > 0 && <TrialsTable reports={tried.reports} />}
    </section>
  );
}

/** The best last loss first; what was not finite at the end. */
const rank = ({ outcome: { loss } }: TriedReport): number => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss);

function TrialsTable({ reports }: { readonly reports: readonly TriedReport[] }) {
  const store = useStore();
  const sorted = [...reports].sort((a, b) => rank(a) - rank(b));
  return (
    <table className="trials-table">
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
            <td className="number">{Number.isNaN(outcome.loss) ? "not finite" : shown(outcome.loss)}</td>
            <td className="number">{outcome.validationLoss === undefined ? "–" : shown(outcome.validationLoss)}</td>
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
