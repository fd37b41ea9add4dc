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

/** Probabilities p [rows, classes], row-major, and the true classes [rows]. Of equal probabilities the first is said. */
export function calibrationOf(p: Floats, labels: Int32Array, classes: number): Calibration {
  const rows = new Int32Array(bins);
  const [confidence, hits] = [new Float64Array(bins), new Float64Array(bins)];
  let squares = 0;
  labels.forEach((label, row) => {
    let said = 0;
    for (let k = 0; k < classes; k++) {
      const value = p[row * classes + k]!;
      squares += (value - Number(k === label)) ** 2;
      if (value > p[row * classes + said]!) said = k;
    }
    const most = p[row * classes + said]!;
    const bin = binOf(most);
    rows[bin]!++;
    confidence[bin]! += most;
    if (said === label) hits[bin]!++;
  });
  const n = labels.length;
  return {
    // Of two classes the squares of both are the same.
    brier: squares / (classes === 2 ? 2 * n : n),
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

/** The bin of a probability: (m / 15, (m + 1) / 15], the first one with 0. */
const binOf = (probability: number): number => Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1));
