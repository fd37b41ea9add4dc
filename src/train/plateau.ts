// The schedule that waits for the loss to fall: reduce on plateau.

export interface PlateauState {
  /** Lowest loss so far. */
  best: number;
  /** Epochs since then, or since the rate was made smaller. */
  waited: number;
  /** Factor of the schedule's rate. */
  scale: number;
}

export const plateauState = (): PlateauState => ({ best: Number.POSITIVE_INFINITY, waited: 0, scale: 1 });

/** After an epoch: the rate's factor, made smaller after more than `patience` epochs without a lower loss. */
export function scaleAfter(
  state: PlateauState,
  { factor = 0.1, patience = 10 }: { readonly factor?: number; readonly patience?: number },
  loss: number,
): number {
  if (loss < state.best) {
    state.best = loss;
    state.waited = 0;
  } else if (++state.waited > patience) {
    state.scale *= factor;
    state.waited = 0;
  }
  return state.scale;
}
