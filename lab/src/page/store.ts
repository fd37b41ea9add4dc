// The page's state: what the address says, and the training that was opened from it. One entry of the history for a committed change.
import { ChainruleError } from "chainrule";
import type { Settings } from "chainrule/train";
import { runsInAddress } from "../live/address.ts";
import { readAddress, trainingText, writeAddress } from "../recipe/address.ts";
import type { LabState, Recipe } from "../recipe/recipe.ts";
import type { OwnFile } from "../training/open.ts";
import { LabClient } from "../worker/client.ts";
import type { OpenedTraining, Status } from "../worker/service.ts";
import { Figures } from "./figures.ts";
import { Frames } from "./frames.ts";
import { playInStep } from "./in-step.ts";
import { Twins } from "./twins.ts";
import { Verdicts } from "./verdicts.ts";

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
  readonly verdicts: Verdicts;
  readonly twins = new Twins();
  client: LabClient;
  readonly #listeners = new Set<() => void>();
  readonly #files = new Map<string, OwnFile>();
  #snapshot: Snapshot;
  /** The recipe of the training that is open. */
  #opened: Recipe | undefined;
  /** Changes are applied one after the other, the last of them with certainty. */
  #applying: Promise<void> = Promise.resolve();
  #next: LabState | undefined;
  #isChanging = false;
  /** Ends playing in step with twins. */
  #inStep: AbortController | undefined;
  /** Steps a second, asked for while a change is under way: what it leads to plays. */
  #wanted: number | undefined;
  #isFailed = false;
  #isStepAsked = false;

  constructor() {
    let state: LabState;
    let trouble: Trouble | undefined;
    try {
      state = readAddress(isOfRuns() ? "" : location.hash);
    } catch (error) {
      state = readAddress("");
      trouble = { message: messageOf(error) };
    }
    this.client = new LabClient(this.#tellDeath);
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
    this.verdicts = new Verdicts(this);
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

  /** What the training follows from. */
  get recipe(): Recipe {
    const { data, settings, interventions } = this.state;
    return { data, settings, interventions };
  }

  /** The own file that the training is of. */
  get file(): OwnFile | undefined {
    const { data } = this.state;
    return data.kind === "file" ? this.#files.get(data.sha256) : undefined;
  }

  /** Whether the loss is not finite where the training is. */
  get isFailed(): boolean {
    return this.#isFailed;
  }

  /** A change that stays: an entry of the history, and what follows from it. Twins are of the same table. */
  commit(change: Partial<LabState>): void {
    const twins = change.data === undefined ? this.state.twins : undefined;
    const state = { ...this.state, step: this.frames.step, twins, ...change };
    const { bits: _, ...own } = state;
    history.pushState(null, "", `#${writeAddress(own)}`);
    this.#apply(own, change.step !== undefined);
  }

  /** A change on the way to one, as while a slider moves: no entry. */
  preview(change: Partial<LabState>): void {
    const { bits: _, ...own } = { ...this.state, step: this.frames.step, ...change };
    this.#apply(own, change.step !== undefined);
  }

  /** The address of the page as it is, with the fingerprint of its weights. */
  async link(): Promise<string> {
    if (isOfRuns()) return location.href;
    // Of a training that is being opened, once it is.
    await this.#applying;
    const bits = await this.client.ask((service) => service.fingerprint());
    return new URL(`#${writeAddress({ ...this.state, step: this.frames.step, bits })}`, location.href).href;
  }

  /** The address says the step, without an entry of its own. */
  settle(): void {
    const { bits: _, ...state } = { ...this.state, step: this.frames.step };
    if (!isOfRuns()) history.replaceState(null, "", `#${writeAddress(state)}`);
    this.#set({ state });
  }

  /** The training once more, with this otherwise, in step with it. */
  addTwin(change: Settings): void {
    const { twins = [], panels } = this.state;
    if (!this.twins.hasRoom) return;
    this.commit({ twins: [...twins, change], panels: panels.includes("twins") ? panels : [...panels, "twins"] });
  }

  play(stepsPerSecond: number): void {
    this.#inStep?.abort();
    if (this.#isChanging) this.#wanted = stepsPerSecond;
    else if (this.twins.isEmpty) this.client.tell((service) => service.play(stepsPerSecond));
    else this.#playInStep(stepsPerSecond);
    this.#set({ isPlaying: true, paused: undefined });
    this.frames.wake();
  }

  #playInStep(stepsPerSecond: number): void {
    const own = new AbortController();
    this.#inStep = own;
    void this.attempt(async () => {
      let paused: Status["paused"];
      try {
        paused = await playInStep(this, stepsPerSecond, own.signal);
      } finally {
        if (this.#inStep === own) {
          this.#inStep = undefined;
          this.#set({ isPlaying: false, paused });
          this.settle();
        }
      }
    });
  }

  pause(): void {
    this.#wanted = undefined;
    this.#inStep?.abort();
    this.#inStep = undefined;
    this.client.tell((service) => service.pause());
    this.#set({ isPlaying: false });
    this.frames.wake();
    void this.frames.next().then(() => this.settle());
  }

  /** One gradient step, or so many. */
  async step(steps: number): Promise<void> {
    if (this.#snapshot.isPlaying) this.pause();
    await this.attempt(async () => {
      // Of a training that is being opened, from where it is opened.
      await this.#applying;
      const to = Math.max(0, this.frames.step + steps);
      await Promise.all(
        steps > 0
          ? [this.client.ask((service) => service.step(steps)), this.twins.step(steps)]
          : [this.client.ask((service) => service.seek(to)), this.twins.seek(to)],
      );
      await this.frames.next();
      this.settle();
    });
  }

  /** Anywhere: the same bits as on the way there. `isSettled` is false while a slider moves. */
  async seek(step: number, isSettled = true): Promise<void> {
    if (this.#snapshot.isPlaying) this.pause();
    await this.attempt(async () => {
      // Of a training that is being opened.
      await this.#applying;
      await Promise.all([this.client.ask((service) => service.seek(step)), this.twins.seek(step)]);
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
  hear({ isPlaying: isByItself, paused: why, standing, failure }: Status): void {
    const { isPlaying: was, state } = this.#snapshot;
    const isInStep = this.#inStep !== undefined;
    const isPlaying = isByItself || isInStep || this.#wanted !== undefined;
    const paused = isInStep || this.#snapshot.paused === standing ? this.#snapshot.paused : why;
    const isFailed = standing === "failed";
    if (was === isPlaying && paused === this.#snapshot.paused && isFailed === this.#isFailed) return;
    const { panels } = state;
    // What is wrong is shown, and not a chart without a line.
    const shown = isFailed && !panels.includes("diagnosis") ? [...panels, "diagnosis"] : panels;
    this.#set({
      isPlaying,
      paused,
      state: { ...state, panels: shown },
      ...(failure ? { trouble: { message: failureWords(failure.message) } } : this.#isFailed && { trouble: undefined }),
    });
    this.#isFailed = isFailed;
    if (was && !isPlaying) this.settle();
  }

  tell(error: unknown): void {
    const isDead = !(error instanceof ChainruleError);
    const trouble: Trouble = { message: messageOf(error), ...(isDead && { isDead: true }) };
    this.#set({ trouble, ...(isDead && { isPlaying: false }) });
    if (!isDead && ("setting" in error.details || "settings" in error.details)) void this.#tellInLabels(error, trouble);
  }

  readonly #tellDeath = (error: unknown): void => this.tell(error);

  /** Settings as the controls name them, which the page does without until then. */
  async #tellInLabels(error: ChainruleError, trouble: Trouble): Promise<void> {
    const words = await import("../recipe/setting-words.ts").catch(() => undefined);
    if (words && this.#snapshot.trouble === trouble) this.#set({ trouble: { message: words.messageOf(error) } });
  }

  dismiss(): void {
    this.#set({ trouble: undefined, promised: undefined });
  }

  /** A new worker in place of one that died, at the step where it was. */
  revive(): void {
    this.client.close();
    this.client = new LabClient(this.#tellDeath);
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

  /** What goes wrong is told in the page. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.tell(error);
    }
  }

  /** `isStepAsked`: it was said where the training is to be; else it may have gone on since. */
  #apply(state: LabState, isStepAsked = true): void {
    this.#set({ state });
    this.#isStepAsked ||= isStepAsked;
    const isUnderWay = this.#next !== undefined;
    this.#next = state;
    if (isUnderWay) return;
    this.#isChanging = true;
    this.#applying = this.#applying.then(async () => {
      const next = this.#next!;
      this.#next = undefined;
      await this.attempt(() => this.#bring(next));
      if (this.#next !== undefined) return;
      this.#isChanging = false;
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (wanted !== undefined) this.play(wanted);
    });
  }

  /** The training of a state, at its step. */
  async #bring(state: LabState): Promise<void> {
    const before = this.#opened;
    const isSame = before !== undefined && trainingText(before) === trainingText(state);
    if (!isSame) {
      this.#isStepAsked = false;
      return this.#open(state);
    }
    if (!sameText(before.interventions, state.interventions)) {
      this.#opened = state;
      await this.client.ask((service) => service.intervene(state.interventions));
    }
    const isStepAsked = this.#isStepAsked;
    this.#isStepAsked = false;
    if (isStepAsked && state.step !== this.frames.step) await this.client.ask((service) => service.seek(state.step));
    await this.twins.bring(state, this.file);
    await this.frames.next();
  }

  async #open(state: LabState): Promise<void> {
    const { data } = state;
    const file = data.kind === "file" ? this.#files.get(data.sha256) : undefined;
    if (data.kind === "file" && file === undefined) {
      this.#set({ missingFile: data, isOpening: false });
      return;
    }
    this.#set({ isOpening: true, isPlaying: this.#wanted !== undefined, paused: undefined, missingFile: undefined });
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
      await this.twins.bring(state, file);
      await this.frames.next();
    } catch (error) {
      this.#wanted = undefined;
      throw error;
    } finally {
      this.#set({ isOpening: false, isPlaying: this.#wanted !== undefined });
    }
  }
}

/** Whether the address is one of the server's runs, which are shown in place of a training. */
const isOfRuns = (): boolean => runsInAddress(location.hash) !== undefined;

/** The first sentence: the diagnosis says the rest, with rows as the table has them. */
const failureWords = (message: string): string =>
  `${message.slice(0, message.indexOf(". ") + 1)} The diagnosis says where it began and what may help.`;

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
