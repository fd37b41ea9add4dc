// The frame of a chart: title, reading, table, and what can be saved of it.
import "./charts.css";
import { ChartNoAxesCombined, Ellipsis, Table2 } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Button, Menu, MenuItem, MenuTrigger, Popover, ToggleButton } from "react-aria-components";
import { useStore } from "../../page/use-lab.ts";
import { bounded, type ChartTable, csvOf } from "../../view/chart-table.ts";
import { download, pictureOf } from "../../view/download.ts";
import { exact } from "../../view/numbers.ts";

/** What a chart tells of itself. */
export interface ChartHandle {
  sentence(): string;
  /** What it shows. */
  table(): ChartTable;
  /** All that is kept of it, where that is more. */
  whole?(): Promise<ChartTable>;
  canvas(): HTMLCanvasElement | undefined;
}

/** Rows of a table on the page. */
const mostRows = 60;
/** Milliseconds between two tellings. */
const pause = 1000;

/** Where a chart and its frame meet. */
export interface ChartParts {
  readonly handle: RefObject<ChartHandle | null>;
  /** Called by the chart where it has drawn other figures. */
  readonly changed: RefObject<(() => void) | undefined>;
  /** Filled by the chart: values under the pointer. */
  readonly reading: RefObject<HTMLSpanElement | null>;
}

export function useChartParts(): ChartParts {
  const handle = useRef<ChartHandle>(null);
  const changed = useRef<() => void>(undefined);
  const reading = useRef<HTMLSpanElement>(null);
  return useMemo(() => ({ handle, changed, reading }), []);
}

interface ChartFrameProps {
  readonly title: string;
  readonly parts: ChartParts;
  /** Further controls. */
  readonly tools?: ReactNode;
  /** Read out where the training holds. */
  readonly isLive?: boolean;
  readonly children: ReactNode;
}

export function ChartFrame({ title, parts, tools, isLive = false, children }: ChartFrameProps) {
  const { handle, changed, reading } = parts;
  const store = useStore();
  const [table, setTable] = useState<ChartTable>();
  const box = useRef<HTMLDivElement>(null);
  const live = useRef<HTMLParagraphElement>(null);
  const isTable = table !== undefined;
  useEffect(() => {
    let due = 0;
    const tell = () => {
      const now = performance.now();
      const { isPlaying } = store.read();
      if (handle.current === null || (now < due && isPlaying)) return;
      due = now + pause;
      const sentence = `${title}: ${handle.current.sentence()}`;
      box.current?.setAttribute("aria-label", sentence);
      if (live.current && !isPlaying && live.current.textContent !== sentence) live.current.textContent = sentence;
      if (isTable) setTable(bounded(handle.current.table(), mostRows));
    };
    changed.current = tell;
    tell();
  }, [store, handle, changed, title, isTable]);
  const save = async (kind: string) => {
    const own = handle.current;
    if (own === null) return;
    const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    try {
      if (kind === "csv") {
        const whole = (await own.whole?.()) ?? own.table();
        download(`${name}.csv`, new Blob([csvOf(whole)], { type: "text/csv" }));
      } else {
        const canvas = own.canvas();
        if (canvas) download(`${name}.png`, await pictureOf(canvas, title));
      }
    } catch (error) {
      store.tell(error);
    }
  };
  return (
    <figure className="chart">
      <figcaption className="chart-head">
        <span className="panel-title">{title}</span>
        <span ref={reading} className="chart-reading number" aria-hidden />
        {tools}
        <ToggleButton
          className="icon-button small-button"
          aria-label={`${title} as a table`}
          isSelected={isTable}
          onChange={(isOn) => setTable(isOn && handle.current ? bounded(handle.current.table(), mostRows) : undefined)}
        >
          {isTable ? <ChartNoAxesCombined size={15} aria-hidden /> : <Table2 size={15} aria-hidden />}
        </ToggleButton>
        <MenuTrigger>
          <Button className="icon-button small-button" aria-label={`Save ${title}`}>
            <Ellipsis size={15} aria-hidden />
          </Button>
          <Popover className="popover">
            <Menu className="list-box" aria-label={`Save ${title}`} onAction={(key) => void save(String(key))}>
              <MenuItem id="png" className="list-box-item">
                Save picture (PNG)
              </MenuItem>
              <MenuItem id="csv" className="list-box-item">
                Save figures (CSV)
              </MenuItem>
            </Menu>
          </Popover>
        </MenuTrigger>
      </figcaption>
      <div ref={box} className="chart-body" role="img" aria-label={title} data-covered={isTable || undefined}>
        {children}
      </div>
      {table && <FigureTable title={title} table={table} />}
      {isLive && <p ref={live} className="visually-hidden" aria-live="polite" />}
    </figure>
  );
}

function FigureTable({ title, table: { header, rows } }: { readonly title: string; readonly table: ChartTable }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section className="chart-table" aria-label={`${title}, table`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {header.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]}>
              {row.map((value, i) => (
                <td key={header[i]} className="number">
                  {typeof value === "string"
                    ? value
                    : Number.isNaN(value)
                      ? ""
                      : i === 0
                        ? exact(value)
                        : digits(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const digits = (value: number): string =>
  Number.isInteger(value) ? exact(value) : exact(Number(value.toPrecision(6)));
