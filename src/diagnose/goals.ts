// What a remedy has to do in a twin of the training to count as one.

/** Figures of a short training. */
export interface Outcome {
  /** Mean training loss at its end; NaN where it became NaN or infinite. */
  readonly loss: number;
  readonly validationLoss?: number;
  /** ‖δ‖ at the first layer by ‖δ‖ at the last: the ledger's product, at the end. */
  readonly product?: number;
}

export interface Goal {
  /** What is to be low: remedies are ranked by it. */
  readonly figure: (outcome: Outcome) => number;
  /** The figure's name. */
  readonly words: string;
  /** Whether a change that led from one outcome to the other did what is asked for. */
  readonly isReached: (before: Outcome, after: Outcome) => boolean;
  /** Whether only a twin of the training's full length shows it. */
  readonly needsWholeTraining: boolean;
}

/** A loss counts as lower below this share of the one before: twins share their batches, so that chance weighs little. */
export const lower = 0.97;

/** A gradient's size counts as balanced where the ledger's product comes nearer to 1 by this factor. */
const nearer = 10;

const finite = (figure = Number.NaN): number => (Number.isNaN(figure) ? Number.POSITIVE_INFINITY : figure);

const lossOf = ({ loss }: Outcome): number => finite(loss);
const validationLossOf = ({ validationLoss }: Outcome): number => finite(validationLoss);

/** |ln product|: how far the gradient is from keeping its size on its way through the network. */
export const imbalanceOf = ({ product }: Outcome): number =>
  product === undefined || product <= 0 ? Number.POSITIVE_INFINITY : Math.abs(Math.log(product));

export const lowerLoss: Goal = {
  figure: lossOf,
  words: "loss",
  isReached: (before, after) => lossOf(after) < lower * lossOf(before),
  needsWholeTraining: false,
};

/** For what is learnt by heart in the long run. */
export const lowerValidationLoss: Goal = {
  figure: validationLossOf,
  words: "validation loss",
  isReached: (before, after) => validationLossOf(after) < lower * validationLossOf(before),
  needsWholeTraining: true,
};

/** A gradient that keeps its size serves as well as a lower loss, where it does not cost any. */
export const lowerLossOrBalancedGradient: Goal = {
  ...lowerLoss,
  isReached: (before, after) =>
    lowerLoss.isReached(before, after) ||
    (lossOf(after) * lower <= lossOf(before) && imbalanceOf(before) - imbalanceOf(after) > Math.log(nearer)),
};

/** For what is right whatever it costs, as to do without a feature that gives the answer away. */
export const atAnyLoss: Goal = { ...lowerLoss, isReached: () => true };
