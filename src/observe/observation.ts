// What a look at one training step shows: plain data, of a size that does not grow with the network's width or its batch.
import type { Shape } from "../ir/shape.ts";
import type { ActivationName } from "../nn/activation.ts";
import type { ChainPoint } from "./chain.ts";
import type { LedgerRow } from "./ledger.ts";
import type { Sketch } from "./sketch.ts";

/** Figures of one layer's parameters at one step. RMS = √(mean of squares), over all its parameters together. */
export interface LayerStatistics {
  /** Readable path, for example "layers.0". */
  readonly name: string;
  /** RMS of ∂loss/∂parameters of this layer, before clipping. */
  readonly gradientRms: number;
  /** ‖Δθ‖ / ‖θ‖ of the last update: the share of the weights' length that one step moved. */
  readonly updateRatio: number;
}

/** A value on the way through the model: what a layer gave for the batch. */
export interface ValueProbe extends ChainPoint {
  readonly value: Sketch;
  /** ∂loss/∂value. For a layer with weights this is its δ, the gradient before the activation. */
  readonly gradient: Sketch;
  /** RMS over the batch of value − its mean over the batch, by the RMS of the value: 0 where all rows give the same. */
  readonly spread: number;
}

/** A feature of the rows that the network reads. */
export interface InputProbe {
  /** As `features` of the training names it, a column's for a table. */
  readonly name: string;
  /**
   * RMS of ∂loss/∂x at this feature: how much the loss would fall if its values moved. Over the rows of the batch, or, of a batch with more than
   * 8,192 of them, over so many of its first rows as have about as many, 16 at least: the order of rows is random.
   */
  readonly gradientRms: number;
}

/** The units of one activation φ. */
export interface UnitProbe {
  readonly name: string;
  readonly activation: ActivationName;
  /** Whether φ is flat on both sides, as tanh is: only there a saturated unit says little whichever way it leans. */
  readonly bounded: boolean;
  readonly units: number;
  /** Share of (row, unit) pairs with |φ′| under 5 % of its maximum. */
  readonly saturated: number;
  /** Share of units with |φ′| under 0.1 % of its maximum in all rows of all of the last few observed batches. */
  readonly dead: number;
}

export interface ParameterProbe {
  /** Path among the parameters: "layers.0.weight". */
  readonly name: string;
  /** Number of elements. */
  readonly size: number;
  /** RMS of the parameter before the update. */
  readonly rms: number;
  /** Before clipping. */
  readonly gradient: Sketch;
  /** θ after − θ before. */
  readonly update: Sketch;
}

/** A parameter before the first step. */
export interface InitialParameter {
  readonly name: string;
  /** The kind of its layer; absent outside of the chain's layers. */
  readonly layer?: ChainPoint["made"];
  readonly shape: Shape;
  readonly value: Sketch;
  /** Of weights [inputs, units]: units whose weights going in and, in the layer after it, going out are those of another; absent where none is. */
  readonly alikeUnits?: number;
}

/**
 * How far the gradients of the batch's rows disagree, over the dense layers. The gradient gₙ of row n has
 * ‖gₙ‖² = Σ ‖δₙ‖² (‖aₙ‖² + 1) over the layers z = a W + b (Goodfellow 2015), times batch² since the loss is a mean: for a
 * loss that is a sum both figures are batch² times as large. Behind batch norm gₙ is the row's share in the gradient.
 */
export interface NoiseProbe {
  /** Rows. */
  readonly batch: number;
  /** mean ‖gₙ‖² */
  readonly examples: number;
  /** ‖mean gₙ‖² */
  readonly gradient: number;
  /**
   * The norm test (Byrd et al. 2012): variance of the batch's mean gradient by its squared length,
   * Σ ‖gₙ − g‖² / (batch (batch − 1) ‖g‖²). Above 1 the step is more noise than gradient.
   */
  readonly ratio: number;
}

/** The loss along the last update d, by its slopes at both ends (Schneider, Dangel and Hennig 2021). */
export interface LineProbe {
  /** ⟨g, d⟩ before the update, by the batch of that step. */
  readonly before: number;
  /** ⟨g, d⟩ after it, by the batch of the next one. */
  readonly after: number;
  /** −after / before: −1 is no way, 0 the minimum along the line, 1 as far again on the other side. */
  readonly alpha: number;
}

export interface Observation {
  /** 1-based: the gradients are those that this step went along. */
  readonly step: number;
  /** Of the step's batch, before the update. */
  readonly loss: number;
  readonly learningRate: number;
  readonly layers: readonly LayerStatistics[];
  /** From the output to the input. */
  readonly ledger: readonly LedgerRow[];
  /** In the order of the forward pass. */
  readonly values: readonly ValueProbe[];
  /** The largest gradients first, 20 at most. Absent where the rows are no vectors of floats, [batch, features]. */
  readonly inputs?: readonly InputProbe[];
  readonly units: readonly UnitProbe[];
  readonly parameters: readonly ParameterProbe[];
  /** Absent where no layer is dense, or the batch is one row. */
  readonly noise?: NoiseProbe;
  /** Absent where the step before was not observed. */
  readonly line?: LineProbe;
  /** ‖θ − θ₀‖ / ‖θ₀‖: how far the weights are from where they began, after this step or one up to nine steps before. */
  readonly distance: number;
  /** What clipping left of the gradient's norm; 1 where it did nothing. */
  readonly clipping: number;
}
