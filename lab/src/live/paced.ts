// What is drawn of events: they may come by the thousand, an eye follows ten pictures a second.

const milliseconds = 100;

/** Calls `draw` in a frame of the screen after it is asked for, and not more often than that. */
export function paced(draw: () => void): { ask(): void; cancel(): void } {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  const inFrame = () => {
    frame = requestAnimationFrame(() => {
      frame = 0;
      drawn = performance.now();
      draw();
    });
  };
  return {
    ask() {
      if (frame !== 0 || timer !== undefined) return;
      const rest = drawn + milliseconds - performance.now();
      if (rest <= 0) return inFrame();
      timer = setTimeout(() => {
        timer = undefined;
        inFrame();
      }, rest);
    },
    cancel() {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    },
  };
}
