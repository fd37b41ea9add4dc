// train --tensorboard: what happens in a training, written into its run folder as TensorBoard reads it, while it goes on.
import { closeSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { EventFileWriter } from "../interop/tensorboard/event-file.ts";
import type { ResumedRun } from "../runs/index.ts";
import type { TrainEvent } from "../train/events.ts";

/** TensorBoard reads the files of a folder whose names begin so, in the order of their names. */
const stem = "events.out.tfevents";

export class TensorBoardFile {
  readonly #writer: EventFileWriter;
  readonly #note: (text: string) => void;
  /** Undefined before it is open, and once it cannot be written. */
  #file: number | undefined;

  /** `note` tells that it cannot be written: the training goes on without. */
  static async make(note: (text: string) => void): Promise<TensorBoardFile> {
    const { eventFileWriter } = await import("../interop/tensorboard/event-file.ts");
    return new TensorBoardFile(eventFileWriter(), note);
  }

  private constructor(writer: EventFileWriter, note: (text: string) => void) {
    this.#writer = writer;
    this.#note = note;
  }

  /** A new file; of a run that goes on, what came before stands in those that are there, or is told again where none is. */
  open(dir: string, resumed?: ResumedRun): void {
    this.#guarded(() => {
      const isFirst = !readdirSync(dir).some((name) => name.startsWith(stem));
      this.#file = openNew(join(dir, `${stem}.${Math.floor(now())}.chainrule`));
      const step = resumed?.snapshot?.state.step;
      this.#write(this.#writer.begin(now(), resumed && !isFirst ? (step ?? 0) : undefined));
      if (isFirst) for (const event of resumed?.events ?? []) this.#write(this.#writer.add(event, now()));
    });
  }

  add(event: TrainEvent): void {
    this.#guarded(() => this.#write(this.#writer.add(event, now())));
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #write(bytes: Uint8Array): void {
    if (this.#file === undefined) return;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }

  #guarded(write: () => void): void {
    try {
      write();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      this.#note(`warning: what TensorBoard reads cannot be written (${code}) and ends here; the training goes on.`);
      this.close();
    }
  }
}

/** Seconds since 1970, UTC. */
const now = (): number => Date.now() / 1000;

/** Two trainings may begin in one second, where one is resumed at once. */
function openNew(path: string): number {
  for (let n = 1; ; n++) {
    try {
      return openSync(n === 1 ? path : `${path}.${n}`, "wx");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
