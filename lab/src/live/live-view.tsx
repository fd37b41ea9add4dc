// Runs of the server's folder, followed as they are written: one, or two laid over each other.
import "./live.css";
import { Pause, Play, Square } from "lucide-react";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Button, ProgressBar } from "react-aria-components";
import { ChartView } from "../page/chart-view.ts";
import { useStore } from "../page/use-lab.ts";
import { counted, shown } from "../view/numbers.ts";
import { addressOfRuns } from "./address.ts";
import { Comparison } from "./comparison.tsx";
import { LayersTable } from "./layers-table.tsx";
import { LineStream } from "./line-stream.ts";
import { type ChartLine, LiveChart } from "./live-chart.tsx";
import { LiveRun, type LiveState, stepsOf } from "./live-run.ts";
import { paced } from "./paced.ts";
import { keepRecord } from "./record.tsx";
import { repeated } from "./repeat.ts";
import { RunsList, statusWords, useRunList } from "./runs-list.tsx";
import { control, type FoundVerdict, findings } from "./server.ts";
import { leaveTab, showInTab } from "./title.ts";

/** The run that was asked for, or that the server's process has just begun, is opened by itself, but not again. */
const openOnce = { isDue: true };

/** Runs that are laid over each other. */
const most = 2;

export function LiveView({ names }: { readonly names: readonly string[] }) {
  const { list, trouble } = useRunList();
  const key = names.slice(0, most).join("\n");
  const [runs, setRuns] = useState<readonly LiveRun[]>([]);
  useEffect(() => {
    const opened = (key === "" ? [] : key.split("\n")).map((name) => new LiveRun(name));
    setRuns(opened);
    const [first, second] = opened.map((run) => ({ name: run.name, listener: run }));
    const stream = first && new LineStream(first, second);
    return () => stream?.close();
  }, [key]);
  const { opened } = list ?? {};
  useEffect(() => {
    if (opened === undefined || !openOnce.isDue) return;
    openOnce.isDue = false;
    if (key === "") location.replace(addressOfRuns([opened]));
  }, [opened, key]);
  const [first] = runs;
  return (
    <main className="live" data-open={first !== undefined || undefined}>
      <section className="live-left" aria-label="Runs">
        <h2 className="panel-title">{list ? `Runs in ${list.folder}` : "Runs"}</h2>
        {trouble && (
          <p className="live-trouble" role="status">
            {trouble}
          </p>
        )}
        <RunsList list={list} opened={names} />
      </section>
      {first === undefined ? (
        <section className="live-middle">
          <p>Choose a run: it is followed as it is written.</p>
          {list && list.runs.length > 1 && <Comparison runs={list.runs} />}
        </section>
      ) : (
        <RunPanels key={key} runs={runs} first={first} />
      )}
    </main>
  );
}

function useRun(run: LiveRun): LiveState {
  return useSyncExternalStore(
    useMemo(() => pacedBy(run), [run]),
    run.read,
  );
}

const pacedBy = (run: LiveRun) => (listener: () => void) => {
  const pace = paced(listener);
  const off = run.subscribe(pace.ask);
  return () => {
    pace.cancel();
    off();
  };
};

const lossLines: readonly ChartLine[] = [
  { figure: "epoch:loss", words: "training" },
  { figure: "validation:loss", words: "validation" },
];

function RunPanels({ runs, first }: { readonly runs: readonly LiveRun[]; readonly first: LiveRun }) {
  const state = useRun(first);
  const [view] = useState(() => new ChartView());
  const verdicts = useFindings(first, state);
  const { done, all } = stepsOf(state);
  const isRunning = state.news?.status === "running";
  const isSevere = verdicts.some(({ severity }) => severity === "severe");
  const share = all === 0 ? 0 : done / all;
  const percent = Math.floor(100 * share);
  useEffect(() => {
    showInTab({ name: first.name, share: percent / 100, isRunning, isSevere });
  }, [first, percent, isRunning, isSevere]);
  useEffect(() => leaveTab, []);
  const metrics = Object.keys(state.epoch?.validation ?? {})
    .filter((name) => name !== "loss")
    .join();
  const metricLines = useMemo(
    () => metrics.split(",").map((name): ChartLine => ({ figure: `validation:${name}`, words: name })),
    [metrics],
  );
  const layers = state.start?.layers.join("\n") ?? "";
  const gradientLines = useMemo(
    () => spread(layers.split("\n")).map((name): ChartLine => ({ figure: `${name}:gradientRms`, words: name })),
    [layers],
  );
  return (
    <>
      <section className="live-middle" aria-label={`Run ${first.name}`}>
        <RunHead run={first} state={state} share={share} />
        {runs.length > 1 && <p className="caption">Dashed lines are those of {runs[1]!.name}</p>}
        <LiveChart title="Loss" runs={runs} lines={lossLines} axis="log" view={view} />
        {metrics !== "" && (
          <LiveChart title="On the rows for validation" runs={runs} lines={metricLines} axis="signed" view={view} />
        )}
        {layers !== "" && (
          <LiveChart title="Gradient RMS of the layers" runs={runs} lines={gradientLines} axis="log" view={view} />
        )}
      </section>
      <section className="live-right" aria-label="Layers and diagnosis">
        <LayersTable state={state} />
        <Verdicts verdicts={verdicts} />
      </section>
    </>
  );
}

