// The tutorial's neuron and its network with a hidden layer, as computations to explain.
import { ChainruleError } from "../ir/errors.ts";
import { halfSumOfSquares } from "../nn/losses/index.ts";
import { sgd } from "../optim/optimizers/index.ts";
import { tensor } from "../trace/create.ts";
import { type Explain, explain, parseElement, withUpdate } from "./computation.ts";

export interface Explained<F> extends Pick<Explain, "of"> {
  readonly figures: F;
}

/** −factor · x, with 0 instead of −0: steps go against the gradient. */
const against = (values: Iterable<number>, factor = 1): number[] => Array.from(values, (v) => -factor * v + 0);

/** Weights come with the step that gradient descent takes. */
const withUpdates =
  (one: Explain, weights: readonly string[], rate: number): Explain["of"] =>
  (element, options) => {
    const explanation = one.of(element, options);
    const isWeight = weights.includes(parseElement(element).name);
    return isWeight ? withUpdate(explanation, sgd({ learningRate: rate })) : explanation;
  };

/**
 * y = σ(w·x), E = ½ (target − y)², Δw = −η ∂E/∂w. Throws INVALID_ARGUMENT where x and w differ in length.
 *
 * ```ts
 * const one = explainNeuron({ x: [0.1, 0.3], w: [-0.8, 0.5], target: 0.2, rate: 0.5 });
 * one.figures.errorTerm // -0.07927606158013764
 * one.of("w[1]").gradient // 0.023782818474
 * ```
 */
export function explainNeuron(given: {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly target: number;
  readonly rate: number;
}) {
  const { x, w, target, rate } = given;
  sameLength("x", x.length, "w", w.length);
  const one = explain(
    (t, name) => {
      const y = name("y", name("z", t.w.matmul(t.x)).sigmoid());
      return name("E", halfSumOfSquares(y, t.target));
    },
    { x: tensor([...x]), w: tensor([...w]), target: tensor(target) },
  );
  const deltaW = against(one.gradients("w"), rate);
  const [errorTerm, error] = [against(one.gradients("z"))[0]!, against(one.gradients("y"))[0]!];
  const weights = w.map((value, i) => value + deltaW[i]!);
  const figures = {
    net: one.values("z")[0]!,
    output: one.values("y")[0]!,
    error,
    errorTerm,
    deltaW,
    weights,
    loss: one.loss,
  };
  return { figures, of: withUpdates(one, ["w"], rate) } satisfies Explained<typeof figures>;
}

/**
 * h = σ(x W₁), y = σ(h W₂), E = ½ (target − y)², W₁ [inputs][hidden]. Throws INVALID_ARGUMENT where sizes differ.
 *
 * ```ts
 * const w1 = [[0.5, -0.6], [0.1, -0.2], [0.1, 0.7]];
 * const one = explainNetwork({ x: [0.5, 0.1, -0.2], w1, w2: [0.1, -0.3], target: 0.6, rate: 0.5 });
 * one.figures.deltaOutput // 0.028730669543515018
 * ```
 */
export function explainNetwork(given: {
  readonly x: readonly number[];
  readonly w1: readonly (readonly number[])[];
  readonly w2: readonly number[];
  readonly target: number;
  readonly rate: number;
}) {
  const { x, w1, w2, target, rate } = given;
  sameLength("x", x.length, "the rows of W1", w1.length);
  sameLength("W2", w2.length, "the columns of W1", w1[0]!.length);
  const one = explain(
    (t, name) => {
      const h = name("h", name("net", t.x.matmul(t.W1)).sigmoid());
      const y = name("y", name("z", h.matmul(t.W2)).sigmoid());
      return name("E", halfSumOfSquares(y, t.target));
    },
    {
      x: tensor([...x]),
      W1: tensor(w1.map((row) => [...row])),
      W2: tensor([...w2]),
      target: tensor(target),
    },
  );
  const rows = (flat: readonly number[]) => w1.map((_, i) => flat.slice(i * w2.length, (i + 1) * w2.length));
  const figures = {
    hiddenNet: Array.from(one.values("net")),
    hidden: Array.from(one.values("h")),
    net: one.values("z")[0]!,
    output: one.values("y")[0]!,
    error: against(one.gradients("y"))[0]!,
    deltaOutput: against(one.gradients("z"))[0]!,
    deltaHidden: against(one.gradients("net")),
    deltaW1: rows(against(one.gradients("W1"), rate)),
    deltaW2: against(one.gradients("W2"), rate),
    loss: one.loss,
  };
  return { figures, of: withUpdates(one, ["W1", "W2"], rate) } satisfies Explained<typeof figures>;
}

function sameLength(a: string, na: number, b: string, nb: number): void {
  if (na === nb) return;
  throw new ChainruleError("INVALID_ARGUMENT", `${a} and ${b} must be as many: got ${na} and ${nb}.`, {
    [a]: na,
    [b]: nb,
  });
}
