// The events that verdicts are made of, in bounded room: where there are too many, every second one of the middle is forgotten.
import type { EpochEvent, ObservationEvent, TrainEvent } from "chainrule/train";

/** Of each kind. A page that runs for hours has some megabytes of them. */
export const capacity = 1000;
/** The first ones stay: how a training began is judged by them. */
const first = 16;

/** Forgets every second one of the older half, but for the first ones and the one to keep. */
function thinned<E>(events: readonly E[], keep?: E): E[] {
  const half = events.length >> 1;
  return events.filter((event, i) => i < first || i >= half || i % 2 === 0 || event === keep);
}

export class EventWindow {
  #observations: ObservationEvent[] = [];
  #epochs: EpochEvent[] = [];

  push(event: TrainEvent): void {
    if (event.type === "observation") {
      this.#observations.push(event);
      if (this.#observations.length > capacity) this.#observations = thinned(this.#observations);
    }
    if (event.type === "epoch") {
      this.#epochs.push(event);
      // Overfitting is judged from the best epoch on.
      if (this.#epochs.length > capacity)
        this.#epochs = thinned(
          this.#epochs,
          this.#epochs.findLast(({ best }) => best),
        );
    }
  }

  /** Forgets those after a step. */
  truncate(step: number): void {
    this.#observations = this.#observations.filter((event) => event.step <= step);
    this.#epochs = this.#epochs.filter((event) => event.step <= step);
  }

  /** Up to a step, in their order. */
  upTo(step: number): readonly TrainEvent[] {
    return [...this.#observations, ...this.#epochs]
      .filter((event) => event.step <= step)
      .sort((a, b) => a.step - b.step || (a.type === "epoch" ? 1 : -1));
  }
}
