// What the worker does for the page: one training, played, stepped and asked; the page pulls frames of it.
import { ChainruleError, type PlainError } from "chainrule";
import type { Explanation } from "chainrule/explain";
import type { LedgerRow } from "chainrule/observe";
import type { Settings, TrainEvent } from "chainrule/train";
import type { Out } from "../out/index.ts";
import type { Intervention, Recipe } from "../recipe/recipe.ts";
import type { LossAlong } from "../training/along-update.ts";
import type { Blame } from "../training/blame.ts";
import type { LabDiagnosis, ToExamine } from "../training/diagnosis.ts";
import type { LabExamination, TriedReport } from "../training/examination.ts";
import type { ExponentData } from "../training/exponents.ts";
import { fingerprintOf } from "../training/fingerprint.ts";
import { type Frame, type FrameRequest, frameOf } from "../training/frame.ts";
import type { ImageProbe, ImageProber } from "../training/image-probe.ts";
import type { Inspection } from "../training/inspect.ts";
import { type ColumnsAnswer, LabTraining, type Standing, type TrainingDescription } from "../training/lab-training.ts";
import type { OwnFile } from "../training/open.ts";
import type { PlaneEdges, PlanePoints } from "../training/planes.ts";
import type { Results } from "../training/results.ts";
import type { Descent, Pair, Surface, SurfaceRequest } from "../training/surface.ts";
import type { ColumnView } from "../training/thin.ts";
import type { Variant } from "../training/variants.ts";

/** Milliseconds of work between two looks at what the page asks for. */
const slice = 8;
/** Up to this many steps a second each is looked into, so that the charts have every step. */
const observedRate = 60;
/** ‖Δθ‖ / ‖θ‖ of every layer: below it float32 weights hardly change. */
const stillRatio = 1e-7;

export interface Status {
  readonly isPlaying: boolean;
  readonly step: number;
  readonly standing: Standing;
  /** Why it paused by itself. */
  readonly paused?: "ended" | "failed" | "still";
  readonly failure?: PlainError;
}

/** Errors of the engine as plain data, which goes over to the page whole. */
export type Answer<T> = { readonly value: T } | { readonly error: PlainError };

export interface OpenedTraining extends TrainingDescription {
  readonly plane?: PlaneEdges;
  /** The rows for training on the plane, in the units of its columns, and their targets as the network has them. */
  readonly points?: PlanePoints;
}

export interface Arithmetic {
  readonly explanation: Explanation;
  readonly frame: Frame;
  /** How many rows it is worked out on. */
  readonly rows: number;
}

export class LabService {
  #training: LabTraining | undefined;
  /** What the recipe of the training names. */
  #file: OwnFile | undefined;
  /** Steps a second; 0 while it holds. */
  #rate = 0;
  #paused: Status["paused"];
  /** Grows with each `play`, so that an older loop ends. */
  #plays = 0;
  #isStill = false;
  #prober: { readonly of: LabTraining; readonly prober: ImageProber } | undefined;

  /** A lock of this name is held until the worker ends. */
  hold(name: string): Promise<void> {
    return new Promise((resolve) => {
      void navigator.locks.request(name, () => {
        resolve();
        return new Promise(() => {});
      });
    });
  }

  /** Loads a training in place of the one before, and goes to a step of it. */
  open(recipe: Recipe, step: number, file?: OwnFile): Promise<Answer<OpenedTraining>> {
    return answer(async () => {
      this.pause();
      const training = await LabTraining.open(recipe, {
        ...(file && { file }),
        onEvents: (events) => this.#look(events),
      });
      await this.#training?.dispose();
      this.#training = training;
      this.#file = file;
      this.#paused = undefined;
      await training.seek(step);
      const { plane, points } = training;
      return {
        ...training.describe(),
        ...(plane && { plane }),
        ...(points && { points }),
      };
    });
  }

  /** Goes on by itself, so many steps a second, Infinity for as many as there are. */
  play(stepsPerSecond: number): void {
    this.#rate = stepsPerSecond;
    this.#paused = undefined;
    this.#isStill = false;
    void this.#go(++this.#plays);
  }

  pause(): void {
    this.#rate = 0;
    this.#plays++;
  }

  /** `isLooked`: each of them is looked into, so that the charts have it. */
  step(steps: number, isLooked = steps <= observedRate): Promise<Answer<Status>> {
    return this.#then((training) => training.run(steps, isLooked));
  }

  seek(step: number): Promise<Answer<Status>> {
    return this.#then((training) => training.seek(step));
  }

