// Frames: one is pulled in a frame of the screen while something changes, when the last one is drawn; none while the page is hidden.
import type { Frame } from "../training/frame.ts";
import { drawingTime, race, whenDrawn } from "../view/turns.ts";
import type { LabStore } from "./store.ts";

/** More steps a second than this race: nobody can follow single ones. */
const followed = 100;
/** Milliseconds between two pictures of what races, at least and at most; and how much of the time goes into drawing it. */
const [shortest, longest] = [66, 250];
const drawingShare = 0.2;

export type FrameListener = (frame: Frame) => void;

export class Frames {
  readonly #store: LabStore;
  readonly #listeners = new Set<FrameListener>();
  /** Those who wait for the next one. */
  #waiting: (() => void)[] = [];
  #last: Frame | undefined;
  #isAsked = false;
  #isDue = false;
  /** When the last one was pulled, and what was drawn until then. */
  #pulled = { at: 0, drawn: 0 };
  #isRacing = false;
  /** Until the next one of a training that races. */
  #rest: ReturnType<typeof setTimeout> | undefined;

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
    const isWaitedFor = this.#waiting.length > 0;
    if (this.#rest !== undefined && isWaitedFor) this.#endRest();
    if (this.#isAsked || (document.hidden && !isWaitedFor)) return;
    this.#isAsked = true;
    // A hidden page has no frames of the screen, and is asked for one only by who waits.
    if (document.hidden) queueMicrotask(() => void this.#pull());
    // The next one when this one is drawn.
    else whenDrawn(() => this.#soon());
  }

  /** In the next frame of the screen; of what races when its drawing has had its share of the time. */
  #soon(): void {
    const { at, drawn } = this.#pulled;
    const pause = Math.min(longest, Math.max(shortest, (drawingTime() - drawn) / drawingShare));
    const rest = at + pause - performance.now();
    if (this.#isRacing && rest > 0 && this.#waiting.length === 0 && this.#store.read().isPlaying)
      this.#rest = setTimeout(() => this.#endRest(), rest);
    else requestAnimationFrame(() => void this.#pull());
  }

  #endRest(): void {
    clearTimeout(this.#rest);
    this.#rest = undefined;
    requestAnimationFrame(() => void this.#pull());
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
      const { at } = this.#pulled;
      const steps = frame.step - this.step;
      this.#pulled = { at: performance.now(), drawn: drawingTime() };
      this.#isRacing = this.#store.read().isPlaying && steps > (followed * (this.#pulled.at - at)) / 1000;
      race(this.#isRacing);
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
