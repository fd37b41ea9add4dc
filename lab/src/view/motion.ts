// One motion of the page: 0 to 1 within the time of the --motion token, once; at its end at once where motion is reduced.

/** Milliseconds. */
const duration = 260;

/** Calls with each frame's share of the way, the last time with 1; gives what ends it early. */
export function move(step: (share: number) => void): () => void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    step(1);
    return () => {};
  }
  const began = performance.now();
  let asked = 0;
  const go = (): void => {
    const share = Math.min(1, (performance.now() - began) / duration);
    if (share < 1) asked = requestAnimationFrame(go);
    // Slows down at its end: 1 − (1 − t)³.
    step(1 - (1 - share) ** 3);
  };
  asked = requestAnimationFrame(go);
  return () => cancelAnimationFrame(asked);
}
