// Files of a few bytes that ask for much, or for what is not there: refused at once, by an error that names the node.
import { describe, expect, it } from "vitest";
import { compile, type Tensor, tensor } from "../../index.ts";
import { apply, type Variables } from "../../nn/index.ts";
import { AttributeProto_AttributeType as Type } from "../schemas/onnx/onnx-ml.generated.ts";
import { importOnnx } from "./import-onnx.ts";
import { floats, int, ints, model, node, problem, value } from "./test-models.ts";

const most = 2 ** 31 - 1;
const list = (name: string, ...numbers: (number | bigint)[]) => ({ name, type: Type.INTS, ints: numbers.map(BigInt) });
const texts = (name: string, ...values: string[]) => ({
  name,
  type: Type.STRINGS,
  strings: values.map((one) => new TextEncoder().encode(one)),
});
const whole = (name: string, ...dims: number[]) => {
  const info = value(name, ...dims);
  info.type.value.value.elemType = 7;
  return info;
};

/** A file with one node, which takes x, as often as `times` says, and the tensors. */
const one = (
  given: object,
  op: string,
  tensors: readonly { readonly name: string }[],
  attributes: object[],
  { outputs = ["y"], times = 1 } = {},
) =>
  model(
    {
      input: [given],
      output: [value(outputs.at(-1)!, 1)],
      initializer: tensors,
      node: [node(op, [...new Array(times).fill("x"), ...tensors.map(({ name }) => name)], outputs, attributes)],
    },
    op === "Attention" ? 23 : 18,
  );

const big = value("x", most, 1);
const onOff = floats("values", [2], [0, 1]);
const refusals: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["OneHot", one(whole("x", 2), "OneHot", [ints("depth", [most]), onOff], [])],
  ["GatherElements", one(whole("x", most, 1), "GatherElements", [], [int("axis", 0)], { times: 2 })],
  ["TopK", one(big, "TopK", [ints("k", [1])], [int("axis", 0)], { outputs: ["at", "y"] })],
  [
    "Slice",
    one(
      big,
      "Slice",
      [ints("starts", [most]), ints("ends", [-(2n ** 63n)]), ints("axes", [0]), ints("steps", [-1])],
      [],
    ),
  ],
  ["Dropout", one(big, "Dropout", [], [], { outputs: ["kept", "y"] })],
  ["Attention", one(value("x", 1, 1, 2 ** 13, 1), "Attention", [], [int("is_causal", 1)], { times: 3 })],
  ["Conv", one(value("x", 1, 1, 2000, 1, 1), "Conv", [floats("w", [1, 1, 1024, 1, 1], new Array(1024).fill(1))], [])],
  [
    "ReverseSequence",
    one(value("x", 1, 2 ** 12), "ReverseSequence", [ints("lengths", new Array(2 ** 12).fill(1))], []),
  ],
];
// An input of ScatterElements that repeats one place.
const scattered = model(
  {
    input: [value("x", 4)],
    output: [value("y", 4)],
    initializer: [ints("many", [2 ** 16]), floats("updates", [1], [1])],
    node: [
      node(
        "ConstantOfShape",
        ["many"],
        ["places"],
        [{ name: "value", type: Type.TENSOR, t: { dims: [1n], dataType: 7, int64Data: [0n] } }],
      ),
      node("Expand", ["updates", "many"], ["all"]),
      node(
        "ScatterElements",
        ["x", "places", "all"],
        ["y"],
        [{ name: "reduction", type: Type.STRING, s: new TextEncoder().encode("add") }],
      ),
    ],
  },
  18,
);

