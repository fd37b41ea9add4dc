// Canvases are drawn in turn, so that no frame of the screen is long however many of them there are.

/** Milliseconds of a frame for drawing. */
const budget = 3;

/** Draws, or a part of it, and says whether there is more: a large picture is drawn over several frames. */
export type Turn = (() => "more" | undefined) | (() => void);

/** In the order in which they were asked for. */
const queue = new Set<Turn>();
/** Milliseconds that each took when it was drawn last. */
const costs = new WeakMap<Turn, number>();
let frame = 0;
let waiting: (() => void)[] = [];
let spent = 0;
let isRacing = false;

/** Draws in a frame of the screen to come, once however often it is asked for until then. */
export function drawInTurn(draw: Turn): void {
  queue.add(draw);
  // The frame in which numbers of a training that races are written is laid out anew: it has nothing drawn.
  if (frame === 0) frame = requestAnimationFrame(isRacing ? wait : next);
}

/** It is not drawn any more. */
export function dropTurn(draw: Turn): void {
  queue.delete(draw);
}

/** Calls back when everything that was asked for is drawn. */
export function whenDrawn(then: () => void): void {
  if (queue.size === 0) then();
  else waiting.push(then);
}

/** Whether pictures follow one another faster than they can be looked at, so that each may be a frame later. */
export function race(isOn: boolean): void {
  isRacing = isOn;
}

/** Milliseconds that went into drawing so far. */
export const drawingTime = (): number => spent;

/**
 * What a canvas was told is put into its pixels now rather than when the frame ends, so that the time of it is counted with the drawing. The copy
 * of one pixel needs them all.
 */
export function settle(canvas: HTMLCanvasElement | OffscreenCanvas): void {
  void createImageBitmap(canvas, 0, 0, 1, 1).then((pixel) => pixel.close());
}

function wait(): void {
  frame = requestAnimationFrame(next);
}

function next(): void {
  const began = performance.now();
  let now = began;
  frame = 0;
  try {
    for (const draw of queue) {
      // One is drawn whatever it takes.
      if (now > began && now - began + (costs.get(draw) ?? 0) > budget) break;
      queue.delete(draw);
      if (draw() === "more") queue.add(draw);
      const after = performance.now();
      costs.set(draw, after - now);
      now = after;
    }
  } finally {
    spent += performance.now() - began;
    if (queue.size > 0) frame ||= requestAnimationFrame(next);
    else {
      const all = waiting;
      waiting = [];
      for (const then of all) then();
    }
  }
}
