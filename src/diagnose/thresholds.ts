// Where each detector begins to speak. What healthy trainings of the tuning seeds show (npm run calibrate) stands beside it.

/** Scales of features as the network is fed them, in RMS: initial weights are drawn for inputs of RMS 1. */
export const unscaled = {
  /** Standardised numbers have 1, categories less. */
  rms: 15,
  /** The first layer's sums are a thousand times as large as intended. */
  severe: 1000,
  /** Median over all features: below, the first layer says next to nothing of them. */
  allTiny: 0.02,
} as const;

/** What a feature tells alone (data-profile.ts), and how much it leaves open, by what the next best one leaves open. */
export const leaking = {
  alone: 0.97,
  left: 0.25,
  /** Nothing measured is that exact. */
  warningAlone: 0.99,
  warningLeft: 0.1,
  fewestRows: 40,
} as const;

export const imbalance = {
  /** Share of the rarest class by that of a class among as many equal ones. */
  share: 0.25,
  /** Recall of the rarest class by the mean of the others: below it is not learnt. */
  recall: 0.5,
} as const;

export const constant = {
  /** Spread of the answers by that of the truth. */
  spread: 0.05,
} as const;

export const overfit = {
  /** Rise of the validation loss from its minimum, by the loss of the best constant. */
  rise: 0.15,
  /** Validation loss of the best epoch less the training loss of its weights, by the loss of the best constant. */
  gap: 0.45,
} as const;

/** Errors of the training rows (examples.ts). */
export const noisyLabels = {
  fewestRows: 40,
  /** Share of errors among the surer half of the rows, and how well confidence tells hits from errors. */
  seen: { confidentRate: 0.1, separation: 0.76 },
  /** The same of the rows for validation, where the training rows show at least some of it. */
  unseen: { confidentRate: 0.06, separation: 0.75, trainingRate: 0.04, trainingSeparation: 0.82 },
  warning: 0.15,
  /** Error rate by that of always guessing the most frequent class. */
  mostErrors: 0.9,
  /** Of every class: below, the model has not learnt it and cannot judge its labels. */
  leastRecall: 0.1,
} as const;

/** Residuals of the training rows. */
export const noisyValues = {
  /** Variance of the residuals beyond that of their robust scale, by the target's. */
  excess: 0.05,
  warning: 0.1,
  kurtosis: 3.4,
  /** Of the target's variance: a model that is not fitted yet has large residuals of its own. */
  leastExplained: 0.2,
} as const;

/** Loss at the end by that of the best constant answer: healthy trainings end below 0.4. */
export const outcome = {
  unlearnt: 0.6,
  /** Of the planned epochs: before, the loss of a training that goes on says little. */
  share: 0.3,
} as const;

/** ‖δ‖ at the first layer by that at the last; at the first step healthy networks have 0.07 at least. */
export const vanishing = {
  product: 0.04,
  /** At the end of a training: nothing near it comes of ordinary learning. */
  later: 1e-4,
  /** Still so little at the end: the first layers are as they were drawn, whatever the last ones made of them. */
  severe: 1e-3,
  /** Geometric mean a layer. */
  attenuation: 0.65,
} as const;

/** The same product; healthy networks have 7 at most at the first step, and 15 at the end. */
export const exploding = { product: 25, later: 1000 } as const;

/** Share of a layer's units; 0.11 in 95 of 100 healthy networks. */
export const dead = { share: 0.4, severe: 0.8 } as const;

/** Share of (row, unit) pairs of a bounded activation with a slope under a twentieth of the steepest. */
export const saturated = { early: 0.5, late: 0.75 } as const;

/** Size of initial weights by what keeps signals the size they are. */
export const initial = {
  /** Variance by mean square. */
  alike: 1e-4,
  tiny: 0.15,
  huge: 3,
} as const;

/** ‖Δθ‖ / ‖θ‖ of a layer in the first steps: 0.16 at most in 95 of 100 healthy trainings. */
export const highRate = {
  update: 0.2,
  largestUpdate: 0.6,
  /** Of the first steps together; healthy ones have −0.57 in the middle. */
  alpha: 0,
  /** Largest loss by the first. */
  jump: 3,
} as const;

export const lowRate = {
  /** ‖θ − θ₀‖ / ‖θ₀‖ at the end; healthy trainings go 0.05 at least. */
  distance: 0.045,
  lossLeft: 0.35,
  severeLossLeft: 0.8,
  alpha: -0.5,
  /** ‖Δθ‖ / ‖θ‖ a step: the lower one needs no α. */
  update: 2e-4,
  largestUpdate: 2e-3,
} as const;

/** A handful of rows is judged sooner than a batch: healthy trainings of 16 rows and more are half noise, too. */
export const smallBatch = {
  /** Of the rows: larger batches are no sample any more. */
  share: 0.5,
  /** Rows of a handful. */
  handful: 8,
  /** Median of the norm test: 0.58 in the middle of healthy trainings, 0.83 in three of four. */
  ratio: { handful: 0.4, batch: 0.65 },
  /** Share of noise in the squared gradients of the first half of a training: healthy ones have 0.24 in the middle. */
  noise: { handful: 0, batch: 0.5 },
  /** Healthy ones have −0.56 in the middle. */
  alpha: { handful: -0.75, batch: -0.25 },
  lossLeft: { handful: 0.12, batch: 0.3 },
  /** ‖Δθ‖ / ‖θ‖ a step: shorter ones average noise out. */
  update: 0.004,
  /** Below, the training did its work all the same. */
  warningLossLeft: { handful: 0.3, batch: 0.6 },
  severeLossLeft: 1,
} as const;
