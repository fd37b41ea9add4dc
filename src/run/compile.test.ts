// Functions compiled: what is traced, when, and what comes back.
import { describe, expect, it } from "vitest";
import { arange, ChainruleError, compile, grad, type Tensor, tensor, vjp } from "../index.ts";

/** The whole error that a call throws. */
function errorOf(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof ChainruleError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("compile", () => {
  it("traces once for each set of shapes, types and plain values", () => {
    let traced = 0;
    const f = compile((x: Tensor, options: { factor: number }) => {
      traced++;
      return x.mul(options.factor);
    });
    expect(f(tensor([1, 2]), { factor: 3 }).toArray()).toEqual([3, 6]);
    expect(f(tensor([5, 6]), { factor: 3 }).toArray()).toEqual([15, 18]);
    expect(traced).toBe(1);
    f(tensor([1, 2, 3]), { factor: 3 });
    f(tensor([1, 2]), { factor: 4 });
    f(tensor(Int32Array.of(1, 2)), { factor: 4 });
    expect(traced).toBe(4);
    f(tensor([7, 8]), { factor: 3 });
    expect(traced).toBe(4);
  });

  it("computes in the float type of its backend, and keeps structure and the types of the rest", () => {
    for (const [backend, float] of [
      ["wasm", "float32"],
      ["reference", "float64"],
    ] as const) {
      const f = compile((t: { x: Tensor; k: Tensor }) => ({ y: [t.x.exp(), t.x.greater(0)], k: t.k.add(1), n: 7 }), {
        backend,
      });
      const out = f({ x: tensor(Float32Array.of(0, 1)), k: arange(2) });
      expect(out.y.map(({ dtype }) => dtype)).toEqual([float, "bool"]);
      expect([out.k.dtype, out.k.toArray(), out.n]).toEqual(["int32", [1, 2], 7]);
    }
  });

  it("is traced through inside another traced function, also where it closes over an outer value", () => {
    const inner = compile((x: Tensor) => x.square());
    expect(grad((x: Tensor) => inner(x).sum())(tensor([3])).toArray()).toEqual([6]);
    const outer = grad((w: Tensor) => compile((x: Tensor) => x.mul(w).sum())(tensor([2, 3])));
    expect(outer(tensor([1, 1])).toArray()).toEqual([2, 3]);
  });

  it("differentiates inside, and again from outside", () => {
    const slope = compile((x: Tensor) => grad((t: Tensor) => t.pow(3).sum())(x), { backend: "reference" });
    expect(slope(tensor([1, 2])).toArray()).toEqual([3, 12]);
    expect(grad((x: Tensor) => slope(x).sum())(tensor([1, 2])).toArray()).toEqual([6, 12]);
  });

  it("gives back results that later calls leave alone", () => {
    const f = compile((x: Tensor) => x.add(1));
    const first = f(tensor([1]));
    f(tensor([5]));
    expect(first.toArray()).toEqual([2]);
  });

  it("names a backend that does not exist", () => {
    expect(errorOf(() => compile((x: Tensor) => x, { backend: "gpu" as never }))).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "There is no backend "gpu"; choose one of auto, wasm, reference.",
      }
    `);
  });
});

it("vjp of a function that returns an argument gives the upstream gradient", () => {
  const { value, pullback } = vjp((x: Tensor, y: Tensor) => [x, y, x] as Tensor[], tensor([1]), tensor([2]));
  expect(value.map((t) => t.item())).toEqual([1, 2, 1]);
  expect(pullback([tensor([1]), tensor([10]), tensor([100])]).map((t) => t.item())).toEqual([101, 10]);
});
