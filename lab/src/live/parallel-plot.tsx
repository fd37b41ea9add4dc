// Parallel coordinates: a line a run over one axis for each setting and the metric; two sliders on each axis say which part counts.
import { useEffect, useRef, useState } from "react";
import { addressOfRuns } from "./address.ts";
import type { Brushes, RunAxis } from "./axes.ts";
import type { ListedRun } from "./server.ts";

interface PlotProps {
  readonly runs: readonly ListedRun[];
  readonly axes: readonly RunAxis[];
  /** Names of those within all parts. */
  readonly shown: ReadonlySet<string>;
  readonly brushes: Brushes;
  readonly lit: string | undefined;
  onBrush(axis: string, part: readonly [number, number]): void;
  onLight(name: string | undefined): void;
}

/** Pixels. */
const size = { height: 300, top: 44, bottom: 16, side: 24, leastGap: 128 } as const;
/** Of the sliders: a run's place is met exactly where it is a hundredth. */
const step = 0.01;
const whole = [0, 1] as const;

export function ParallelPlot({ runs, axes, shown, brushes, lit, onBrush, onLight }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(() => setRoom(box.current?.clientWidth ?? 0));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  // The names of the last axis' ticks stand right of it, those of the others too.
  const width = Math.max(room, 2 * size.side + axes.length * size.leastGap);
  const gap = (width - 2 * size.side) / axes.length;
  const x = (i: number) => size.side + i * gap;
  const y = (place: number) => size.top + (1 - place) * (size.height - size.top - size.bottom);
  const lineOf = (run: ListedRun): string => {
    let path = "";
    let isDown = false;
    for (const [i, axis] of axes.entries()) {
      const place = axis.place(run);
      if (place !== undefined) path += `${isDown ? "L" : "M"}${x(i).toFixed(1)} ${y(place).toFixed(1)}`;
      isDown = place !== undefined;
    }
    return path;
  };
  // Those that are left out lie below, the one that is pointed at above all.
  const rank = ({ name }: ListedRun) => (name === lit ? 2 : shown.has(name) ? 1 : 0);
  const ordered = runs.toSorted((a, b) => rank(a) - rank(b));
  return (
    <div ref={box} className="parallel">
      <div className="parallel-inner" style={{ width, height: size.height }}>
        <svg width={width} height={size.height} aria-hidden="true">
          {ordered.map((run) => (
            <path key={run.name} d={lineOf(run)} className="parallel-line" data-rank={rank(run)} />
          ))}
          {runs
            .filter(({ name }) => shown.has(name))
            .map((run) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: the table has the same by keyboard.
              <path
                key={run.name}
                d={lineOf(run)}
                className="parallel-hit"
                onPointerEnter={() => onLight(run.name)}
                onPointerLeave={() => onLight(undefined)}
                onClick={() => {
                  location.hash = addressOfRuns([run.name]);
                }}
              >
                <title>{run.name}</title>
              </path>
            ))}
          {axes.map((axis, i) => (
            <g key={axis.name} className="parallel-axis">
              <line x1={x(i)} x2={x(i)} y1={y(1)} y2={y(0)} />
              {axis.ticks.map(({ at, words }) => (
                <text key={words} x={x(i) + 12} y={y(at)} dy="0.35em">
                  {cut(words)}
                </text>
              ))}
              <text className="parallel-name" x={x(i) - 6} y={16}>
                {axis.label}
              </text>
            </g>
          ))}
        </svg>
        {axes.map((axis, i) => (
          <fieldset
            key={axis.name}
            className="parallel-brush"
            aria-label={`Part of ${axis.label} that is shown`}
            style={{ left: x(i) - 12, top: y(1) - 12, height: y(0) - y(1) + 24 }}
          >
            {(["from", "to"] as const).map((end, at) => {
              const part = brushes[axis.name] ?? whole;
              return (
                <input
                  key={end}
                  type="range"
                  className="parallel-end"
                  min={0}
                  max={1}
                  step={step}
                  value={part[at]}
                  aria-label={`${axis.label} ${end}`}
                  aria-valuetext={axis.wordsAt(part[at]!)}
                  onChange={({ target }) => {
                    const place = Number(target.value);
                    onBrush(
                      axis.name,
                      end === "from" ? [Math.min(place, part[1]), part[1]] : [part[0], Math.max(place, part[0])],
                    );
                  }}
                />
              );
            })}
          </fieldset>
        ))}
      </div>
    </div>
  );
}

/** So many letters stand between two axes. */
const most = 16;
const cut = (words: string): string => (words.length > most ? `${words.slice(0, most - 1)}…` : words);
