// A training of the lab: it plays, steps, goes back and anywhere, is changed by hand, and can be asked for everything that the page shows.
import { ChainruleError } from "chainrule";
import type { Explanation } from "chainrule/explain";
import type { LedgerRow } from "chainrule/observe";
import { HeldTraining, type Snapshot, type TrainEvent } from "chainrule/train";
import type { Intervention, Recipe } from "../recipe/recipe.ts";
import { type LossAlong, lossAlong, parametersOf } from "./along-update.ts";
import { nextLook } from "./cadence.ts";
import { type ColumnData, Columns } from "./columns.ts";
import { EventWindow } from "./event-window.ts";
import { type ExponentData, Exponents } from "./exponents.ts";
import { pushExponents, pushFigures } from "./figures.ts";
import { type Frame, type FrameRequest, frameOf, rowsOf } from "./frame.ts";
import { applyInterventions } from "./interventions.ts";
import { ledgerAt } from "./ledger.ts";
import { type NetworkLayer, networkOf } from "./network.ts";
import { type Opened, type OwnFile, openRecipe } from "./open.ts";
import { type PlaneEdges, type PlanePoints, Planes } from "./planes.ts";
import { type Results, ResultsOf } from "./results.ts";
import { rowNumbersOf } from "./rows.ts";
import { Snapshots } from "./snapshots.ts";
import type { Descent, Pair, Surface, SurfaceRequest } from "./surface.ts";
import type { ColumnView } from "./thin.ts";

/** What does not change while a training goes on. */
export interface TrainingDescription {
  readonly layers: readonly NetworkLayer[];
  readonly features: readonly string[];
  readonly classes: readonly string[];
  readonly targets: readonly string[];
  readonly rows: number;
  /** Of each row for training its number in the table: its line. Absent without a table. */
  readonly rowNumbers?: Int32Array;
  readonly validationRows: number;
  readonly parameters: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly loss: string;
  readonly resolved: Opened["resolved"];
  readonly backend: string;
  /** It has a network and rows of its own, and no table. */
  readonly isLesson: boolean;
  /** Whether there are two numbers that all features follow from, so that a plane can be drawn. */
  readonly hasPlane: boolean;
}

export interface ColumnsAnswer {
  /** Grows with every figure. */
  readonly version: number;
  readonly end: number;
  readonly columns: readonly ColumnData[];
}

/** Where a training came to: it can go on, or why it cannot. */
export type Standing = "open" | "ended" | "failed";

/**
 * All calls take turns: each begins when the one before is through.
 *
 * ```ts
 * const training = await LabTraining.open({ data: { kind: "set", name: "xor", options: {} }, settings: {}, interventions: [] });
 * await training.seek(100);
 * const { parameters } = await training.frame({ row: "batch" });
 * ```
 */
export class LabTraining {
  readonly opened: Opened;
  readonly #training: HeldTraining;
  readonly #snapshots = new Snapshots();
  readonly #columns = new Columns();
  readonly #exponents = new Exponents();
  /** What verdicts are made of. */
  readonly events = new EventWindow();
  readonly #planes: Planes;
  readonly #results: ResultsOf;
  readonly #onEvents: (events: readonly TrainEvent[]) => void;
  #interventions: readonly Intervention[];
  /** Events up to this step are in the columns. */
  #told = 0;
  #standing: Standing = "open";
  #failure: ChainruleError | undefined;
  /** Ends when the call before is through. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    opened: Opened,
    training: HeldTraining,
    interventions: readonly Intervention[],
    onEvents: (events: readonly TrainEvent[]) => void,
  ) {
    this.opened = opened;
    this.#training = training;
    this.#interventions = interventions;
    this.#planes = new Planes(opened);
    this.#results = new ResultsOf(opened);
    this.#onEvents = onEvents;
  }

  /** Throws what opening its table, preparing it and `train` throw. `onEvents` is told every event once, in the order of the steps. */
  static async open(
    recipe: Recipe,
    { file, onEvents = () => {} }: { file?: OwnFile; onEvents?: (events: readonly TrainEvent[]) => void } = {},
  ): Promise<LabTraining> {
    const opened = await openRecipe(recipe, file);
    // It is looked into at steps of its own.
    const training = await HeldTraining.load({ ...opened.options, observeEvery: Number.MAX_SAFE_INTEGER });
    const lab = new LabTraining(opened, training, recipe.interventions, onEvents);
    onEvents([training.started()]);
    lab.#snapshots.keep(0, training.snapshot());
    lab.#applyInterventions();
    return lab;
  }

