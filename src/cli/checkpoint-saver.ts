// Checkpoints of a training every few seconds, written while it goes on; one that cannot be written is said, and the training goes on.
import type { RunWriter } from "../runs/index.ts";
import type { Snapshot } from "../train/index.ts";

/** What a crash may cost: half a second at first, twice as long each time, and five seconds at most. */
const milliseconds = { first: 500, most: 5000 } as const;

export class CheckpointSaver {
  readonly #run: RunWriter;
  readonly #note: (text: string) => void;
  #savedAt = performance.now();
  #wait: number = milliseconds.first;
  #saving: Promise<void> | undefined;
  /** What was said last. */
  #said: string | undefined;

  constructor(run: RunWriter, note: (text: string) => void) {
    this.#run = run;
    this.#note = note;
  }

  /** Saves what `snapshot` gives, where it is time and the one before is done. */
  consider(snapshot: () => Snapshot): void {
    if (this.#saving !== undefined || performance.now() - this.#savedAt < this.#wait) return;
    this.#saving = this.#save(snapshot()).finally(() => {
      this.#saving = undefined;
      this.#savedAt = performance.now();
      this.#wait = Math.min(2 * this.#wait, milliseconds.most);
    });
  }

  /** Saves it now, after the one that is being saved. */
  async last(snapshot: Snapshot): Promise<void> {
    await this.#saving;
    await this.#save(snapshot);
  }

  /** Until nothing is being saved. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  async #save(snapshot: Snapshot): Promise<void> {
    try {
      await this.#run.saveCheckpoint(snapshot);
      if (this.#said !== undefined)
        this.#note(`Checkpoints can be saved again: that of step ${snapshot.state.step} is.`);
      this.#said = undefined;
    } catch (error) {
      const { message } = error as Error;
      const text = `warning: the checkpoint of step ${snapshot.state.step} could not be saved (${message}). The training goes on, and tries again.`;
      if (this.#said !== message) this.#note(text);
      this.#said = message;
    }
  }
}
