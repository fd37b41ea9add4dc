// A canvas of the page: as sharp as the screen, and as large as its box.
import { drawInTurn, dropTurn } from "./turns.ts";

/** Calls `draw` with the context, in CSS pixels, at once and whenever its box changes; `redraw` does so in turn with other canvases. */
export function sized(
  canvas: HTMLCanvasElement,
  draw: (context: CanvasRenderingContext2D, width: number, height: number) => void,
): { redraw(): void; end(): void } {
  const context = canvas.getContext("2d")!;
  // Kept: asking the page for it would lay it out anew at every frame.
  let { clientWidth: width, clientHeight: height } = canvas;
  const drawNow = (): void => {
    if (width === 0 || height === 0) return;
    const ratio = devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    draw(context, width, height);
  };
  const observer = new ResizeObserver(() => {
    ({ clientWidth: width, clientHeight: height } = canvas);
    drawNow();
  });
  observer.observe(canvas);
  return {
    redraw: () => drawInTurn(drawNow),
    end: () => {
      observer.disconnect();
      dropTurn(drawNow);
    },
  };
}
