// Lines as uPlot draws them: their names at their ends, the extremes of joined points behind them, on an axis that the lines decide.
import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";
import { apart } from "../../view/apart.ts";
import { shown } from "../../view/numbers.ts";
import { type Axis, type AxisKind, axisOf, ticksOf } from "../../view/range.ts";
import { seriesDash, seriesToken } from "../../view/series.ts";
import { onTheme, tokens } from "../../view/tokens.ts";
import { drawInTurn, dropTurn, settle } from "../../view/turns.ts";

export interface PlotLine {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly mean: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  /** Which of the colours, and whether dashed; else both by its place. */
  readonly look?: { readonly hue: number; readonly isDashed: boolean };
}

/** A value that is marked across the plot. */
export interface Guide {
  readonly value: number;
  readonly name: string;
}

const font = "12px Inter Variable, sans-serif";

export class LinePlot {
  readonly #box: HTMLElement;
  readonly #kind: AxisKind;
  readonly #guides: readonly Guide[];
  readonly #onOver: (over: HTMLElement) => () => void;
  #plot: uPlot | undefined;
  #offOver = () => {};
  #lines: readonly PlotLine[] = [];
  #axis: Axis;
  #range: readonly [number, number] = [0, 1];
  #lit: number | undefined;
  /** What a plot must be made anew for. */
  #shape = "";
  readonly #ends: (() => void)[] = [];

  /** `onOver` is told the element over the plot area, whenever there is a new one. */
  constructor(
    box: HTMLElement,
    kind: AxisKind,
    guides: readonly Guide[] = [],
    onOver: (over: HTMLElement) => () => void = () => () => {},
  ) {
    this.#box = box;
    this.#kind = kind;
    this.#guides = guides;
    this.#onOver = onOver;
    this.#axis = axisOf(kind, []);
    const observer = new ResizeObserver(() => {
      if (box.clientWidth > 0 && box.clientHeight > 0)
        this.#plot?.setSize({ width: box.clientWidth, height: box.clientHeight });
    });
    observer.observe(box);
    this.#ends.push(() => observer.disconnect());
    this.#ends.push(
      onTheme(() => {
        this.#shape = "";
        this.draw(this.#lines, this.#range);
      }),
    );
  }

  /** Undefined before the first drawing. */
  get canvas(): HTMLCanvasElement | undefined {
    return this.#plot?.ctx.canvas;
  }

