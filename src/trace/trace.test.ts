// Tracing: what a function may do, what it may not, and what it says then; element types; tensors as text.
import { describe, expect, it } from "vitest";
import {
  arange,
  ChainruleError,
  compile,
  concat,
  eye,
  foldIn,
  full,
  grad,
  oneHot,
  ones,
  randomKey,
  randomNormal,
  randomUniform,
  stack,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../index.ts";

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

describe("messages", () => {
  it("of shapes that do not fit", () => {
    expect(errorOf(() => ones([2, 3]).matmul(ones([2, 4])))).toMatchInlineSnapshot(`
      {
        "code": "SHAPE_MISMATCH",
        "message": "matmul: columns of the first operand must equal rows of the second; got [2, 3] and [2, 4] (3 and 2). Check the sizes of the layers, or transpose an operand.",
      }
    `);
    expect(errorOf(() => ones([2, 3]).add(ones([2, 4])))).toMatchInlineSnapshot(`
      {
        "code": "SHAPE_MISMATCH",
        "message": "add: shapes must broadcast: from the last dimension backwards, sizes are equal or one of them is 1; got [2, 3] and [2, 4]. Reshape, transpose or slice one of them to fit.",
      }
    `);
    expect(errorOf(() => ones([2, 3]).reshape([4, 2]))).toMatchInlineSnapshot(`
      {
        "code": "SHAPE_MISMATCH",
        "message": "reshape: the number of elements must stay; got [2, 3] with 6 and [4, 2] with 8. Choose sizes whose product is 6.",
      }
    `);
    expect(errorOf(() => ones([2, 3]).reshape([4, -1]))).toMatchInlineSnapshot(`
      {
        "code": "SHAPE_MISMATCH",
        "message": "reshape: no size in the place of −1 makes [4, -1] hold the 6 elements of [2, 3]. Choose other sizes whose product divides 6.",
      }
    `);
    expect(errorOf(() => ones([2, 3]).sum(2))).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "sum: axis must be an integer from -2 to 1 for shape [2, 3]; got 2.",
      }
    `);
    expect(errorOf(() => tensor(1).softmax())).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "softmax: a scalar has no axes, but axis -1 was given.",
      }
    `);
    expect(errorOf(() => ones([2, 3]).sum([0, -2]))).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "sum: each axis may be named once; got [0, -2].",
      }
    `);
    expect(errorOf(() => concat([ones([2, 3]), ones([2, 4])]))).toMatchInlineSnapshot(`
      {
        "code": "SHAPE_MISMATCH",
        "message": "concat: all sizes but that of axis 0 must be equal; got [2, 3], [2, 4]. Reshape or slice the operands to fit.",
      }
    `);
    expect(errorOf(() => zeros([0, 3]).mean())).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "mean: is undefined over zero elements; got shape [0, 3] with axes [0, 1]. Leave out the empty dimension or check the data before.",
      }
    `);
  });

  it("of numbers that make no tensor", () => {
    expect(errorOf(() => tensor([[1, 2], [3]]))).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "tensor: nested arrays must be even: values[1] has 1 entry, where its first neighbour has 2 entries.",
      }
    `);
    expect(errorOf(() => tensor([[1], 2]))).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "tensor: nested arrays must be even: values[1] has a number, where its first neighbour has 1 entry.",
      }
    `);
    expect(errorOf(() => tensor([1, [2]]))).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "tensor: nested arrays must be even: values[1] has 1 entry, where its first neighbour is a number.",
      }
    `);
    expect(errorOf(() => tensor(["a" as never]))).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "tensor: elements must be numbers or booleans; got "a" at values[0].",
      }
    `);
    expect(errorOf(() => tensor([1, 2, 3], { shape: [2, 2] }))).toMatchInlineSnapshot(`
      {
        "code": "SHAPE_MISMATCH",
        "message": "tensor: shape [2, 2] holds 4 elements; got 3.",
      }
    `);
    expect(errorOf(() => ones([2]).item())).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "item() needs a tensor with one element; this one has shape [2]. Use toArray() for all of them.",
      }
    `);
    expect(errorOf(() => randomKey(0.5))).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "A seed must be a whole number up to 2^53; got 0.5.",
      }
    `);
    expect(errorOf(() => arange(3).gather(tensor(Int32Array.of(3))))).toMatchInlineSnapshot(`
      {
        "code": "INDEX_OUT_OF_RANGE",
        "message": "gather: index 3 at position 0 of the indices [1] is out of range: it must be from 0 to 2. Check the labels or tokens, or give the table more rows.",
      }
    `);
  });

  it("of values that are not known yet, or not any more", () => {
    let escaped: Tensor | undefined;
    const leak = grad((x: Tensor) => {
      escaped = x.mul(2);
      return x.sum();
    });
    leak(ones([2]));
    expect(errorOf(() => escaped!.add(1))).toMatchInlineSnapshot(`
      {
        "code": "TRACED_VALUE",
        "message": "A tensor (f64[2]) was used outside of the traced function that made it. Return it from that function instead of storing it elsewhere.",
      }
    `);
    expect(errorOf(() => grad((x: Tensor) => (x.item() > 0 ? x : x.neg()))(tensor(1)))).toMatchInlineSnapshot(`
      {
        "code": "TRACED_VALUE",
        "message": "The numbers of this tensor (f64[]) are not known while its function is being traced. Compute with its methods (where(…) instead of if), or return it and read it afterwards.",
      }
    `);
    expect(errorOf(() => escaped!.toArray()).code).toBe("TRACED_VALUE");
    expect(String(escaped)).toBe("tensor(traced f64[2])");
  });

  it("name the line of the caller", () => {
    try {
      ones([2]).add(ones([3]));
    } catch (error) {
      expect((error as ChainruleError).where).toMatch(/trace\.test\.ts:\d+:\d+$/);
    }
    expect.assertions(1);
  });
});

