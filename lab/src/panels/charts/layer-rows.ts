// Rows of a chart that are of layers: the one under the pointer is lit everywhere, and one that is lit elsewhere has a frame here.
import { highlight, noHighlight } from "../../page/highlight.ts";
import { litAmong } from "../../page/lit-layer.ts";
import type { LabStore } from "../../page/store.ts";

/** Where rows stand over an element, in its pixels. */
export interface RowsPlace {
  readonly names: readonly string[];
  readonly top: number;
  readonly height: number;
}

export interface LayerRows {
  /** The row that is lit. */
  lit(): number | undefined;
  /** Where there are other rows, or they stand elsewhere. */
  place(): void;
  end(): void;
}

export function attachRows(over: HTMLElement, store: LabStore, place: () => RowsPlace): LayerRows {
  const mark = document.createElement("div");
  mark.className = "chart-row";
  over.append(mark);
  let own = noHighlight;
  const lit = (): number | undefined => {
    const { training } = store.read();
    return training && litAmong(training, place().names);
  };
  const draw = (): void => {
    const row = lit();
    mark.hidden = row === undefined;
    if (row === undefined) return;
    const { top, height } = place();
    mark.style.top = `${top + row * height}px`;
    mark.style.height = `${height}px`;
  };
  const move = ({ clientY }: PointerEvent): void => {
    const { names, top, height } = place();
    const name = names[Math.floor((clientY - over.getBoundingClientRect().top - top) / height)];
    if (name === highlight.get()[0]) return;
    own = name === undefined ? noHighlight : [name];
    highlight.set(own);
  };
  // React tells what the pointer enters before this: that stays lit.
  const leave = (): void => {
    if (highlight.get() === own) highlight.set(noHighlight);
  };
  over.addEventListener("pointermove", move);
  over.addEventListener("pointerleave", leave);
  const off = highlight.subscribe(draw);
  draw();
  return {
    lit,
    place: draw,
    end() {
      off();
      over.removeEventListener("pointermove", move);
      over.removeEventListener("pointerleave", leave);
      mark.remove();
    },
  };
}
