// Whether probabilities mean what they say: the Brier score, and the share of hits beside the confidence of the answers.

type Floats = Float32Array | Float64Array;

/** Answers whose confidence, the probability of the class that is said, is in one interval. */
export interface ReliabilityBin {
  /** The interval of the confidence: above `from`, up to `to`. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Mean confidence of these rows. */
  readonly confidence: number;
  /** Share of these rows whose class is the one that is said. */
  readonly accuracy: number;
}

export interface Calibration {
  /**
   * Brier score: of two classes (1/n) Σ (p(class 1) − t)², in 0 … 1; of more (1/n) Σ over rows and classes of (p − t)², in 0 … 2, t being 1
   * for the true class and 0 for others (Brier 1950; scikit-learn: brier_score_loss).
   */
  readonly brier: number;
  /** Expected calibration error: Σ (rows of a bin / n) |accuracy − confidence| over 15 bins of one width (Guo et al. 2017). */
  readonly ece: number;
  /** Those of the 15 bins that have rows, from the least confidence to the most. */
  readonly reliability: readonly ReliabilityBin[];
}

/** As Guo et al. have them. */
const bins = 15;

/** Sums over rows that come one by one. */
export class CalibrationMeter {
  readonly #classes: number;
  readonly #rows = new Float64Array(bins);
  readonly #confidence = new Float64Array(bins);
  readonly #hits = new Float64Array(bins);
  #squares = 0;

  constructor(classes: number) {
    this.#classes = classes;
  }

  /** A row of p [rows, classes], row-major, and its true class. Of equal probabilities the first is said. */
  add(p: Floats, row: number, label: number): void {
    const from = row * this.#classes;
    let said = 0;
    for (let k = 0; k < this.#classes; k++) {
      const value = p[from + k]!;
      this.#squares += (value - Number(k === label)) ** 2;
      if (value > p[from + said]!) said = k;
    }
    const most = p[from + said]!;
    const bin = binOf(most);
    this.#rows[bin]!++;
    this.#confidence[bin]! += most;
    if (said === label) this.#hits[bin]!++;
  }

  get calibration(): Calibration {
    const [rows, confidence, hits] = [this.#rows, this.#confidence, this.#hits];
    const n = rows.reduce((sum, count) => sum + count, 0);
    return {
      // Of two classes the squares of both are the same.
      brier: this.#squares / (this.#classes === 2 ? 2 * n : n),
      ece: rows.reduce((sum, _, bin) => sum + Math.abs(hits[bin]! - confidence[bin]!), 0) / n,
      reliability: Array.from(rows, (count, bin) => ({
        from: bin / bins,
        to: (bin + 1) / bins,
        rows: count,
        confidence: confidence[bin]! / count,
        accuracy: hits[bin]! / count,
      })).filter((bin) => bin.rows > 0),
    };
  }
}

/** The bin of a probability: (m / 15, (m + 1) / 15], the first one with 0. */
const binOf = (probability: number): number => Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1));
