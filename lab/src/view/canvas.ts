// A canvas of the page: as sharp as the screen, and as large as its box.
import { drawInTurn, dropTurn, settle, type Turn } from "./turns.ts";

export interface Surface {
  /** Draws in turn with other canvases. */
  redraw(): void;
  end(): void;
}

/** Calls `draw` with the context, in CSS pixels, at once and whenever its box changes; `redraw` does so in turn with other canvases. */
export function sized(
  canvas: HTMLCanvasElement,
  draw: (context: CanvasRenderingContext2D, width: number, height: number) => void,
): Surface {
  const context = canvas.getContext("2d")!;
  const drawNow = (width: number, height: number): void => {
    clear(context, width, height);
    draw(context, width, height);
  };
  return followed(canvas, drawNow, (width, height) => {
    drawNow(width, height);
    settle(canvas);
  });
}

/** A picture of a millisecond and more, in parts that are drawn over several frames of the screen; it is seen when it is whole. */
export function sizedInParts(
  canvas: HTMLCanvasElement,
  draw: (context: CanvasRenderingContext2D, width: number, height: number) => Iterable<void>,
): Surface {
  const context = canvas.getContext("2d")!;
  const behind = document.createElement("canvas");
  const hidden = behind.getContext("2d")!;
  let parts: Iterator<void> | undefined;
  /** What is drawn is another thing since its first part. */
  let isStale = false;
  const begin = (width: number, height: number): Iterator<void> => {
    isStale = false;
    fit(behind, canvas.width, canvas.height);
    clear(hidden, width, height);
    return draw(hidden, width, height)[Symbol.iterator]();
  };
  const show = (): void => {
    parts = undefined;
    context.resetTransform();
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(behind, 0, 0);
  };
  const surface = followed(
    canvas,
    (width, height) => {
      const all = begin(width, height);
      while (!all.next().done);
      show();
    },
    (width, height) => {
      parts ??= begin(width, height);
      const isWhole = parts.next().done;
      if (isWhole) show();
      settle(isWhole ? canvas : behind);
      return isWhole && !isStale ? undefined : "more";
    },
  );
  const redraw = (): void => {
    isStale = parts !== undefined;
    surface.redraw();
  };
  return { ...surface, redraw };
}

/** `draw` is called at once where its box changes, and `inTurn` in turn with other canvases, which may draw a part. */
function followed(
  canvas: HTMLCanvasElement,
  draw: (width: number, height: number) => void,
  inTurn: (width: number, height: number) => ReturnType<Turn>,
): Surface {
  // Kept: asking the page for it would lay it out anew at every frame.
  let { clientWidth: width, clientHeight: height } = canvas;
  const isThere = (): boolean => {
    if (width === 0 || height === 0) return false;
    const ratio = devicePixelRatio || 1;
    fit(canvas, Math.round(width * ratio), Math.round(height * ratio));
    return true;
  };
  const turn: Turn = () => (isThere() ? inTurn(width, height) : undefined);
  const observer = new ResizeObserver(() => {
    ({ clientWidth: width, clientHeight: height } = canvas);
    if (isThere()) draw(width, height);
  });
  observer.observe(canvas);
  return {
    redraw: () => drawInTurn(turn),
    end: () => {
      observer.disconnect();
      dropTurn(turn);
    },
  };
}

function fit(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
}

function clear(context: CanvasRenderingContext2D, width: number, height: number): void {
  const ratio = devicePixelRatio || 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
}
