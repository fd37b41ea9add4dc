// Gradients by any quantity inside a function, not by its arguments alone: the demo reads error terms off with it.
import { type Tensor, valueAndGrad, zeros } from "../index.ts";

/** Gives a quantity a name; returns it as it is. */
export type Mark = (name: string, quantity: Tensor) => Tensor;

export interface Probed {
  readonly loss: number;
  /** The marked quantities. */
  readonly values: Readonly<Record<string, Tensor>>;
  /** ∂loss/∂quantity, of the quantity's shape. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** Adds p = 0 to every marked quantity q; then ∂loss/∂q = ∂loss/∂p, which `valueAndGrad` computes for all p at once. */
export function probe(loss: (mark: Mark) => Tensor): Probed {
  const values: Record<string, Tensor> = {};
  loss((name, quantity) => (values[name] = quantity));
  const nothing = Object.fromEntries(
    Object.entries(values).map(([name, { shape, dtype }]) => [name, zeros(shape, dtype)]),
  );
  const probed = (p: Record<string, Tensor>) => loss((name, quantity) => quantity.add(p[name]!));
  const [value, gradients] = valueAndGrad(probed)(nothing);
  return { loss: value.item(), values, gradients };
}

/** The elements as plain numbers, row-major. */
export const numbers = (x: Tensor): number[] => Array.from(x.data);

/** −factor · x, with 0 instead of −0: steps go against the gradient. */
export const against = (x: Tensor, factor = 1): number[] => numbers(x.mul(-factor)).map((v) => v + 0);
