// Canvases are drawn in turn, so that no frame of the screen is long however many of them there are.

/** Milliseconds of a frame for drawing: what a canvas is told is put on the screen after that, which takes its own time. */
const budget = 2;

/** In the order in which they were asked for. */
const queue = new Set<() => void>();
let frame = 0;
let waiting: (() => void)[] = [];

/** Draws in a frame of the screen to come, once however often it is asked for until then. */
export function drawInTurn(draw: () => void): void {
  queue.add(draw);
  if (frame === 0) frame = requestAnimationFrame(next);
}

/** It is not drawn any more. */
export function dropTurn(draw: () => void): void {
  queue.delete(draw);
}

/** Calls back when everything that was asked for is drawn. */
export function whenDrawn(then: () => void): void {
  if (queue.size === 0) then();
  else waiting.push(then);
}

function next(): void {
  const end = performance.now() + budget;
  frame = 0;
  try {
    for (const draw of queue) {
      queue.delete(draw);
      draw();
      if (performance.now() >= end) break;
    }
  } finally {
    if (queue.size > 0) frame = requestAnimationFrame(next);
    else {
      const all = waiting;
      waiting = [];
      for (const then of all) then();
    }
  }
}
