// The runs of the server's folder: one is opened by its name, a second one laid over it.
import { useEffect, useState } from "react";
import { Checkbox, Link } from "react-aria-components";
import { shown } from "../view/numbers.ts";
import { addressOfRuns } from "./address.ts";
import { type ListedRun, listRuns, type RunList } from "./server.ts";

/** Between two looks at the list, while the page is seen. */
const milliseconds = 3000;

/** The list as it was last read, and why it could not be read since. */
export function useRunList(): { readonly list: RunList | undefined; readonly trouble: string | undefined } {
  const [list, setList] = useState<RunList>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    let isOver = false;
    const look = async () => {
      if (document.hidden) return;
      try {
        const next = await listRuns();
        if (isOver) return;
        setList((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
        setTrouble(undefined);
      } catch {
        if (!isOver) setTrouble("The lab's server does not answer. Start it again on its port: chainrule lab --port …");
      }
    };
    void look();
    const timer = setInterval(look, milliseconds);
    document.addEventListener("visibilitychange", look);
    return () => {
      isOver = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return { list, trouble };
}

interface RunsListProps {
  readonly list: RunList | undefined;
  readonly opened: readonly string[];
}

export function RunsList({ list, opened }: RunsListProps) {
  if (list === undefined) return <p className="caption">Reading the runs …</p>;
  if (list.runs.length === 0) return <p className="caption">There are no runs in {list.folder} yet.</p>;
  const [first] = opened;
  return (
    <ul className="live-runs" aria-label={`Runs in ${list.folder}`}>
      {list.runs.map((run) => (
        <li key={run.name} className="live-run" data-opened={opened.includes(run.name) || undefined}>
          <Link
            className="live-run-name"
            href={addressOfRuns([run.name])}
            {...(first === run.name && { "aria-current": "page" as const })}
          >
            {run.name}
          </Link>
          <span className="live-status" data-status={run.status}>
            {statusWords[run.status]}
          </span>
          <span className="caption">{describe(run)}</span>
          {first !== undefined && first !== run.name && run.status !== "unreadable" && (
            <Checkbox
              className="live-over"
              isSelected={opened.includes(run.name)}
              onChange={(isOver) => {
                location.hash = addressOfRuns(isOver ? [first, run.name] : [first]);
              }}
            >
              <span className="live-over-box" aria-hidden />
              Lay over
            </Checkbox>
          )}
        </li>
      ))}
    </ul>
  );
}

export const statusWords: Readonly<Record<ListedRun["status"], string>> = {
  running: "Running",
  finished: "Finished",
  interrupted: "Stopped early",
  failed: "Failed",
  crashed: "Cut off: its process is gone",
  unreadable: "Cannot be read",
};

/** Queries are left as they are. */
const baseName = (file: string): string => (/\s/.test(file) ? file : file.replace(/^.*[/\\]/, ""));

function describe({ data = [], target = [], epoch, metrics = {}, message }: ListedRun): string {
  const [figure] = ["accuracy", "r2", "rmse", "loss"].filter((name) => metrics[name] !== undefined);
  return [
    message,
    data.length > 0 && `${data.map(baseName).join(", ")} → ${target.join(", ")}`,
    epoch !== undefined && `epoch ${epoch}`,
    figure !== undefined && `${figure} ${shown(metrics[figure]!)}`,
  ]
    .filter((part) => part)
    .join(" · ");
}