describe("is refused by name", () => {
  it.each(refusals)("%s", (op, bytes) => {
    const error = problem(() => importOnnx(bytes));
    expect(error).toMatchObject({ code: "UNSUPPORTED_ONNX", details: { nodes: [{ op }] } });
  });

  it("ScatterElements", () => {
    expect(problem(() => importOnnx(scattered))).toMatchObject({ details: { nodes: [{ op: "ScatterElements" }] } });
  });

  it("what one node may make and two may not, unless limit lets them", () => {
    const bytes = model({
      input: [value("x", 9_000_000, 1)],
      output: [value("y", 1, 1)],
      initializer: [ints("k", [1])],
      node: [
        node("TopK", ["x", "k"], ["a"], [int("axis", 0)]),
        node("TopK", ["x", "k"], ["b"], [int("axis", 0)]),
        node("Add", ["a", "b"], ["y"]),
      ],
    });
    expect(problem(() => importOnnx(bytes))).toMatchObject({ details: { nodes: [{ op: "TopK", name: "b" }] } });
    expect(importOnnx(bytes, { limit: 2 ** 25 }).model.nodes).toHaveLength(3);
  });

  it("RNN without a first state for 2³¹ rows", () => {
    const weights = [floats("w", [1, 1, 1], [1]), floats("r", [1, 1, 1], [1])];
    const bytes = one(value("x", 1, most, 1), "RNN", weights, [int("hidden_size", 1)]);
    expect(problem(() => importOnnx(bytes))).toMatchObject({
      code: "UNSUPPORTED_ONNX",
      details: { nodes: [{ op: "RNN" }] },
    });
  });
});

const run = (bytes: Uint8Array, x: Tensor): unknown => {
  const { model: layer, variables } = importOnnx(bytes);
  return apply(layer, variables, x).toArray();
};

describe("is read, and asks for no more than it needs", () => {
  it("Split with 2³¹ − 1 parts of which one is taken", () => {
    expect(
      run(one(value("x", 4), "Split", [], [int("axis", 0), int("num_outputs", most)]), tensor([1, 2, 3, 4])),
    ).toEqual([1]);
    const fewer = one(value("x", 4), "Split", [], [int("axis", 0), int("num_outputs", 1)], { outputs: ["y", "z"] });
    expect(problem(() => importOnnx(fewer)).code).toBe("INVALID_MODEL");
  });

  it("Slice with a step of 2³¹ − 1", () => {
    const tensors = [ints("starts", [1]), ints("ends", [4]), ints("axes", [0]), ints("steps", [most])];
    expect(run(one(value("x", 4), "Slice", tensors, []), tensor([1, 2, 3, 4]))).toEqual([2]);
  });

  it("Attention over many keys, without a mask", () => {
    const bytes = one(value("x", 1, 1, 2 ** 20, 1), "Attention", [], [], { times: 3 });
    expect(importOnnx(bytes).model.nodes).toHaveLength(1);
  });

  it("AveragePool with a window of a million, in a million places", () => {
    const attributes = [list("kernel_shape", 1e6, 1), list("pads", 1e6, 0, 1e6, 0)];
    expect(importOnnx(one(value("x", 1, 1, 1, 1), "AveragePool", [], attributes)).model.nodes).toHaveLength(1);
  });

  it("AveragePool counts what its windows see, by any padding, stride and dilation", () => {
    const attributes = [
      list("kernel_shape", 3, 2),
      list("pads", 2, 1, 2, 1),
      list("strides", 2, 1),
      list("dilations", 2, 1),
    ];
    const x = [1, 2, 3, 4, 5, 6];
    const rows = (at: number) => [0, 1, 2].map((k) => at * 2 - 2 + 2 * k).filter((i) => i >= 0 && i < 3);
    const columns = (at: number) => [at - 1, at].filter((i) => i >= 0 && i < 2);
    const means = [0, 1].map((r) =>
      [0, 1, 2].map((c) => {
        const seen = rows(r).flatMap((i) => columns(c).map((j) => x[2 * i + j]!));
        return seen.reduce((sum, n) => sum + n, 0) / seen.length;
      }),
    );
    const y = run(
      one(value("x", 1, 1, 3, 2), "AveragePool", [], attributes),
      tensor([
        [
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        ],
      ]),
    ) as number[][][][];
    expect(y[0]![0]!.flat().map((n) => Math.round(n * 1e9) / 1e9)).toEqual(
      means.flat().map((n) => Math.round(n * 1e9) / 1e9),
    );
  });
});

