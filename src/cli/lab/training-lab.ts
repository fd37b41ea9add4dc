// The lab of a training in this process (train --lab): it serves from before the first step to the end.
import { dirname } from "node:path";
import { print, type Streams, shellWord } from "../output.ts";
import { wrap } from "../terminal/text.ts";
import { type ControlState, TrainingControl } from "./control.ts";
import { usualFolder } from "./place.ts";
import type { LabServer } from "./server.ts";

/** What is said where the page changes the state. */
const words: Readonly<Record<ControlState, string | undefined>> = {
  running: "The page lets the training go on.",
  paused: "Paused from the page, which lets it go on. Ctrl-C ends it.",
  stopping: "Stopped from the page, with the best weights so far. Press Ctrl-C to end at once.",
  ended: undefined,
};

export class TrainingLab {
  readonly control: TrainingControl;
  readonly #streams: Streams;
  #server: LabServer | undefined;
  #run: string | undefined;
  /** Where a view of the training is drawn, its own. */
  #note: ((text: string) => void) | undefined;

  constructor(streams: Streams) {
    this.#streams = streams;
    this.control = new TrainingControl((state) => {
      const text = words[state];
      if (text !== undefined) this.#say(text);
    });
  }

  /** Serves a run, which may have no folder yet, and those beside it from here on; says where. */
  async open(run: string | undefined, note: (text: string) => void): Promise<void> {
    if (this.#server === undefined) {
      const { startLab } = await import("./server.ts");
      const onFault = (error: Error) => this.#say(`warning: a request of the page failed (${error.message}).`);
      this.#server = await startLab({
        folder: run === undefined ? usualFolder : dirname(run),
        control: this.control,
        onFault,
      });
      const { address } = this.#server;
      print(this.#streams.stderr, ({ colors }) => [`The lab shows this training: ${colors.cyan(address)}`, ""]);
    }
    this.#note = note;
  }

  /** A training writes this run from here on. */
  begin(run: string): void {
    this.#run = run;
    this.control.begin(run);
  }

  /** The training has ended; another one may follow. */
  end(): void {
    this.#note = undefined;
    this.control.end();
  }

  /** Pages get the last events, and nothing more. */
  async close(): Promise<void> {
    if (this.#server === undefined) return;
    await this.#server.close();
    const again = this.#run === undefined ? "" : ` npx chainrule lab ${shellWord(this.#run)} shows it again.`;
    this.#say(`The lab has ended with the training; its page keeps what it has.${again}`);
  }

  #say(text: string): void {
    if (this.#note !== undefined) this.#note(text);
    else print(this.#streams.stderr, ({ width }) => wrap(text, width));
  }
}
