// Waits until something in a folder may have changed: by the system's word where it gives one, and by looking now and then anyway.
import { type FSWatcher, watch } from "node:fs";

/** Network drives and some containers tell of no change, and a process that dies makes none. */
const pollMilliseconds = 500;
/** A page draws no faster, while a training writes an event every few milliseconds. */
const restMilliseconds = 40;

export class Changes {
  readonly #signal: AbortSignal;
  readonly #watcher: FSWatcher | undefined;
  #isNoted = false;
  #hasOther = false;
  #woken = 0;
  #wake: (() => void) | undefined;

  /** `growing`: the file in it that changes all the time. */
  constructor(dir: string, growing: string, signal: AbortSignal) {
    this.#signal = signal;
    this.#watcher = watched(dir, (name) => {
      this.#hasOther ||= name !== growing;
      this.note();
    });
    signal.addEventListener("abort", this.note);
  }

  /** For changes that are none of the folder. */
  readonly note = (): void => {
    this.#isNoted = true;
    this.#wake?.();
  };

  /** Ends at the next change, or where it is time to look; after the signal's abort at once. Gives whether more than the growing file may have changed. */
  async next(): Promise<boolean> {
    const isEnded = () => this.#signal.aborted;
    await this.#pause(this.#woken + restMilliseconds - performance.now(), isEnded);
    await this.#pause(pollMilliseconds, () => this.#isNoted || isEnded());
    const hasOther = this.#hasOther || !this.#isNoted || isEnded();
    this.#isNoted = this.#hasOther = false;
    this.#woken = performance.now();
    return hasOther;
  }

  async #pause(milliseconds: number, isOver: () => boolean): Promise<void> {
    if (milliseconds <= 0 || isOver()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        if (!isOver()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  close(): void {
    this.#watcher?.close();
    this.#signal.removeEventListener("abort", this.note);
  }
}

/** Undefined where the system has no more watchers to give, or the folder is gone. */
function watched(dir: string, note: (name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(dir, (_, name) => note(name)).on("error", () => {});
  } catch {
    return undefined;
  }
}
