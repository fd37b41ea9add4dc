// A run as its events tell it, live or finished: figures in columns of bounded size, and what was told last. No list of events is kept.
import { ChainruleError } from "chainrule";
import { parseEvents } from "chainrule/runs";
import type { EndEvent, EpochEvent, ObservationEvent, ProgressEvent, StartEvent, TrainEvent } from "chainrule/train";
import { Columns } from "../training/columns.ts";
import { pushFigures } from "../training/figures.ts";
import type { RunNews, StreamListener } from "./line-stream.ts";

/** What is known of a run: a new object where it changes. */
export interface LiveState {
  readonly news: RunNews | undefined;
  readonly isConnected: boolean;
  /** Lines so far. */
  readonly lines: number;
  readonly start?: StartEvent;
  readonly progress?: ProgressEvent;
  readonly epoch?: EpochEvent;
  readonly observation?: ObservationEvent;
  readonly end?: EndEvent;
  /** A line that is no event: the run is shown up to it. */
  readonly fault?: string;
}

const beginning: LiveState = { news: undefined, isConnected: false, lines: 0 };

export class LiveRun implements StreamListener {
  readonly name: string;
  columns = new Columns();
  readonly #listeners = new Set<() => void>();
  #state = beginning;

  constructor(name: string) {
    this.name = name;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): LiveState => this.#state;

  line(text: string, number: number): void {
    if (this.#state.fault !== undefined) return;
    try {
      const [event] = parseEvents(this.name, `${text}\n`, number).events;
      this.#set({ lines: number, ...(event && this.#take(event)) });
    } catch (error) {
      if (!(error instanceof ChainruleError)) throw error;
      this.#set({ lines: number, fault: error.message });
    }
  }

  #take(event: TrainEvent): Partial<LiveState> {
    pushFigures(this.columns, event);
    switch (event.type) {
      case "start":
        return { start: event };
      case "progress":
        return { progress: event };
      case "epoch":
        return { epoch: event };
      case "observation":
        return { observation: event };
      case "end":
        return { end: event };
      default:
        return {};
    }
  }

  reset(): void {
    this.columns = new Columns();
    const { news, isConnected } = this.#state;
    this.#state = { ...beginning, news, isConnected };
    this.#set({});
  }

  news(news: RunNews): void {
    this.#set({ news });
  }

  connected(isConnected: boolean): void {
    if (isConnected !== this.#state.isConnected) this.#set({ isConnected });
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Steps done, and of how many. */
export function stepsOf({ start, progress, epoch, observation, end }: LiveState): { done: number; all: number } {
  const done = Math.max(progress?.step ?? 0, epoch?.step ?? 0, observation?.step ?? 0);
  const all = end?.steps ?? (start === undefined ? done : start.epochs * start.stepsPerEpoch);
  return { done: end?.steps ?? done, all: Math.max(all, done) };
}
