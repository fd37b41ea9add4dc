// An examination of the training that is open, by a worker of its own: how far it is, what it found, and its stop.
import { useEffect, useRef, useState } from "react";
import { useStore } from "../../page/use-lab.ts";
import type { LabExamination, TriedReport } from "../../training/examination.ts";
import { LabClient } from "../../worker/client.ts";
import { proxied } from "../../worker/proxied.ts";

export interface Examining {
  readonly isRunning: boolean;
  /** Twins so far. */
  readonly reports: readonly TriedReport[];
  /** At the end. */
  readonly found?: LabExamination;
  /** What had been set by hand when it began, as JSON. */
  readonly interventions: string;
}

export interface UseExamination {
  readonly examining: Examining | undefined;
  start(): void;
  stop(): void;
}

export function useExamination(): UseExamination {
  const store = useStore();
  const [examining, setExamining] = useState<Examining>();
  const worker = useRef<LabClient>(undefined);
  useEffect(() => () => worker.current?.close(), []);
  const change = (own: (before: Examining) => Partial<Examining>) =>
    setExamining((before) => before && { ...before, ...own(before) });
  const stop = () => {
    worker.current?.close();
    worker.current = undefined;
    change(() => ({ isRunning: false }));
  };
  const start = () =>
    void store.attempt(async () => {
      const client = new LabClient();
      worker.current = client;
      const { recipe, file } = store;
      setExamining({ isRunning: true, reports: [], interventions: JSON.stringify(recipe.interventions) });
      const onTwin = proxied((report: TriedReport) => change(({ reports }) => ({ reports: [...reports, report] })));
      try {
        const asked = await store.client.ask((service) => service.toExamine(recipe));
        if (worker.current !== client) return;
        const found = await client.ask((service) => service.examine(asked, recipe, file, onTwin));
        change(() => ({ found }));
      } finally {
        if (worker.current === client) stop();
      }
    });
  return { examining, start, stop };
}