/** As many as there are colours: the first, the last, and some between. */
function spread(names: readonly string[], most = 7): readonly string[] {
  if (names.length <= most) return names;
  return Array.from({ length: most }, (_, i) => names[Math.round((i * (names.length - 1)) / (most - 1))]!);
}

interface HeadProps {
  readonly run: LiveRun;
  readonly state: LiveState;
  readonly share: number;
}

function RunHead({ run, state, share }: HeadProps) {
  const { news, isConnected, epoch, start, progress, fault } = state;
  const { done, all } = stepsOf(state);
  const isRunning = news?.status === "running";
  const figures: [string, string][] = [
    ["epoch", epoch && start ? `${counted(epoch.epoch)} / ${counted(start.epochs)}` : ""],
    ["step", `${counted(done)} / ${counted(all)}`],
    ["loss", epoch || progress ? shown((progress?.step ?? 0) > (epoch?.step ?? 0) ? progress!.loss : epoch!.loss) : ""],
    ["seconds left", isRunning && progress ? counted(Math.round(progress.secondsLeft)) : ""],
  ];
  return (
    <header className="live-head">
      <h2 className="live-name">{run.name}</h2>
      <span className="live-status" data-status={news?.status} role="status">
        {news === undefined ? "Connecting …" : statusWords[news.status]}
        {news?.control === "paused" && ", paused"}
        {news?.control === "stopping" && ", stopping"}
        {!isConnected && news?.status === "running" && ", not connected"}
      </span>
      <Controls run={run} news={news} />
      <ProgressBar className="live-progress" aria-label="Steps done" value={100 * share}>
        <span className="live-progress-done" style={{ width: `${100 * share}%` }} />
      </ProgressBar>
      <dl className="live-figures">
        {figures
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="number" data-testid={`live-${name}`}>
                {value}
              </dd>
            </div>
          ))}
      </dl>
      {(fault ?? news?.message) && (
        <p className="live-trouble" role="alert">
          {fault ?? news?.message}
        </p>
      )}
    </header>
  );
}

/** Pause and stop, where the server's process trains; or what shows the run from within. */
function Controls({ run, news }: { readonly run: LiveRun; readonly news: LiveState["news"] }) {
  const store = useStore();
  const [trouble, setTrouble] = useState<string>();
  const ask = (work: () => Promise<unknown>) => () => {
    setTrouble(undefined);
    work().catch((error: Error) => setTrouble(error.message));
  };
  const isHeld = news?.control === "paused";
  const hasControl = news?.control === "running" || isHeld;
  const lookInside = async () => {
    const { state, file } = await repeated(run.name);
    const [losses] = run.columns.data(["epoch:loss"]);
    if (losses !== undefined) keepRecord(run.name, state, losses);
    if (state.data.kind === "file") store.giveFile(state.data.sha256, file);
    store.commit({ ...state, selection: undefined, scene: undefined });
  };
  return (
    <div className="live-controls">
      {hasControl && (
        <>
          <Button className="text-button" onPress={ask(() => control(isHeld ? "resume" : "pause"))}>
            {isHeld ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />}
            {isHeld ? "Go on" : "Pause"}
          </Button>
          <Button className="text-button" onPress={ask(() => control("stop"))}>
            <Square size={16} aria-hidden />
            Stop and save
          </Button>
        </>
      )}
      {news?.status === "finished" && (
        <Button className="text-button" onPress={ask(lookInside)}>
          Repeat it here
        </Button>
      )}
      {trouble && (
        <p className="live-trouble" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

/** How much the events grow between two looks at what they say. */
const growth = 1.5;

function useFindings(run: LiveRun, { lines, news }: LiveState): readonly FoundVerdict[] {
  const [verdicts, setVerdicts] = useState<readonly FoundVerdict[]>([]);
  const [looked, setLooked] = useState({ lines: 0, status: "" });
  const status = news?.status ?? "";
  const isDue = lines > 0 && status !== "" && (lines >= growth * looked.lines || status !== looked.status);
  useEffect(() => {
    if (!isDue) return;
    setLooked({ lines, status });
    // An answer is worth having; where there is none, the next look will have one.
    findings(run.name).then(setVerdicts, () => {});
  }, [run, isDue, lines, status]);
  return verdicts;
}

function Verdicts({ verdicts }: { readonly verdicts: readonly FoundVerdict[] }) {
  const serious = verdicts.filter(({ severity }) => severity !== "info");
  return (
    <div className="live-verdicts" role="status">
      <h3 className="panel-title">Diagnosis</h3>
      {serious.length === 0 && <p className="caption">Nothing is wrong so far</p>}
      {serious.map(({ kind, severity, message }) => (
        <p key={kind} className="live-verdict" data-severity={severity}>
          <strong>{severity === "severe" ? "Severe" : "Warning"}</strong> {message}
        </p>
      ))}
    </div>
  );
}