  intervene(interventions: readonly Intervention[]): Promise<Answer<Status>> {
    return this.#then((training) => training.intervene(interventions));
  }

  frame(request: FrameRequest): Promise<Answer<{ readonly frame: Frame; readonly status: Status }>> {
    return answer(async () => ({ frame: await this.#held.frame(request), status: this.#status() }));
  }

  planes(resolution: number, names?: readonly string[]): Promise<Answer<Readonly<Record<string, Float32Array>>>> {
    return answer(() => this.#held.planes(resolution, names));
  }

  columns(since: number, names?: readonly string[], view?: ColumnView): Promise<Answer<ColumnsAnswer>> {
    return answer(() => Promise.resolve(this.#held.columns(since, names, view)));
  }

  exponents(names: readonly string[]): Promise<Answer<readonly ExponentData[]>> {
    return answer(() => Promise.resolve(this.#held.exponents(names)));
  }

  ledger(request: FrameRequest): Promise<Answer<readonly LedgerRow[]>> {
    return answer(() => this.#held.ledger(request));
  }

  results(): Promise<Answer<Results | undefined>> {
    return answer(() => this.#held.results());
  }

  /** Networks that differ from a recipe's in some settings, before their first step. */
  variants(recipe: Recipe, changes: readonly Settings[]): Promise<Answer<readonly Variant[]>> {
    return answer(async () => {
      const { variantOf } = await import("../training/variants.ts");
      const variants: Variant[] = [];
      for (const change of changes) variants.push(await variantOf(recipe, change, this.#file));
      return variants;
    });
  }

  /** The loss along the last update. */
  along(): Promise<Answer<LossAlong | undefined>> {
    return answer(() => this.#held.along());
  }

  explain(element: string, row: number | "batch"): Promise<Answer<Explanation>> {
    return answer(() => this.#held.explain(element, row));
  }

  /** What a table is, before it is trained on: the training that is open stays as it is. */
  inspect(recipe: Pick<Recipe, "data" | "settings">, file?: OwnFile): Promise<Answer<Inspection>> {
    return answer(async () => {
      const [{ readTable }, { inspectTable }] = await Promise.all([
        import("../training/open-table.ts"),
        import("../training/inspect.ts"),
      ]);
      const { table, settings } = await readTable(recipe, file);
      return inspectTable(table, settings);
    });
  }

  /** The columns and rows that the loss pulls on the most; undefined for a lesson. */
  blame(): Promise<Answer<Blame | undefined>> {
    return answer(async () => {
      const { blameOf } = await import("../training/blame.ts");
      const training = this.#held;
      return training.held((held) => blameOf(training.opened, held));
    });
  }

  /** What the network makes of an image, and what reaches its pixels, were it of a class; of a set whose rows are images. */
  probeImage(pixels: Float32Array, target: number): Promise<Answer<ImageProbe>> {
    return answer(async () => {
      const prober = await this.#imageProber();
      return this.#held.held((held) => prober.at(held.variables(), pixels, target));
    });
  }

  imageOfRow(row: number): Promise<Answer<{ readonly pixels: Float32Array; readonly target: number }>> {
    return answer(async () => (await this.#imageProber()).row(row));
  }

  /** The table that is trained on, as CSV; undefined for a lesson. */
  csv(): Promise<Answer<string | undefined>> {
    return answer(async () => {
      const { csvOf } = await import("../sets/csv.ts");
      const { table } = this.#held.opened;
      return table && csvOf(table);
    });
  }

  surface(request: SurfaceRequest): Promise<Answer<Surface>> {
    return answer(() => this.#held.surface(request));
  }

  curvature(elements: Pair, point: readonly [number, number]): Promise<Answer<number>> {
    return answer(() => this.#held.curvature(elements, point));
  }

  descents(elements: Pair, rates: readonly number[], steps: number): Promise<Answer<readonly Descent[]>> {
    return answer(() => this.#held.descents(elements, rates, steps));
  }

  /** The first 32 bits of the SHA-256 of all parameters, in hex. */
  fingerprint(): Promise<Answer<string>> {
    return answer(async () => fingerprintOf(await this.#held.weights()));
  }

  /** The arithmetic of a number with the step's own float32 numbers of the same rows, all of one moment. */
  arithmetic(element: string, row: number | "batch"): Promise<Answer<Arithmetic>> {
    return answer(async () => {
      const { explainElement } = await import("../training/explain-element.ts");
      const { opened } = this.#held;
      return this.#held.held((training) => ({
        explanation: explainElement(opened, training, element, row),
        frame: frameOf(training, { row }),
        rows: row === "batch" ? Math.max(1, training.nextRows().length) : 1,
      }));
    });
  }

  /** The command line and the program of the training, at the step where it is. */
  out(recipe: Recipe): Promise<Answer<Out>> {
    return answer(async () => (await import("../out/index.ts")).outOf(this.#held, recipe));
  }

  /** The weights as they are, as safetensors. */
  safetensors(recipe: Recipe): Promise<Answer<Uint8Array>> {
    return answer(async () => (await import("../out/index.ts")).weightsOf(this.#held, recipe));
  }

  /** The run folder of any recipe: its training is repeated, whatever is open. */
  runZip(
    recipe: Recipe,
    step: number,
    file: OwnFile | undefined,
    onStep: (step: number) => void,
  ): Promise<Answer<{ readonly name: string; readonly bytes: Uint8Array }>> {
    return answer(async () =>
      (await import("../out/index.ts")).runZip(recipe, step, { ...(file && { file }), onStep }),
    );
  }

  /** What is wrong with the training, as far as it is. */
  diagnosis(recipe: Recipe): Promise<Answer<LabDiagnosis>> {
    return answer(async () => (await import("../training/diagnosis.ts")).diagnosisOf(this.#held, recipe));
  }

  /** What `examine` takes of the training that is open. */
  toExamine(recipe: Recipe): Promise<Answer<ToExamine>> {
    return answer(async () => (await import("../training/diagnosis.ts")).toExamine(this.#held, recipe));
  }

  /** Examines a training of a recipe, whatever is open. */
  examine(
    asked: ToExamine,
    recipe: Recipe,
    file: OwnFile | undefined,
    onTwin: (report: TriedReport) => void,
  ): Promise<Answer<LabExamination>> {
    return answer(async () =>
      (await import("../training/examination.ts")).examinationOf(asked, recipe, { ...(file && { file }), onTwin }),
    );
  }

  weights(): Promise<Answer<Uint8Array>> {
    return answer(() => this.#held.weights());
  }

  /** Of the training that is open. */
  async #imageProber(): Promise<ImageProber> {
    const training = this.#held;
    if (this.#prober?.of === training) return this.#prober.prober;
    const { ImageProber: Prober } = await import("../training/image-probe.ts");
    const { image } = training.opened;
    if (image === undefined) throw new ChainruleError("INVALID_ARGUMENT", "The rows of this training are no images.");
    const prober = new Prober(training.opened, image);
    this.#prober = { of: training, prober };
    return prober;
  }

  get #held(): LabTraining {
    if (this.#training === undefined) throw new ChainruleError("INVALID_ARGUMENT", "No training is open.");
    return this.#training;
  }

  #then(work: (training: LabTraining) => Promise<void>): Promise<Answer<Status>> {
    return answer(async () => {
      await work(this.#held);
      return this.#status();
    });
  }

  #status(): Status {
    const { step, standing, failure } = this.#held;
    const paused = this.#paused;
    return {
      isPlaying: this.#rate > 0,
      step,
      standing,
      ...(paused && { paused }),
      ...(failure && { failure: failure.toPlain() }),
    };
  }

  #look(events: readonly TrainEvent[]): void {
    for (const event of events)
      if (event.type === "observation")
        this.#isStill = event.layers.every(({ updateRatio }) => updateRatio < stillRatio);
  }

  async #go(play: number): Promise<void> {
    const training = this.#held;
    let due = performance.now();
    while (this.#plays === play) {
      const rate = this.#rate;
      if (rate === Number.POSITIVE_INFINITY) await training.runFor(slice);
      else {
        const now = performance.now();
        const steps = Math.floor(((now - due) * rate) / 1000) + 1;
        // After a pause of the machine it does not make up for what was left out.
        due = Math.max(due + (steps * 1000) / rate, now);
        await (rate <= observedRate ? training.run(1, true) : training.runFor(slice, steps));
        await sleep(due - performance.now());
      }
      if (this.#plays !== play) return;
      const { standing } = training;
      if (standing !== "open" || this.#isStill) {
        this.#paused = standing === "open" ? "still" : standing;
        this.pause();
        return;
      }
      await training.giveWay();
    }
  }
}

async function answer<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof ChainruleError) return { error: error.toPlain() };
    throw error;
  }
}

const sleep = (milliseconds: number): Promise<void> =>
  milliseconds <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, milliseconds));
