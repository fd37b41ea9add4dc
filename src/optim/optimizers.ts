// Optimizers as plain data: their initial state and one update, in PyTorch's definitions.
import { ChainruleError } from "../ir/errors.ts";
import { zeros } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { flatten, mapTree } from "../trace/tree.ts";

interface Common {
  readonly learningRate: number;
  /** L2 penalty: weightDecay · θ is added to the gradient (adamw: θ shrinks by learningRate · weightDecay instead). */
  readonly weightDecay: number;
}
export interface Sgd extends Common {
  readonly kind: "sgd";
  readonly momentum: number;
  readonly nesterov: boolean;
}
export interface Rmsprop extends Common {
  readonly kind: "rmsprop";
  readonly alpha: number;
  readonly epsilon: number;
  readonly momentum: number;
}
export interface Adagrad extends Common {
  readonly kind: "adagrad";
  readonly epsilon: number;
}
export interface Adam extends Common {
  readonly kind: "adam" | "adamw";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}
export type Optimizer = Sgd | Rmsprop | Adagrad | Adam;

export type OptimizerKind = Optimizer["kind"];

type Options<O> = Partial<Omit<O, "kind">>;

/** What each number of an optimizer must be. */
const bounds: Readonly<Record<string, readonly [text: string, holds: (value: number) => boolean]>> = {
  learningRate: ["at least 0 and finite", (value) => value >= 0 && value < Number.POSITIVE_INFINITY],
  weightDecay: ["at least 0 and finite", (value) => value >= 0 && value < Number.POSITIVE_INFINITY],
  epsilon: ["at least 0 and finite", (value) => value >= 0 && value < Number.POSITIVE_INFINITY],
  momentum: ["at least 0 and less than 1", (value) => value >= 0 && value < 1],
  alpha: ["at least 0 and less than 1", (value) => value >= 0 && value < 1],
  beta1: ["at least 0 and less than 1", (value) => value >= 0 && value < 1],
  beta2: ["at least 0 and less than 1", (value) => value >= 0 && value < 1],
};

/** Throws INVALID_ARGUMENT, naming the setting. */
function checked<O extends Optimizer>(optimizer: O): O {
  for (const [name, value] of Object.entries(optimizer)) {
    const bound = bounds[name];
    if (bound === undefined || bound[1](value)) continue;
    throw new ChainruleError("INVALID_ARGUMENT", `${optimizer.kind}: ${name} must be ${bound[0]}; got ${value}.`, {
      optimizer: optimizer.kind,
      [name]: value,
    });
  }
  return optimizer;
}

/** θ ← θ − η v, v ← momentum · v + g; with nesterov θ ← θ − η (g + momentum · v). Defaults: η 0.01, no momentum. */
export const sgd = (options: Options<Sgd> = {}): Sgd =>
  checked({
    kind: "sgd",
    learningRate: 0.01,
    momentum: 0,
    nesterov: false,
    weightDecay: 0,
    ...options,
  });

/** s ← α s + (1 − α) g²; v ← momentum · v + g / (√s + ε); θ ← θ − η v (Hinton 2012). Defaults: η 0.01, α 0.99. */
export const rmsprop = (options: Options<Rmsprop> = {}): Rmsprop =>
  checked({
    kind: "rmsprop",
    learningRate: 0.01,
    alpha: 0.99,
    epsilon: 1e-8,
    momentum: 0,
    weightDecay: 0,
    ...options,
  });

/** s ← s + g²; θ ← θ − η g / (√s + ε) (Duchi et al. 2011). Default: η 0.01. */
export const adagrad = (options: Options<Adagrad> = {}): Adagrad =>
  checked({
    kind: "adagrad",
    learningRate: 0.01,
    epsilon: 1e-10,
    weightDecay: 0,
    ...options,
  });

const adamDefaults = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/**
 * m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; θ ← θ − η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
 * (Kingma and Ba 2015). Defaults: η 0.001, β₁ 0.9, β₂ 0.999, ε 1e−8.
 */
export const adam = (options: Options<Adam> = {}): Adam => checked({ kind: "adam", ...adamDefaults, ...options });

/** Adam with decoupled weight decay, 0.01 unless given (Loshchilov and Hutter 2019). */
export const adamw = (options: Options<Adam> = {}): Adam =>
  checked({ kind: "adamw", ...adamDefaults, weightDecay: 0.01, ...options });

/** Optimizers with their defaults, by name. */
export const optimizers: { readonly [K in OptimizerKind]: (options?: { learningRate?: number }) => Optimizer } = {
  sgd,
  rmsprop,
  adagrad,
  adam,
  adamw,
};
export const optimizerKinds = Object.keys(optimizers) as OptimizerKind[];

/** Names of the trees, of the parameters' structure, that an optimizer keeps from step to step. */
function slots(optimizer: Optimizer): readonly string[] {
  switch (optimizer.kind) {
    case "sgd":
      return optimizer.momentum === 0 ? [] : ["momentum"];
    case "rmsprop":
      return optimizer.momentum === 0 ? ["square"] : ["square", "momentum"];
    case "adagrad":
      return ["square"];
    case "adam":
    case "adamw":
      return ["mean", "square"];
  }
}

/** State by slot: trees of the parameters' structure. */
export type OptimizerState = Readonly<Record<string, unknown>>;

