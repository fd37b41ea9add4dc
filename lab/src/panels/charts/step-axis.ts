// What all charts over the steps have in common: the step of the page and the one under any pointer as lines; dragging, wheel and click.
import type { ChartView } from "../../page/chart-view.ts";
import type { LabStore } from "../../page/store.ts";

/** Pixels from which on a pointer that is held down chooses steps to show. */
const dragged = 6;

/** The steps of some charts: those that they show, and where the training is, if one goes on here. */
export interface Steps {
  readonly view: ChartView;
  /** Undefined where it cannot be brought to another step. */
  readonly now?: { step(): number; subscribe(listener: () => void): () => void; seek(step: number): void };
}

/** Of the training of the page. */
export const stepsOf = (store: LabStore): Steps => ({
  view: store.figures.view,
  now: {
    step: () => store.frames.step,
    subscribe: (listener) => store.frames.subscribe(listener),
    seek: (step) => void store.seek(step),
  },
});

/** `over` covers the plot area of a chart whose steps are those of the view. Gives what ends it. */
export function attachSteps(over: HTMLElement, { view, now: training }: Steps): () => void {
  const line = (name: string): HTMLElement => {
    const made = document.createElement("div");
    made.className = name;
    over.append(made);
    return made;
  };
  const [now, pointed, chosen] = [line("chart-now"), line("chart-pointed"), line("chart-chosen")];
  const place = (mark: HTMLElement, step: number | undefined): void => {
    const [from, to] = view.range;
    const isOut = step === undefined || step < from || step > to;
    if (mark.hidden !== isOut) mark.hidden = isOut;
    if (!isOut) mark.style.left = `${(100 * (step - from)) / (to - from)}%`;
  };
  const draw = (): void => {
    const step = training?.step();
    // Where the end is followed the figures are a little behind.
    place(now, step !== undefined && view.isFollowing() ? Math.min(step, view.range[1]) : step);
    place(pointed, view.pointed);
  };
  const stepAt = ({ clientX }: MouseEvent): number => {
    const { left, width } = over.getBoundingClientRect();
    const [from, to] = view.range;
    return from + ((clientX - left) / width) * (to - from);
  };
  let began: { readonly x: number; readonly step: number } | undefined;
  chosen.hidden = true;
  const signal = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void) =>
    over.addEventListener(name, listener, { signal: signal.signal, passive: false });
  on("pointermove", (event) => {
    view.point(Math.max(0, Math.round(stepAt(event))));
    if (began === undefined || Math.abs(event.clientX - began.x) < dragged) return;
    const { left, width } = over.getBoundingClientRect();
    const [a, b] = [began.x, event.clientX].sort((p, q) => p - q) as [number, number];
    chosen.hidden = false;
    chosen.style.left = `${(100 * (a - left)) / width}%`;
    chosen.style.width = `${(100 * (b - a)) / width}%`;
  });
  on("pointerleave", () => view.point(undefined));
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    began = { x: event.clientX, step: stepAt(event) };
    if (event.pointerType === "mouse") over.setPointerCapture(event.pointerId);
  });
  on("pointercancel", () => {
    began = undefined;
    chosen.hidden = true;
  });
  on("pointerup", (event) => {
    if (began === undefined) return;
    const [a, b] = [began.step, stepAt(event)];
    const isDrag = Math.abs(event.clientX - began.x) >= dragged;
    began = undefined;
    chosen.hidden = true;
    if (isDrag) view.show(Math.min(a, b), Math.max(a, b));
    else if (a <= view.end) training?.seek(Math.max(0, Math.round(a)));
  });
  on("dblclick", () => view.follow());
  on("wheel", (event) => {
    // Where the page itself scrolls, the wheel is the page's.
    if (!event.ctrlKey && document.documentElement.scrollHeight > innerHeight + 1) return;
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan(event.deltaX / 500);
    else view.zoom(Math.exp(event.deltaY / 400), stepAt(event));
  });
  const offs = [view.subscribe(draw), training?.subscribe(draw)];
  draw();
  return () => {
    signal.abort();
    for (const off of offs) off?.();
    for (const mark of [now, pointed, chosen]) mark.remove();
  };
}