describe("element types", () => {
  const values = {
    bool: tensor([true, false]),
    int32: tensor(Int32Array.of(1, 2)),
    float32: tensor(Float32Array.of(1, 2)),
    float64: tensor([1, 2]),
  };
  const names = Object.keys(values) as (keyof typeof values)[];

  it("widen to that of the wider operand", () => {
    for (const [i, a] of names.entries()) {
      for (const [j, b] of names.entries()) {
        // Bools are counted.
        expect(values[a].mul(values[b]).dtype, `${a} · ${b}`).toBe(names[Math.max(i, j, 1)]);
      }
    }
  });

  it("of numbers follow the tensor beside them", () => {
    expect(values.int32.add(1).dtype).toBe("int32");
    expect(values.int32.add(0.5).dtype).toBe("float64");
    expect(values.int32.add(3e9).toArray()).toEqual([3000000001, 3000000002]);
    expect(values.float32.add(0.5).dtype).toBe("float32");
    expect(where(values.bool, 1, 0.5).dtype).toBe("float64");
  });

  it("are floats where a function has no integer values", () => {
    expect(values.int32.div(2).toArray()).toEqual([0.5, 1]);
    expect(values.int32.exp().dtype).toBe("float64");
    expect(values.int32.mean().item()).toBe(1.5);
    expect(values.bool.sum().dtype).toBe("int32");
    expect(values.int32.sum().dtype).toBe("int32");
    expect(values.float32.tanh().dtype).toBe("float32");
    expect(values.int32.matmul(values.int32).item()).toBe(5);
    expect(values.bool.neg().toArray()).toEqual([-1, 0]);
    expect(values.int32.reshape([1, 1, 1, 2]).avgPool2d([1, 2]).item()).toBe(1.5);
  });

  it("convert as stored: truncated, wrapped, rounded, or true where not zero", () => {
    expect(tensor([-1.9, 1.9, 0]).cast("int32").toArray()).toEqual([-1, 1, 0]);
    expect(tensor([-1.9, 0]).cast("bool").toArray()).toEqual([true, false]);
    expect(tensor([0.1]).cast("float32").item()).toBe(Math.fround(0.1));
    expect(
      tensor(Int32Array.of(2 ** 31 - 1))
        .add(1)
        .item(),
    ).toBe(-(2 ** 31));
  });

  it("of gradients are those of the arguments", () => {
    const g = grad((x: Tensor) => x.mul(tensor([1, 2])).sum())(values.float32);
    expect(g.dtype).toBe("float32");
    expect(errorOf(() => grad((x: Tensor) => x.sum())(values.int32))).toMatchInlineSnapshot(`
      {
        "code": "NOT_DIFFERENTIABLE",
        "message": "A gradient by int32 values does not exist (argument 0). Cast them with .cast("float32"), or pass them in an argument that is not differentiated by.",
      }
    `);
  });
});