/** All zeros. */
export const initOptimizer = (optimizer: Optimizer, parameters: unknown): OptimizerState =>
  Object.fromEntries(slots(optimizer).map((slot) => [slot, mapTree(parameters, (p) => zeros(p.shape, p.dtype))]));

/** What an update needs beside parameters, gradients and state. */
export interface UpdateContext {
  /** int32 scalar: updates done before this one. */
  readonly step: Tensor;
  /** Overrides the optimizer's own: the schedule's value at this step. */
  readonly learningRate?: Tensor | number;
}

/**
 * One update: new parameters and state, of the structures of the old ones. Pure; works traced and eagerly.
 *
 * ```ts
 * const next = updateOptimizer(sgd({ learningRate: 0.5 }), w, dw, {}, { step });
 * ```
 */
export function updateOptimizer<P>(
  optimizer: Optimizer,
  parameters: P,
  gradients: P,
  state: OptimizerState,
  context: UpdateContext,
): { parameters: P; state: OptimizerState } {
  const { leaves, paths, rebuild } = flatten(parameters);
  const dp = flatten(gradients);
  if (dp.paths.join("\n") !== paths.join("\n")) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `Gradients must have the structure of the parameters, ${paths.join(", ")}; got ${dp.paths.join(", ")}.`,
    );
  }
  const names = slots(optimizer);
  const kept = names.map((slot) => flatten(state[slot]));
  const rate = context.learningRate ?? optimizer.learningRate;
  const correct = biasCorrections(optimizer, context.step);
  const results = leaves.map((p, i) =>
    updateOne(
      optimizer,
      p,
      dp.leaves[i]!,
      kept.map((tree) => tree.leaves[i]!),
      rate,
      correct,
    ),
  );
  return {
    parameters: rebuild(results.map((result) => result[0]!)) as P,
    state: Object.fromEntries(
      names.map((slot, s) => [slot, kept[s]!.rebuild(results.map((result) => result[s + 1]!))]),
    ),
  };
}

/** 1 / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ), t = step + 1; by expm1, exact in float32 too, where 1 − 0.999 is not. */
function biasCorrections(optimizer: Optimizer, step: Tensor): [Tensor, Tensor] | undefined {
  if (!("beta1" in optimizer)) return undefined;
  const t = step.add(1).div(1);
  const rest = (beta: number) => t.mul(Math.log(beta)).expm1().neg();
  return [rest(optimizer.beta1).reciprocal(), rest(optimizer.beta2).rsqrt()];
}

/** [parameters, ...slots] after one update of one tensor. */
function updateOne(
  optimizer: Optimizer,
  p: Tensor,
  gradient: Tensor,
  state: readonly Tensor[],
  rate: Tensor | number,
  correct: [Tensor, Tensor] | undefined,
): Tensor[] {
  const { weightDecay } = optimizer;
  const g = weightDecay === 0 || optimizer.kind === "adamw" ? gradient : gradient.add(p.mul(weightDecay));
  switch (optimizer.kind) {
    case "sgd": {
      if (optimizer.momentum === 0) return [p.sub(g.mul(rate))];
      const v = state[0]!.mul(optimizer.momentum).add(g);
      return [p.sub((optimizer.nesterov ? g.add(v.mul(optimizer.momentum)) : v).mul(rate)), v];
    }
    case "rmsprop": {
      const square = state[0]!.mul(optimizer.alpha).add(g.square().mul(1 - optimizer.alpha));
      const scaled = g.div(square.sqrt().add(optimizer.epsilon));
      if (optimizer.momentum === 0) return [p.sub(scaled.mul(rate)), square];
      const v = state[1]!.mul(optimizer.momentum).add(scaled);
      return [p.sub(v.mul(rate)), square, v];
    }
    case "adagrad": {
      const square = state[0]!.add(g.square());
      return [p.sub(g.div(square.sqrt().add(optimizer.epsilon)).mul(rate)), square];
    }
    case "adam":
    case "adamw": {
      const { beta1, beta2, epsilon } = optimizer;
      const mean = state[0]!.mul(beta1).add(g.mul(1 - beta1));
      const square = state[1]!.mul(beta2).add(g.square().mul(1 - beta2));
      const [first, second] = correct!;
      const step = mean.mul(first).div(square.sqrt().mul(second).add(epsilon));
      const shrunk = optimizer.kind === "adamw" && weightDecay !== 0 ? p.sub(p.mul(rate).mul(weightDecay)) : p;
      return [shrunk.sub(step.mul(rate)), mean, square];
    }
  }
}

/** √ Σ g² over all tensors of a tree. */
export const globalNorm = (gradients: unknown): Tensor =>
  flatten(gradients)
    .leaves.map((g) => g.square().sum())
    .reduce((sum, square) => sum.add(square))
    .sqrt();

/** What clipByNorm adds to the norm: so that a gradient of 0 does not divide by 0. */
export const clipEpsilon = 1e-6;

/** All gradients times min(1, maximum / (‖g‖ + 1e−6)), ‖g‖ the norm of all together (Pascanu et al. 2013). */
export function clipByNorm<G>(gradients: G, maximum: number): G {
  const factor = globalNorm(gradients).add(clipEpsilon).reciprocal().mul(maximum).minimum(1);
  return mapTree(gradients, (g) => g.mul(factor));
}

/** Every element limited to −maximum … maximum. */
export const clipByValue = <G>(gradients: G, maximum: number): G =>
  mapTree(gradients, (g) => g.maximum(-maximum).minimum(maximum));
