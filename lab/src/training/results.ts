// How well a network does as it stands: which classes it takes for which, or how much of a number's variance it explains.
import { compile, type Tensor } from "chainrule";
import { apply, findLoss, isLossRecord, type Variables } from "chainrule/nn";
import { classificationMetrics, regressionMetrics } from "chainrule/train";
import type { Opened } from "./open.ts";

/** On the validation rows, or on those for training where there are none. */
export type Results = { readonly split: "validation" | "training"; readonly rows: number } & (
  | {
      readonly kind: "classes";
      readonly classes: readonly string[];
      /** confusion[true][predicted]: rows. */
      readonly confusion: readonly (readonly number[])[];
      readonly accuracy: number;
    }
  | { readonly kind: "numbers"; readonly targets: readonly TargetResult[] }
);

export interface TargetResult {
  readonly name: string;
  /** 1 − Σ (y − ŷ)² / Σ (y − ȳ)² */
  readonly r2: number;
}

export class ResultsOf {
  readonly #opened: Opened;
  #predict: ((variables: Variables, x: Tensor) => Tensor) | undefined;

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  /** Undefined where outputs are not finite, or nothing is known of the loss. */
  at(variables: Variables): Results | undefined {
    const { options, model, classes, targets } = this.#opened;
    const { data, validation, loss } = options;
    const record = typeof loss === "string" ? findLoss(loss) : isLossRecord(loss) ? loss : undefined;
    if (record === undefined) return undefined;
    const { x, y } = validation ?? data;
    this.#predict ??= compile((v: Variables, rows: Tensor) => apply(model, v, rows), {
      deterministic: true,
      threads: 1,
    });
    const predicted = this.#predict(variables, x);
    const rows = x.shape[0]!;
    const own = { split: validation === undefined ? "training" : "validation", rows } as const;
    if (classes.length > 0 && record.logits !== undefined) {
      const scores = record.logits(predicted).data;
      if (!scores.every(Number.isFinite)) return undefined;
      const labels = Int32Array.from(y.data);
      const { confusion, accuracy } = classificationMetrics(Float64Array.from(scores), labels, "logits");
      return { ...own, kind: "classes", classes, confusion, accuracy };
    }
    const said = record.predict(predicted).data;
    if (!said.every(Number.isFinite)) return undefined;
    return {
      ...own,
      kind: "numbers",
      targets: targets.map((name, t): TargetResult => {
        const of = (values: ArrayLike<number>) =>
          Float64Array.from({ length: rows }, (_, row) => values[row * targets.length + t]!);
        return { name, r2: regressionMetrics(of(said), of(y.data)).r2 };
      }),
    };
  }
}
