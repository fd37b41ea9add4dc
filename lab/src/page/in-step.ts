// Playing with twins: the same number of steps of each for a frame, as many as the slowest of them can.
import type { Status } from "../worker/service.ts";
import type { LabStore } from "./store.ts";

/** Milliseconds that the steps of a frame may take, about. */
const slice = 100;

/** Until the signal, or the end of the training: why it paused then. */
export async function playInStep(
  store: LabStore,
  stepsPerSecond: number,
  signal: AbortSignal,
): Promise<Status["paused"]> {
  const isFastest = stepsPerSecond === Number.POSITIVE_INFINITY;
  let due = performance.now();
  let count = 1;
  while (!signal.aborted) {
    const began = performance.now();
    const steps = isFastest ? count : Math.min(count, Math.floor(((began - due) * stepsPerSecond) / 1000) + 1);
    const isLooked = isFastest ? false : undefined;
    const [status] = await Promise.all([
      store.client.ask((service) => service.step(steps, isLooked)),
      store.twins.step(steps, isLooked),
    ]);
    const now = performance.now();
    if (steps === count)
      count = now - began < slice / 2 ? 2 * count : Math.max(1, now - began > slice ? count >> 1 : count);
    // What could not be made up for is left out.
    due = Math.max(due + (steps * 1000) / stepsPerSecond, now - 100);
    // What is drawn of it is drawn while the next steps are done.
    store.frames.wake();
    if (status.standing !== "open") return status.standing;
    const wait = due - performance.now();
    if (!isFastest && wait > 0) await sleep(wait, signal);
  }
  return undefined;
}

const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
