// Tensors as the plain numbers that a lesson shows.
import type { Tensor } from "../index.ts";

/** The elements, row-major. */
export const numbers = (x: Tensor): number[] => Array.from(x.data);

/** −factor · x, with 0 instead of −0: steps go against the gradient. */
export const against = (x: Tensor, factor = 1): number[] => numbers(x.mul(-factor)).map((v) => v + 0);