describe("activations of recurrent nodes", () => {
  const bytes = (...names: string[]) =>
    one(
      value("x", 2, 1, 1),
      "RNN",
      [floats("w", [1, 1, 1], [1]), floats("r", [1, 1, 1], [1])],
      [int("hidden_size", 1), texts("activations", ...names)],
    );

  it.each(["constructor", "__proto__", "toString"])("%s is none", (name) => {
    expect(problem(() => importOnnx(bytes(name)))).toMatchObject({
      code: "UNSUPPORTED_ONNX",
      details: { nodes: [{ op: "RNN" }] },
    });
  });

  it("must be as many as the node has", () => {
    const { variables, model: layer } = importOnnx(bytes("Relu"));
    expect(apply(layer, variables, tensor([[[1]], [[1]]])).toArray()).toEqual([[[[1]]], [[[2]]]]);
    const lstm = one(
      value("x", 2, 1, 1),
      "LSTM",
      [floats("w", [1, 4, 1], [1, 1, 1, 1]), floats("r", [1, 4, 1], [1, 1, 1, 1])],
      [int("hidden_size", 1), texts("activations", "Sigmoid", "Tanh")],
    );
    for (const short of [bytes(), lstm]) expect(problem(() => importOnnx(short)).code).toBe("INVALID_MODEL");
  });
});

describe("a Constant of whole numbers", () => {
  const bytes = (attribute: object) =>
    model({
      input: [whole("x", 1)],
      output: [whole("y", 1)],
      node: [node("Constant", [], ["c"], [attribute]), node("Add", ["x", "c"], ["y"])],
    });
  const single = (i: bigint) => bytes({ name: "value_int", type: Type.INT, i });
  const several = (...numbers: bigint[]) => bytes(list("value_ints", ...numbers));

  it("beyond int32 is refused by its name, but for what says: to the end", () => {
    for (const file of [single(2n ** 40n), single(-(2n ** 31n) - 1n), several(2n ** 31n), several(2n ** 60n)])
      expect(problem(() => importOnnx(file))).toMatchObject({ code: "UNSUPPORTED_ONNX", details: { tensor: "c" } });
    const zero = tensor([0], { dtype: "int32" });
    expect(run(single(2n ** 63n - 1n), zero)).toEqual([most]);
    expect(run(several(-(2n ** 63n)), zero)).toEqual([-(2 ** 31)]);
    expect(run(single(2n ** 31n - 1n), zero)).toEqual([most]);
  });
});

describe("quotients of int32", () => {
  // Xorshift (Marsaglia 2003), of all magnitudes.
  let state = 2463534242;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state | 0;
  };
  const n = 20000;
  const xs = Array.from({ length: n }, () => next() >> (Math.abs(next()) % 31));
  const ys = xs.map((x, i) => {
    const y = next() >> (Math.abs(next()) % 31);
    // Half of them near x, or near a divisor of it, where a rounded quotient is off.
    const near = i % 4 === 0 ? x + (y % 3) : i % 4 === 1 ? Math.trunc(x / ((y % 5) + 7)) : y;
    return Math.abs(near) > most || near === 0 ? 2 : near;
  });
  [xs[0], ys[0]] = [16777219, 2];
  const bytes = (op: string, ...attributes: object[]) =>
    model({
      input: [whole("x", n)],
      output: [whole("z", n)],
      initializer: [ints("y", ys)],
      node: [node(op, ["x", "y"], ["z"], attributes)],
    });

  it.each([
    ["Div", bytes("Div"), (x: number, y: number) => Math.trunc(x / y) | 0],
    ["Mod, as C has it", bytes("Mod", int("fmod", 1)), (x: number, y: number) => (x % y) | 0],
    ["Mod", bytes("Mod"), (x: number, y: number) => (x - Math.floor(x / y) * y) | 0],
  ])("%s is exact, at once and compiled in float32", (_, file, expected) => {
    const { model: layer, variables } = importOnnx(file);
    const x = tensor(Int32Array.from(xs), { shape: [n], dtype: "int32" });
    const compiled = compile((own: Variables, t: Tensor) => apply(layer, own, t), { deterministic: true, threads: 1 });
    for (const z of [apply(layer, variables, x), compiled(variables, x)]) {
      const odd = Array.from(z.data).flatMap((q, i) => (q === expected(xs[i]!, ys[i]!) ? [] : [[xs[i], ys[i], q]]));
      expect(odd).toEqual([]);
    }
  });
});
