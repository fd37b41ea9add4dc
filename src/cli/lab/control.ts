// Pause and stop of a training that shows itself in the lab: what the page asks for, and the training heeds between slices.

import { resolve } from "node:path";

/** "ended": nothing is asked of it any more. */
export type ControlState = "running" | "paused" | "stopping" | "ended";

/** What the page can ask for. */
export const controls = ["pause", "resume", "stop"] as const;
export type Control = (typeof controls)[number];

/** Of one training after the other in this process. */
export class TrainingControl {
  readonly #controller = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #onAsked: (state: ControlState) => void;
  #state: ControlState = "running";
  #dir: string | undefined;

  /** `onAsked` hears of every state that is asked for. */
  constructor(onAsked: (state: ControlState) => void = () => {}) {
    this.#onAsked = onAsked;
  }

  get state(): ControlState {
    return this.#state;
  }

  /** Whether it writes the run in this folder. */
  isOf(dir: string): boolean {
    return this.#dir === resolve(dir);
  }

  /** Aborted where it is asked to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A training writes to this folder from here on. */
  begin(dir: string): void {
    this.#dir = resolve(dir);
    if (this.#state === "ended") this.#state = "running";
    this.#tell();
  }

  end(): void {
    this.#state = "ended";
    this.#tell();
  }

  /** What does not follow from the state, as the pause of a training that stops, changes nothing. */
  ask(control: Control): void {
    if (control === "pause" && this.#state === "running") this.#state = "paused";
    else if (control === "resume" && this.#state === "paused") this.#state = "running";
    else if (control === "stop" && this.#state !== "ended") {
      this.#state = "stopping";
      this.#controller.abort();
    } else return;
    this.#onAsked(this.#state);
    this.#tell();
  }

  /** Of a training that is paused: until it goes on, or the signal is aborted. */
  held(signal: AbortSignal): Promise<void> | undefined {
    if (this.#state !== "paused" || signal.aborted) return undefined;
    return new Promise((resolve) => {
      const go = () => {
        if (this.#state === "paused" && !signal.aborted) return;
        this.offChange(go);
        signal.removeEventListener("abort", go);
        resolve();
      };
      this.onChange(go);
      signal.addEventListener("abort", go);
    });
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  offChange(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
