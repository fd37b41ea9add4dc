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
  /** Whether a change that led from one outcome to the other did what is asked for. */
  readonly isReached: (before: Outcome, after: Outcome) => boolean;
}

/** A loss counts as lower below this share of the one before: twins share their batches, so that chance weighs little. */
export const lower = 0.97;

/** A gradient's size counts as balanced where the ledger's product comes nearer to 1 by this factor. */
const nearer = 10;

const finite = (figure = Number.NaN): number => (Number.isNaN(figure) ? Number.POSITIVE_INFINITY : figure);

/** What comes of a training, by which remedies are ranked: the loss of rows that it has not seen, or that of its own where there are no others. */
export const resultOf = ({ loss, validationLoss = loss }: Outcome): number => finite(validationLoss);

/** The results of both, of the same rows: a training that failed, or is still in its first epoch, has no validation loss. */
function results(before: Outcome, after: Outcome): readonly [number, number] {
  const isValidated = before.validationLoss !== undefined && after.validationLoss !== undefined;
  return isValidated ? [resultOf(before), resultOf(after)] : [finite(before.loss), finite(after.loss)];
}

/** |ln product|: how far the gradient is from keeping its size on its way through the network. */
export const imbalanceOf = ({ product }: Outcome): number =>
  product === undefined || product <= 0 ? Number.POSITIVE_INFINITY : Math.abs(Math.log(product));

export const lowerLoss: Goal = {
  isReached: (before, after) => {
    const [had, has] = results(before, after);
    return has < lower * had;
  },
};

/** A gradient that keeps its size serves as well as a lower loss, where it does not cost any. */
export const lowerLossOrBalancedGradient: Goal = {
  isReached: (before, after) => {
    const [had, has] = results(before, after);
    const isBalanced = imbalanceOf(before) - imbalanceOf(after) > Math.log(nearer);
    return has < lower * had || (has * lower <= had && isBalanced);
  },
};

/** For what is right whatever it costs, as to do without a feature that gives the answer away. */
export const atAnyLoss: Goal = { isReached: () => true };
