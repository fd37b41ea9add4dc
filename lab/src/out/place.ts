// Where a training of the page stands, as what is taken out of it is told.

export interface Place {
  /** Steps done. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Epochs that its settings came to. */
  readonly epochs: number;
  readonly validationRows: number;
  /** It is at its end: by its epochs, or by its patience. */
  readonly isEnded: boolean;
}
