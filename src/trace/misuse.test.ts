// What a newcomer gets wrong is named: what must hold, what came.
import { expect, it } from "vitest";
import { arange, eye, full, grad, type Tensor, zeros } from "../index.ts";

const message = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  return "no error";
};

it("sizes, operands and arguments of the wrong kind", () => {
  expect([
    message(() => arange(-1)),
    message(() => eye(1.5)),
    message(() => full([-1], 2)),
    message(() => zeros([2]).add("3" as never)),
    message(() => zeros([2]).add(undefined as never)),
    message(() => zeros([2]).add([1, 2] as never)),
    message(() => grad((x: Tensor) => x.mul(2))(3 as never)),
  ]).toMatchInlineSnapshot(`
    [
      "INVALID_ARGUMENT: arange: sizes must be whole numbers of at least 0; got [-1].",
      "INVALID_ARGUMENT: eye: sizes must be whole numbers of at least 0; got [1.5, 1.5].",
      "INVALID_ARGUMENT: full: sizes must be whole numbers of at least 0; got [-1].",
      "INVALID_ARGUMENT: Operands must be tensors or numbers; got "3". Wrap arrays in tensor(…).",
      "INVALID_ARGUMENT: Operands must be tensors or numbers; got undefined. Wrap arrays in tensor(…).",
      "INVALID_ARGUMENT: Operands must be tensors or numbers; got [1,2]. Wrap arrays in tensor(…).",
      "NOT_DIFFERENTIABLE: grad: argument 0 is the plain number 3, which has no gradient. Wrap it: tensor(3).",
    ]
  `);
});
