// The figures over the steps that charts show: asked for together, at most ten times a second, thinned to what a chart has room for.
import type { ColumnData } from "../training/columns.ts";
import { Asking } from "./asking.ts";
import { ChartView } from "./chart-view.ts";
import type { LabStore } from "./store.ts";

/** Points of a column: more than a chart has pixels for are not seen. */
const points = 600;

/** Columns by their names; the losses of twins as `twinColumn` names them. */
export type ColumnMap = ReadonlyMap<string, ColumnData>;
export type FiguresListener = (columns: ColumnMap) => void;

export class Figures {
  readonly view = new ChartView();
  readonly #store: LabStore;
  readonly #listeners = new Map<FiguresListener, readonly string[]>();
  #columns: ColumnMap = new Map();
  #version = -1;
  /** Grows where all is asked for anew. */
  #wish = 0;
  #generation = -1;
  /** The steps that were last asked for. */
  #asked = "";
  readonly #asking: Asking;

  constructor(store: LabStore) {
    this.#store = store;
    this.#asking = new Asking(store, () => this.#ask());
    store.frames.subscribe(() => this.#look());
    store.twins.subscribe(() => this.#refresh());
    this.view.subscribe(() => {
      if (this.#asked !== "" && this.#asked !== String(this.#wanted())) this.#refresh();
    });
  }

  /** Names as `Columns.data` takes them. Called with all columns that anybody asked for, now and with every look. */
  subscribe(names: readonly string[], listener: FiguresListener): () => void {
    this.#listeners.set(listener, names);
    listener(this.#columns);
    this.#refresh();
    return () => this.#listeners.delete(listener);
  }

  /** All that is kept of some columns. */
  async whole(names: readonly string[]): Promise<ColumnMap> {
    const { columns } = await this.#store.client.ask((service) => service.columns(-1, names));
    return byName(columns);
  }

  #wanted(): readonly [number, number] {
    return this.view.isFollowing() ? [0, Number.POSITIVE_INFINITY] : this.view.range;
  }

  #refresh(): void {
    this.#version = -1;
    this.#wish++;
    if (this.#listeners.size > 0) this.#asking.again();
  }

  #look(): void {
    if (this.#listeners.size > 0) this.#asking.look();
  }

  async #ask(): Promise<void> {
    const { view } = this;
    const { generation } = this.#store.read();
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#version = -1;
      this.#columns = new Map();
      view.reset();
    }
    const [from, to] = this.#wanted();
    this.#asked = String([from, to]);
    const names = [...new Set([...this.#listeners.values()].flat())];
    const since = this.#version;
    const wish = this.#wish;
    const range = { from, to, points };
    const [answer, twins] = await Promise.all([
      this.#store.client.ask((service) => service.columns(since, names, range)),
      // A layer's figures are pictures, which are not laid over one another.
      this.#store.twins.columns(
        names.filter((name) => !name.startsWith(":")),
        range,
      ),
    ]);
    if (generation !== this.#store.read().generation || answer.version === since) return;
    // What was asked for anew in the meantime stays asked for.
    if (this.#wish === wish) this.#version = answer.version;
    this.#columns = byName([...answer.columns, ...twins]);
    view.reach(answer.end);
    for (const listener of this.#listeners.keys()) listener(this.#columns);
  }
}

const byName = (columns: readonly ColumnData[]): ColumnMap => new Map(columns.map((column) => [column.name, column]));