  /** Pixels along the steps: more points than these are not seen. */
  get pixels(): number {
    return Math.max(100, Math.round(this.#plot?.bbox.width ?? 0));
  }

  /** In turn with the page's other canvases. */
  draw(lines: readonly PlotLine[], range: readonly [number, number]): void {
    this.#lines = lines;
    this.#range = range;
    drawInTurn(this.#draw);
  }

  readonly #draw = (): void => {
    const [lines, range] = [this.#lines, this.#range];
    // What is shown decides the axis.
    const guides = this.#guides.map(({ value }) => ({ low: [value], high: [value] }));
    this.#axis = axisOf(this.#kind, [...lines.map((line) => within(line, range)), ...guides]);
    const { kind, bend } = this.#axis;
    // The bend moves with the data: only where it moves far the axis is another one.
    const looks = lines.map(({ look }) => look && `${look.hue}${look.isDashed}`);
    const shape = `${lines.length} ${looks} ${kind} ${kind === "asinh" ? Math.round(Math.log10(bend)) : ""}`;
    const data = dataOf(lines);
    if (this.#plot !== undefined && this.#shape === shape) {
      const plot = this.#plot;
      // At once rather than when the script ends.
      plot.batch(() => plot.setData(data));
      settle(plot.ctx.canvas);
      return;
    }
    this.#end();
    this.#shape = shape;
    this.#plot = new uPlot(this.#options(), data, this.#box);
    this.#lit = undefined;
    this.#offOver = this.#onOver(this.#plot.over);
  };

  /** One line, the others pale; undefined: all alike. */
  light(line: number | undefined): void {
    if (line === this.#lit) return;
    this.#lit = line;
    // uPlot takes null for none, which its types leave out.
    this.#plot?.setSeries((line === undefined ? null : line + 1) as number, { focus: true });
  }

  end(): void {
    dropTurn(this.#draw);
    this.#end();
    for (const end of this.#ends) end();
  }

  #end(): void {
    this.#offOver();
    this.#offOver = () => {};
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #options(): uPlot.Options {
    const colours = tokens();
    const axis: uPlot.Axis = {
      stroke: colours.faint!,
      font,
      grid: { stroke: colours.grid!, width: 1 },
      ticks: { show: false },
    };
    const { kind, bend } = this.#axis;
    return {
      width: Math.max(this.#box.clientWidth, 50),
      height: Math.max(this.#box.clientHeight, 50),
      padding: [6, () => this.#roomForNames(), 0, 0],
      legend: { show: false },
      cursor: { show: false },
      focus: { alpha: 0.3 },
      scales: {
        x: { time: false, range: () => [this.#range[0], this.#range[1]] },
        y: {
          ...(kind === "log"
            ? { distr: 3 }
            : kind === "asinh"
              ? { distr: 4, asinh: 10 ** Math.round(Math.log10(bend)) }
              : {}),
          range: () => [this.#axis.from, this.#axis.to],
        },
      },
      axes: [
        { ...axis, size: 24, gap: 2 },
        {
          ...axis,
          size: 56,
          gap: 4,
          splits: (plot) => [...ticksOf(this.#axis, Math.max(2, plot.bbox.height / devicePixelRatio / 32))],
          filter: (_, splits) => splits,
          values: (_, splits) => splits.map((value) => tick(value)),
        },
      ],
      series: [
        {},
        ...this.#lines.map(
          (line, i): uPlot.Series => ({
            stroke: hue(line, i),
            width: 1.5,
            dash: line.look === undefined ? [...seriesDash(i)] : line.look.isDashed ? [6, 4] : [],
            spanGaps: true,
            points: { show: false },
          }),
        ),
      ],
      hooks: {
        drawAxes: [(plot) => this.#drawGuides(plot)],
        draw: [(plot) => this.#drawNames(plot)],
        drawSeries: [(plot, i) => this.#drawExtremes(plot, i)],
      },
    };
  }

  #roomForNames(): number {
    const context = this.#plot?.ctx;
    if (context === undefined) return 60;
    context.save();
    context.font = font;
    const names = [...this.#lines, ...this.#guides].map(({ name }) => context.measureText(name).width);
    const widest = names.reduce((most, width) => Math.max(most, width), 0);
    context.restore();
    return Math.min(120, widest + 12);
  }

  /** Of joined points, a thin line from the lowest to the highest: spikes stay seen. */
  #drawExtremes(plot: uPlot, series: number): void {
    const line = this.#lines[series - 1];
    if (line === undefined) return;
    const { ctx } = plot;
    ctx.save();
    clip(plot);
    ctx.strokeStyle = hue(line, series - 1);
    ctx.globalAlpha = 0.4;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([]);
    ctx.beginPath();
    for (let i = 0; i < line.x.length; i++) {
      const [low, high] = [line.low[i]!, line.high[i]!];
      if (!(high > low) || line.x[i]! < this.#range[0]) continue;
      const x = plot.valToPos(line.x[i]!, "x", true);
      ctx.moveTo(x, plot.valToPos(Math.max(low, this.#axis.from), "y", true));
      ctx.lineTo(x, plot.valToPos(Math.min(high, this.#axis.to), "y", true));
    }
    ctx.stroke();
    ctx.restore();
  }

  #drawGuides(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const { faint } = tokens();
    ctx.save();
    ctx.strokeStyle = faint!;
    ctx.lineWidth = devicePixelRatio;
    for (const { value } of this.#guides) {
      const y = Math.round(plot.valToPos(value, "y", true)) + 0.5;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.stroke();
    }
    ctx.restore();
  }

  /** The name of each line at its end, moved apart where ends are close. */
  #drawNames(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const size = 14 * devicePixelRatio;
    const [top, bottom] = [bbox.top + size / 2, bbox.top + bbox.height - size / 2];
    const guides = this.#guides.map(({ name, value }) => ({
      name,
      colour: tokens().faint!,
      y: Math.min(bottom, Math.max(top, plot.valToPos(value, "y", true))),
    }));
    const names = this.#lines.flatMap((line, i) => {
      const { name, x, mean } = line;
      let last = x.length - 1;
      while (last >= 0 && !(x[last]! <= this.#range[1] && Number.isFinite(mean[last]!))) last--;
      if (last < 0) return [];
      const y = plot.valToPos(mean[last]!, "y", true);
      return [{ name, colour: hue(line, i), y: Math.min(bottom, Math.max(top, y)) }];
    });
    for (const guide of guides) names.push(guide);
    names.sort((a, b) => a.y - b.y);
    const places = apart(
      names.map(({ y }) => y),
      size,
      bottom,
    );
    ctx.save();
    ctx.font = `${12 * devicePixelRatio}px Inter Variable, sans-serif`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    for (const [i, { name, colour }] of names.entries()) {
      ctx.fillStyle = colour;
      ctx.fillText(name, bbox.left + bbox.width + 6 * devicePixelRatio, places[i]!);
    }
    ctx.restore();
  }
}

function clip({ ctx, bbox }: uPlot): void {
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
}

const hue = ({ look }: PlotLine, at: number): string => tokens()[seriesToken(look?.hue ?? at)]!;

const tick = (value: number): string => {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5
    ? shown(value, 6)
        .replace(/(\.\d*?)0+$/, "$1")
        .replace(/\.$/, "")
    : shown(value, 1);
};

/** Lines of different steps as uPlot takes them: over all steps, with gaps. */
function dataOf(lines: readonly PlotLine[]): uPlot.AlignedData {
  if (lines.length === 0) return [[]];
  const tables = lines.map(
    ({ x, mean }): uPlot.AlignedData => [
      Array.from(x),
      Array.from(mean, (value) => (Number.isFinite(value) ? value : null)),
    ],
  );
  return tables.length === 1 ? tables[0]! : uPlot.join(tables);
}

/** The part of a line between two places. */
function within({ x, low, high }: PlotLine, [from, to]: readonly [number, number]) {
  const lows: number[] = [];
  const highs: number[] = [];
  for (let i = 0; i < x.length; i++) {
    if (x[i]! < from || x[i]! > to) continue;
    lows.push(low[i]!);
    highs.push(high[i]!);
  }
  return { low: lows, high: highs };
}