describe("tensors as text", () => {
  it("read like arrays, long axes shortened", () => {
    const shown = [
      tensor(1.5),
      tensor([1, -2.5, 1 / 3, 1e-7, 1e20, -0, NaN, -Infinity]),
      tensor([
        [1, 2.25],
        [-3, 100],
      ]),
      arange(20),
      ones([10, 9]).mul(arange(9)),
      arange(12).reshape([2, 3, 2]),
      tensor(Int32Array.of(1, -2)),
      tensor([[true, false]]),
      zeros([0]),
      zeros([2, 0, 3], "float32"),
      tensor(Float32Array.of(0.1)),
    ];
    expect(shown.join("\n\n")).toMatchInlineSnapshot(`
      "tensor(1.5)

      tensor([1, -2.5, 0.333333, 1e-7, 100000000000000000000, -0, NaN, -Infinity])

      tensor([[   1, 2.25],
              [  -3,  100]])

      tensor([0, 1, 2, …, 17, 18, 19], int32)

      tensor([[0, 1, 2, …, 6, 7, 8],
              [0, 1, 2, …, 6, 7, 8],
              [0, 1, 2, …, 6, 7, 8],
              …,
              [0, 1, 2, …, 6, 7, 8],
              [0, 1, 2, …, 6, 7, 8],
              [0, 1, 2, …, 6, 7, 8]])

      tensor([[[ 0,  1],
               [ 2,  3],
               [ 4,  5]],

              [[ 6,  7],
               [ 8,  9],
               [10, 11]]], int32)

      tensor([1, -2], int32)

      tensor([[ true, false]], bool)

      tensor([], shape [0])

      tensor([], shape [2, 0, 3], float32)

      tensor([0.1], float32)"
    `);
  });
});

describe("making tensors", () => {
  it("copies what it is given and never writes to it", () => {
    const data = Float64Array.of(1, 2);
    const x = tensor(data);
    data[0] = 9;
    x.add(1);
    expect(x.toArray()).toEqual([1, 2]);
  });

  it("gives what the names say", () => {
    expect(full([2], 3).toArray()).toEqual([3, 3]);
    expect(eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(oneHot(tensor(Int32Array.of(1, 3, -1)), 3).toArray()).toEqual([
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(stack([arange(2), arange(2)], -1).toArray()).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(tensor([], {}).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    expect(ones([2, 3]).reshape([-1, 2]).shape).toEqual([3, 2]);
    expect(zeros([0, 3]).reshape([-1, 3]).shape).toEqual([0, 3]);
  });

  it("matmul takes vectors as a row on the left and a column on the right", () => {
    const m = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(tensor([1, 1]).matmul(m).toArray()).toEqual([5, 7, 9]);
    expect(m.matmul(tensor([1, 1, 1])).toArray()).toEqual([6, 15]);
    expect(
      tensor([1, 2])
        .matmul(tensor([3, 4]))
        .toArray(),
    ).toBe(11);
    expect(ones([5, 2, 3]).matmul(ones([3])).shape).toEqual([5, 2]);
  });

  it("random draws depend on key, stream and step, and on nothing else", () => {
    const key = randomKey(1);
    const draw = (k: Tensor, stream = 0) => randomUniform(k, [8], stream).toArray();
    expect(draw(key)).toEqual(draw(randomKey(1)));
    const others = [draw(randomKey(2)), draw(key, 1), draw(foldIn(key, 1)), draw(randomKey(1 + 2 ** 32))];
    expect(new Set([draw(key), ...others].map(String)).size).toBe(5);
    // Rows 3 to 7 of [9, 5], which begin in the middle of a block of four.
    const whole = randomUniform(key, [9, 5], 2);
    expect(randomUniform(key, [4, 5], 2, 15).toArray()).toEqual(whole.slice([3], [7]).toArray());
    const normal = randomNormal(key, [20_000]);
    expect(Math.abs(normal.mean().item())).toBeLessThan(0.03);
    expect(Math.abs(normal.var().item() - 1)).toBeLessThan(0.05);
    const uniform = randomUniform(key, [20_000]);
    expect(Math.abs(uniform.mean().item() - 0.5)).toBeLessThan(0.01);
    expect([uniform.min().item() >= 0, uniform.max().item() < 1]).toEqual([true, true]);
  });
});

it.each(["auto", "wasm", "reference"] as const)("what errors of element types advise works on %s", (backend) => {
  const whole = tensor(Int32Array.of(1, 4));
  expect(() => compile((x: Tensor) => x.sqrt(), { backend })(whole)).not.toThrow();
  expect(() => compile((x: Tensor) => grad((v: Tensor) => v.square().sum())(x), { backend })(whole)).toThrow(
    'Cast them with .cast("float32")',
  );
  const mended = compile((x: Tensor) => grad((v: Tensor) => v.square().sum())(x.cast("float32")), { backend });
  expect(Array.from(mended(whole).data)).toEqual([2, 8]);
  const table = tensor([10, 20, 30]);
  expect(() => compile((x: Tensor) => x.gather(x), { backend })(table)).toThrow("Cast it to int32 first");
  const rows = compile((x: Tensor) => x.gather(tensor([2, 0]).cast("int32")), { backend });
  expect(Array.from(rows(table).data)).toEqual([30, 10]);
});
