// Frames: one is pulled in a frame of the screen while something changes, when the last one is drawn; none while the page is hidden.
import type { Frame } from "../training/frame.ts";
import { whenDrawn } from "../view/turns.ts";
import type { LabStore } from "./store.ts";

export type FrameListener = (frame: Frame) => void;

export class Frames {
  readonly #store: LabStore;
  readonly #listeners = new Set<FrameListener>();
  /** Those who wait for the next one. */
  #waiting: (() => void)[] = [];
  #last: Frame | undefined;
  #isAsked = false;
  #isDue = false;

  constructor(store: LabStore) {
    this.#store = store;
    document.addEventListener("visibilitychange", () => this.wake());
  }

  get last(): Frame | undefined {
    return this.#last;
  }

  /** Of the last frame; before the first, the one that the address says. */
  get step(): number {
    return this.#last?.step ?? this.#store.state.step;
  }

  /** Called with every frame, and at once with the last one. */
  subscribe(listener: FrameListener): () => void {
    this.#listeners.add(listener);
    if (this.#last !== undefined) listener(this.#last);
    return () => this.#listeners.delete(listener);
  }

  /** Another training: frames of the one before are of another network. */
  forget(): void {
    this.#last = undefined;
  }

  /** A frame is due. */
  wake(): void {
    this.#isDue = true;
    if (this.#isAsked || (document.hidden && this.#waiting.length === 0)) return;
    this.#isAsked = true;
    // A hidden page has no frames of the screen, and is asked for one only by who waits.
    if (document.hidden) queueMicrotask(() => void this.#pull());
    // The next one when this one is drawn.
    else whenDrawn(() => requestAnimationFrame(() => void this.#pull()));
  }

  /** The next frame that is asked for from now on. */
  next(): Promise<void> {
    const next = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.wake();
    return next;
  }

  async #pull(): Promise<void> {
    this.#isDue = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    const { row } = this.#store.state;
    try {
      const { frame, status } = await this.#store.client.ask((service) => service.frame({ row }));
      this.#last = frame;
      this.#store.hear(status);
      for (const listener of this.#listeners) listener(frame);
    } catch (error) {
      this.#store.tell(error);
    } finally {
      this.#isAsked = false;
      for (const resolve of waiting) resolve();
    }
    if (this.#isDue || this.#waiting.length > 0 || this.#store.read().isPlaying) this.wake();
  }
}
