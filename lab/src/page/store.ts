// The page's state: what the address says, and the training that was opened from it. One entry of the history for a committed change.
import { ChainruleError } from "chainrule";
import { runsInAddress } from "../live/address.ts";
import { readAddress, trainingText, writeAddress } from "../recipe/address.ts";
import type { LabState, Recipe } from "../recipe/recipe.ts";
import type { OwnFile } from "../training/open.ts";
import { LabClient } from "../worker/client.ts";
import type { OpenedTraining, Status } from "../worker/service.ts";
import { Figures } from "./figures.ts";
import { Frames } from "./frames.ts";

/** What went wrong, for a person, and what can be done about it. */
export interface Trouble {
  readonly message: string;
  /** The worker died: the training can be opened again, at the step where it was. */
  readonly isDead?: true;
}

/** What React draws: a new object where any of it changes. */
export interface Snapshot {
  readonly state: LabState;
  /** Undefined until the first one is open. */
  readonly training: OpenedTraining | undefined;
  /** Grows with every training that is opened. */
  readonly generation: number;
  readonly isOpening: boolean;
  readonly isPlaying: boolean;
  /** Why it paused by itself. */
  readonly paused: Status["paused"];
  readonly trouble: Trouble | undefined;
  /** The fingerprint that a link promised, and that of the weights here. */
  readonly promised: { readonly bits: string; readonly here: string } | undefined;
  /** A file that the address names and the page has not: it is asked for. */
  readonly missingFile: { readonly name: string; readonly sha256: string } | undefined;
}

export class LabStore {
  readonly frames: Frames;
  /** Over the steps, for the charts. */
  readonly figures: Figures;
  client: LabClient;
  readonly #listeners = new Set<() => void>();
  readonly #files = new Map<string, OwnFile>();
  #snapshot: Snapshot;
  /** The recipe of the training that is open. */
  #opened: Recipe | undefined;
  /** Changes are applied one after the other, the last of them with certainty. */
  #applying: Promise<void> = Promise.resolve();
  #next: LabState | undefined;

  constructor() {
    let state: LabState;
    let trouble: Trouble | undefined;
    try {
      state = readAddress(isOfRuns() ? "" : location.hash);
    } catch (error) {
      state = readAddress("");
      trouble = { message: messageOf(error) };
    }
    this.client = new LabClient();
    this.frames = new Frames(this);
    this.figures = new Figures(this);
    this.#snapshot = {
      state,
      training: undefined,
      generation: 0,
      isOpening: true,
      isPlaying: false,
      paused: undefined,
      trouble,
      promised: undefined,
      missingFile: undefined,
    };
    addEventListener("popstate", () => this.#follow());
    this.#apply(state);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): Snapshot => this.#snapshot;

  get state(): LabState {
    return this.#snapshot.state;
  }

  /** A change that stays: an entry of the history, and what follows from it. */
  commit(change: Partial<LabState>): void {
    const state = { ...this.state, step: this.frames.step, ...change };
    const { bits: _, ...own } = state;
    history.pushState(null, "", `#${writeAddress(own)}`);
    this.#apply(own);
  }

  /** A change on the way to one, as while a slider moves: no entry. */
  preview(change: Partial<LabState>): void {
    const { bits: _, ...own } = { ...this.state, step: this.frames.step, ...change };
    this.#apply(own);
  }

  /** The address of the page as it is, with the fingerprint of its weights. */
  async link(): Promise<string> {
    const bits = await this.client.ask((service) => service.fingerprint());
    return new URL(`#${writeAddress({ ...this.state, step: this.frames.step, bits })}`, location.href).href;
  }

  /** The address says the step, without an entry of its own. */
  settle(): void {
    const { bits: _, ...state } = { ...this.state, step: this.frames.step };
    history.replaceState(null, "", `#${writeAddress(state)}`);
    this.#set({ state });
  }

  play(stepsPerSecond: number): void {
    this.client.tell((service) => service.play(stepsPerSecond));
    this.#set({ isPlaying: true, paused: undefined });
    this.frames.wake();
  }

  pause(): void {
    this.client.tell((service) => service.pause());
    this.#set({ isPlaying: false });
    this.frames.wake();
    void this.frames.next().then(() => this.settle());
  }

  /** One gradient step, or so many. */
  async step(steps: number): Promise<void> {
    if (this.#snapshot.isPlaying) this.pause();
    await this.#guard(async () => {
      if (steps > 0) await this.client.ask((service) => service.step(steps));
      else await this.client.ask((service) => service.seek(Math.max(0, this.frames.step + steps)));
      await this.frames.next();
      this.settle();
    });
  }