  describe(): TrainingDescription {
    const { model, features, classes, targets, options, resolved } = this.opened;
    const {
      rows,
      validationRows,
      parameters,
      batchSize,
      stepsPerEpoch,
      epochs,
      loss = "",
      backend,
    } = this.#training.started();
    const rowNumbers = rowNumbersOf(this.opened);
    return {
      layers: networkOf(model),
      ...(rowNumbers && { rowNumbers }),
      ...{ features, classes, targets, rows, validationRows, parameters, batchSize, stepsPerEpoch },
      epochs: Math.min(epochs, options.epochs),
      loss,
      resolved,
      backend,
      isLesson: this.opened.prepared === undefined,
      hasPlane: this.#planes.isDrawn,
    };
  }

  /** The plane of the two numbers that all features follow from, if there are such. */
  get plane(): PlaneEdges | undefined {
    return this.#planes.edges;
  }

  get points(): PlanePoints | undefined {
    return this.#planes.points();
  }

  get step(): number {
    return this.#training.step;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** What ended it, where its standing is "failed". */
  get failure(): ChainruleError | undefined {
    return this.#failure;
  }

  /** So many steps on, fewer at the end; `observed`: with a look into each. */
  run(steps: number, observed = false): Promise<void> {
    return this.#exclusive(() => this.#runTo(this.step + steps, observed));
  }

  /** For a slice of time, milliseconds: as many steps as it holds, at most `most`. */
  runFor(milliseconds: number, most = Number.POSITIVE_INFINITY): Promise<void> {
    return this.#exclusive(async () => {
      const until = performance.now() + milliseconds;
      const end = this.step + most;
      // A quarter of a slice, by what the last ones took.
      let count = 1;
      while (this.#standing === "open" && this.step < end && performance.now() < until) {
        const began = performance.now();
        await this.#runTo(Math.min(end, this.step + count), false);
        const took = performance.now() - began;
        count = took < milliseconds / 8 ? count * 2 : Math.max(1, took > milliseconds / 4 ? count >> 1 : count);
      }
    });
  }

  /** At another step, back or on: the same bits as on the way there. */
  seek(step: number): Promise<void> {
    return this.#exclusive(async () => {
      const near = this.#snapshots.before(step)!;
      if (step < this.step || near.step > this.step || this.#standing !== "open") {
        if (step === this.step && this.#standing === "open") return;
        await this.#restore(near.snapshot);
      }
      await this.#runTo(step, false);
    });
  }

  /** Other interventions: from the first that differs the training goes another way; it stays at its step. */
  intervene(interventions: readonly Intervention[]): Promise<void> {
    return this.#exclusive(async () => {
      const before = this.#interventions;
      const length = Math.max(before.length, interventions.length);
      const at = Array.from({ length }, (_, i) => i).find((i) => !isSame(before[i], interventions[i]));
      if (at === undefined) return;
      const first = Math.min(before[at]?.after ?? Infinity, interventions[at]?.after ?? Infinity);
      this.#interventions = interventions;
      this.#snapshots.dropAfter(first);
      this.#columns.truncate(first);
      this.#exponents.truncate(first);
      this.events.truncate(first);
      this.#told = Math.min(this.#told, first);
      if (first > this.step) return;
      const { step } = this;
      const near = this.#snapshots.before(first)!;
      await this.#restore(near.snapshot);
      await this.#runTo(step, false);
    });
  }

  frame(request: FrameRequest): Promise<Frame> {
    return this.#exclusive(() => Promise.resolve(frameOf(this.#training, request)));
  }

  /** What every unit, or those named, makes of the plane: [resolution, resolution] each, from the lowest x2 up. */
  planes(resolution: number, names?: readonly string[]): Promise<Readonly<Record<string, Float32Array>>> {
    return this.#exclusive(() => Promise.resolve(this.#planes.draw(this.#training.variables(), resolution, names)));
  }

  /** The loss over two parameters, the others as they are. */
  surface(request: SurfaceRequest): Promise<Surface> {
    return this.#exclusive(async () => {
      const { surfaceOf } = await import("./surface.ts");
      return surfaceOf(this.opened, this.#training.variables(), request);
    });
  }

  /** The largest second derivative of the loss over two parameters, at values of them. */
  curvature(elements: Pair, point: readonly [number, number]): Promise<number> {
    return this.#exclusive(async () => {
      const { PairLoss } = await import("./surface.ts");
      return new PairLoss(this.opened, this.#training.variables(), elements).curvature(point);
    });
  }

  /** The ways of two parameters from here, so many steps at each of some learning rates. */
  descents(elements: Pair, rates: readonly number[], steps: number): Promise<readonly Descent[]> {
    return this.#exclusive(async () => {
      const { descentsOf } = await import("./surface.ts");
      return descentsOf(this.opened, this.#training, elements, rates, steps);
    });
  }

  /** Figures over the steps, where they are newer than a version, as far as a view shows them; `end` is the last step that has any. */
  columns(since: number, names?: readonly string[], view?: ColumnView): ColumnsAnswer {
    const { version, end } = this.#columns;
    return { version, end, columns: version === since ? [] : this.#columns.data(names, view) };
  }

  /** Histograms by exponent over the observed steps: see `Exponents`. */
  exponents(names: readonly string[]): readonly ExponentData[] {
    return this.#exponents.data(names);
  }

  /** The factors of the network as it is, from the output to the input. */
  ledger({ row }: FrameRequest): Promise<readonly LedgerRow[]> {
    return this.held((training) => ledgerAt(training, this.opened.model, rowsOf(training, row)));
  }

  /** Undefined where outputs are not finite. */
  results(): Promise<Results | undefined> {
    return this.held((training) => this.#results.at(training.variables()));
  }

  /** The loss along the last update; undefined before the first step, and where the training has failed. Everything stays as it was. */
  along(): Promise<LossAlong | undefined> {
    return this.#exclusive(async () => {
      const { step } = this;
      if (step === 0 || this.#standing === "failed") return undefined;
      const training = this.#training;
      const [now, after] = [training.snapshot(), parametersOf(training)];
      const standing = this.#standing;
      try {
        await this.#restore(this.#snapshots.before(step - 1)!.snapshot);
        await this.#runTo(step - 1, false);
        const [before, rows] = [parametersOf(training), training.nextRows()];
        return { ...lossAlong(training, before, after, rows), step };
      } finally {
        await training.restore(now);
        this.#standing = standing;
      }
    });
  }

  /** The arithmetic of one number in float64, on a row or on the rows of the next step. Throws INVALID_ARGUMENT for an element that there is not. */
  explain(element: string, row: number | "batch"): Promise<Explanation> {
    return this.#exclusive(async () => {
      const { explainElement } = await import("./explain-element.ts");
      return explainElement(this.opened, this.#training, element, row);
    });
  }

  /** All parameters in the order of their names, as bytes: what a fingerprint is of. */
  weights(): Promise<Uint8Array> {
    return this.#exclusive(() => {
      const names = this.#training.names.filter((name) => name.startsWith("parameters.")).sort();
      const parts = names.map((name) => Float32Array.from(this.#training.read(name).data));
      const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
      let at = 0;
      for (const part of parts) {
        bytes.set(new Uint8Array(part.buffer), at);
        at += part.byteLength;
      }
      return Promise.resolve(bytes);
    });
  }

  /** Where a slice of time is up, messages have their turn. */
  giveWay(): Promise<void> {
    return this.#training.giveWay();
  }

  get snapshotBytes(): number {
    return this.#snapshots.bytes;
  }

  /** The training itself, for what only reads. */
  held<T>(use: (training: HeldTraining) => T | Promise<T>): Promise<T> {
    return this.#exclusive(async () => use(this.#training));
  }

  dispose(): Promise<void> {
    return this.#exclusive(() => Promise.resolve(this.#training.dispose()));
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #restore(snapshot: Snapshot): Promise<void> {
    await this.#training.restore(snapshot);
    this.#standing = "open";
    this.#failure = undefined;
    this.#applyInterventions();
  }

  /** Steps up to one, with snapshots and interventions at theirs. */
  async #runTo(end: number, observed: boolean): Promise<void> {
    while (this.#standing === "open" && this.step < end) {
      const { step } = this;
      if (this.#snapshots.isDue(step)) this.#snapshots.keep(step, this.#training.snapshot());
      const changed = this.#interventions.find(({ after }) => after > step)?.after ?? Infinity;
      const look = observed ? step + 1 : nextLook(step);
      const to = Math.min(end, changed, this.#snapshots.due(step), look - 1);
      try {
        this.#take(await (to === step ? this.#training.observe() : this.#training.run(to - step)));
      } catch (error) {
        if (!(error instanceof ChainruleError)) throw error;
        this.#standing = "failed";
        this.#failure = error;
        return;
      }
      if (this.step === step) this.#standing = "ended";
      else this.#applyInterventions();
    }
  }

  #applyInterventions(): void {
    applyInterventions(this.#training, this.#interventions);
  }

  #take(events: readonly TrainEvent[]): void {
    const fresh = events.filter((event) => "step" in event && event.step > this.#told);
    for (const event of fresh) {
      pushFigures(this.#columns, event);
      pushExponents(this.#exponents, event);
      this.events.push(event);
    }
    // An epoch ends at the step of its last observation.
    if (fresh.length > 0) this.#onEvents(fresh);
    this.#told = Math.max(this.#told, this.step);
  }
}

const isSame = (a: Intervention | undefined, b: Intervention | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