  /** Anywhere: the same bits as on the way there. `isSettled` is false while a slider moves. */
  async seek(step: number, isSettled = true): Promise<void> {
    if (this.#snapshot.isPlaying) this.pause();
    await this.#guard(async () => {
      await this.client.ask((service) => service.seek(step));
      await this.frames.next();
      if (isSettled) this.settle();
    });
  }

  /** A file of one's own: what a recipe names by its hash. */
  giveFile(sha256: string, file: OwnFile): void {
    this.#files.set(sha256, file);
    if (this.#snapshot.missingFile?.sha256 === sha256) this.#apply(this.state);
  }

  fileOf(sha256: string): OwnFile | undefined {
    return this.#files.get(sha256);
  }

  /** What the last frame said of the training. */
  hear({ isPlaying, paused, failure }: Status): void {
    const { isPlaying: was } = this.#snapshot;
    if (was === isPlaying && paused === this.#snapshot.paused) return;
    this.#set({ isPlaying, paused, ...(failure && { trouble: { message: failure.message } }) });
    if (was && !isPlaying) this.settle();
  }

  tell(error: unknown): void {
    const isDead = !(error instanceof ChainruleError);
    this.#set({ trouble: { message: messageOf(error), ...(isDead && { isDead: true }) } });
  }

  dismiss(): void {
    this.#set({ trouble: undefined, promised: undefined });
  }

  /** A new worker in place of one that died, at the step where it was. */
  revive(): void {
    this.client.close();
    this.client = new LabClient();
    this.#opened = undefined;
    this.dismiss();
    this.#apply({ ...this.state, step: this.frames.step });
  }

  #follow(): void {
    if (isOfRuns()) return;
    try {
      this.#apply(readAddress(location.hash));
    } catch (error) {
      this.tell(error);
    }
  }

  #set(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.tell(error);
    }
  }

  #apply(state: LabState): void {
    this.#set({ state });
    const isUnderWay = this.#next !== undefined;
    this.#next = state;
    if (isUnderWay) return;
    this.#applying = this.#applying.then(async () => {
      const next = this.#next!;
      this.#next = undefined;
      await this.#guard(() => this.#bring(next));
    });
  }

  /** The training of a state, at its step. */
  async #bring(state: LabState): Promise<void> {
    const before = this.#opened;
    const isSame = before !== undefined && trainingText(before) === trainingText(state);
    if (!isSame) return this.#open(state);
    if (!sameText(before.interventions, state.interventions)) {
      this.#opened = state;
      await this.client.ask((service) => service.intervene(state.interventions));
    }
    if (state.step !== this.frames.step) await this.client.ask((service) => service.seek(state.step));
    await this.frames.next();
  }

  async #open(state: LabState): Promise<void> {
    const { data } = state;
    const file = data.kind === "file" ? this.#files.get(data.sha256) : undefined;
    if (data.kind === "file" && file === undefined) {
      this.#set({ missingFile: data, isOpening: false });
      return;
    }
    this.#set({ isOpening: true, isPlaying: false, paused: undefined, missingFile: undefined });
    try {
      const { interventions, settings } = state;
      const training = await this.client.ask((service) =>
        service.open({ data, interventions, settings }, state.step, file),
      );
      this.#opened = state;
      this.frames.forget();
      const { bits } = state;
      const here = bits && (await this.client.ask((service) => service.fingerprint()));
      const promised = bits && here ? { bits, here } : undefined;
      this.#set({ training, generation: this.#snapshot.generation + 1, promised });
      await this.frames.next();
    } finally {
      this.#set({ isOpening: false });
    }
  }
}

/** Whether the address is one of the server's runs, which are shown in place of a training. */
const isOfRuns = (): boolean => runsInAddress(location.hash) !== undefined;

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
