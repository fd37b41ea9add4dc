// importOnnx: what it makes of a model, that the layer trains and is saved like any other, and what it refuses.
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diagnose } from "../../diagnose/index.ts";
import { explain } from "../../explain/index.ts";
import { ChainruleError, grad, type Tensor, tensor } from "../../index.ts";
import { activation, apply, dense, initialize, sequential } from "../../nn/index.ts";
import { sgd } from "../../optim/index.ts";
import { decodeModel, encodeModel, type TrainEvent, train } from "../../train/index.ts";
import { TensorProtoSchema } from "../schemas/onnx/onnx-ml.generated.ts";
import { importOnnx } from "./import-onnx.ts";
import { readTensor } from "./read-tensor.ts";
import { floats, int, ints, model, node, problem, value } from "./test-models.ts";

/** tanh(x W₁ᵀ + b₁) W₂ + b₂, with a Reshape whose target is computed from the shape of x. */
const perceptron = model({
  input: [value("x", "N", 2)],
  output: [value("y", "N", 1)],
  initializer: [
    floats("w1", [3, 2], [0.5, -1, 0.25, 0.75, -0.5, 1]),
    floats("b1", [3], [0.1, 0, -0.1]),
    floats("w2", [3, 1], [1, -1, 0.5]),
    floats("b2", [1], [0.25]),
    ints("zero", [0]),
    ints("three", [3]),
  ],
  node: [
    node("Gemm", ["x", "w1", "b1"], ["z"], [int("transB", 1)]),
    node("Tanh", ["z"], ["a"]),
    node("Shape", ["x"], ["shape"]),
    node("Gather", ["shape", "zero"], ["rows"]),
    node("Concat", ["rows", "three"], ["target"], [int("axis", 0)]),
    node("Reshape", ["a", "target"], ["flat"]),
    node("MatMul", ["flat", "w2"], ["product"]),
    node("Add", ["product", "b2"], ["y"]),
  ],
});

const rows = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const labels = tensor([[0], [1], [1], [0]]);

describe("the layer", () => {
  const imported = importOnnx(perceptron, { batch: 4 });

  it("gives what the network gives, for any number of rows", () => {
    const by = ([a, b]: readonly [number, number]) => {
      const hidden = [0.5 * a - b + 0.1, 0.25 * a + 0.75 * b, -0.5 * a + b - 0.1].map(Math.tanh);
      return hidden[0]! - hidden[1]! + 0.5 * hidden[2]! + 0.25;
    };
    const y = apply(imported.model, imported.variables, rows);
    const expected = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ].map((row) => by(row as [number, number]));
    for (const [i, one] of expected.entries()) expect(y.data[i]).toBeCloseTo(one, 6);
    expect(apply(imported.model, imported.variables, rows.slice([0, 0], [3, 2])).shape).toEqual([3, 1]);
  });

  it("has the floats as parameters, by their names", () => {
    expect(Object.keys(imported.variables.parameters)).toEqual(["w1", "b1", "w2", "b2"]);
    expect(Object.keys(imported.model.constants)).toEqual(["zero", "three"]);
    expect(JSON.parse(JSON.stringify(imported.model))).toEqual(imported.model);
  });

  it("trains, alone and among others, and is observed", async () => {
    const model = sequential(imported.model, activation("tanh"), dense(1, 1));
    const started = initialize(model, 1);
    const variables = {
      parameters: { layers: [imported.variables.parameters, ...(started.parameters.layers as []).slice(1)] },
      buffers: started.buffers,
    };
    const options = { data: { x: rows, y: labels }, loss: "mse", optimizer: sgd({ learningRate: 0.3 }) } as const;
    for (const one of [imported, { model, variables }]) {
      const training = train({ ...options, ...one, epochs: 200, batchSize: 3 });
      const losses: number[] = [];
      for await (const event of training) if (event.type === "epoch") losses.push(event.loss);
      expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    }
  });

  it("comes back from a file", () => {
    const loaded = decodeModel(encodeModel(imported));
    if (loaded.kind !== "network") throw new Error("it is a network");
    expect(loaded.model).toEqual(imported.model);
    const y = apply(imported.model, imported.variables, rows);
    for (const [i, one] of loaded.predict(rows).data.entries()) expect(one).toBeCloseTo(y.data[i]!, 6);
  });

  it("is drawn anew with the mean and deviation that its numbers had", () => {
    const { parameters } = initialize(imported.model, 3);
    expect((parameters.w1 as Tensor).shape).toEqual([3, 2]);
    expect((parameters.w1 as Tensor).data).not.toEqual((imported.variables.parameters.w1 as Tensor).data);
    expect((parameters.b2 as Tensor).item()).toBe(0.25);
  });
});

it.each(["Asin", "Asinh", "Atan", "Atanh", "Sinh", "Softsign", "Tan"])("%s has slope 1 at 0", (op) => {
  const bytes = model({
    input: [value("x", "N")],
    output: [value("y", "N")],
    node: [node(op, ["x"], ["y"])],
  });
  const { model: layer, variables } = importOnnx(bytes);
  expect(grad((x: Tensor) => apply(layer, variables, x).sum())(tensor([0])).item()).toBeCloseTo(1, 12);
  const nearby = grad((x: Tensor) => apply(layer, variables, x).sum())(tensor([-1e-6, 1e-6])).toArray() as number[];
  for (const slope of nearby) expect(slope).toBeCloseTo(1, 5);
});

it("takes the largest of rows with -Infinity in them", () => {
  const bytes = (output: string) =>
    model({
      input: [value("x", "N", 4)],
      output: [value(output, "N", 3)],
      initializer: [ints("k", [3])],
      node: [node("TopK", ["x", "k"], ["values", "places"])],
    });
  const x = tensor([[5, Number.NEGATIVE_INFINITY, 7, Number.NEGATIVE_INFINITY]]);
  const [values, places] = ["values", "places"].map((output) => {
    const { model: layer, variables } = importOnnx(bytes(output));
    return apply(layer, variables, x).toArray();
  });
  expect(values).toEqual([[7, 5, Number.NEGATIVE_INFINITY]]);
  expect(places).toEqual([[2, 0, 1]]);
});

it("moves the statistics of batch normalisation in training", async () => {
  const bytes = model({
    input: [value("x", "N", 2)],
    output: [value("y", "N", 2)],
    initializer: [
      floats("scale", [2], [1, 1]),
      floats("bias", [2], [0, 0]),
      floats("mean", [2], [0, 0]),
      floats("variance", [2], [1, 1]),
    ],
    node: [node("BatchNormalization", ["x", "scale", "bias", "mean", "variance"], ["y"])],
  });
  const imported = importOnnx(bytes);
  expect(Object.keys(imported.variables.buffers)).toEqual(["mean", "variance"]);
  const training = train({
    ...imported,
    data: { x: rows.add(5), y: rows },
    loss: "mse",
    optimizer: sgd({ learningRate: 0.1 }),
    epochs: 100,
  });
  const { variables } = await training.result();
  expect((variables.buffers.mean as Tensor).data[0]).toBeCloseTo(5.5, 2);
});

describe("what it refuses", () => {
  it("names all nodes at once", () => {
    const bytes = model({
      input: [value("x", "N", 2)],
      output: [value("y", "N", 2)],
      node: [
        { ...node("NonZero", ["x"], ["i"]), name: "first" },
        { ...node("Relu", ["x"], ["r"], [int("slope", 1)]), name: "second" },
        { ...node("Add", ["i", "r"], ["y"]), name: "third" },
      ],
    });
    const error = problem(() => importOnnx(bytes));
    expect(error.code).toBe("UNSUPPORTED_ONNX");
    expect(error.message).toContain('NonZero "first"');
    expect(error.message).toContain('Relu "second": its attribute "slope"');
    expect(error.details.nodes).toHaveLength(2);
  });

  it("whole numbers beyond int32, but for those that say: to the end", () => {
    const bytes = (end: bigint) =>
      model({
        input: [value("x", "N", 2)],
        output: [value("y", "N", 1)],
        initializer: [ints("start", [1]), ints("end", [end]), ints("axis", [1])],
        node: [node("Slice", ["x", "start", "end", "axis"], ["y"])],
      });
    const { model: layer, variables } = importOnnx(bytes(2n ** 63n - 1n));
    expect(apply(layer, variables, rows).toArray()).toEqual([[0], [1], [0], [1]]);
    const error = problem(() => importOnnx(bytes(2n ** 40n)));
    expect(error).toMatchObject({ code: "UNSUPPORTED_ONNX", details: { tensor: "end" } });
  });

  it("a shape that depends on numbers of the input", () => {
    const bytes = model({
      input: [value("x", "N", 2)],
      output: [value("y", "N", 2)],
      node: [node("Reshape", ["x", "x"], ["y"])],
    });
    expect(problem(() => importOnnx(bytes)).message).toContain("must be known before the network runs");
  });

  it("a file that asks for more memory than it may", () => {
    const bytes = model({
      input: [value("x", 1)],
      output: [value("y", 1)],
      initializer: [ints("size", [2 ** 31 - 1, 8])],
      node: [node("ConstantOfShape", ["size"], ["y"])],
    });
    expect(problem(() => importOnnx(bytes))).toMatchObject({ code: "UNSUPPORTED_ONNX" });
  });

  it.each([
    ["nothing", new Uint8Array(0)],
    ["text", new TextEncoder().encode("this is no model")],
    ["half of one", perceptron.subarray(0, perceptron.length / 2)],
  ])("%s", (_, bytes) => {
    expect(problem(() => importOnnx(bytes)).code).toBe("INVALID_MODEL");
  });

  it("dimensions that are left open, and several inputs, with what to give", () => {
    const open = model({
      input: [value("x", "N", "length")],
      output: [value("y", "N")],
      node: [node("Relu", ["x"], ["y"])],
    });
    expect(problem(() => importOnnx(open)).message).toContain('dimensions: { "length": 128 }');
    expect(importOnnx(open, { dimensions: { length: 5 } }).model.inputs[0]!.shape).toEqual([null, 5]);
    const two = model({
      input: [value("a", 2), value("b", 2)],
      output: [value("y", 2)],
      node: [node("Add", ["a", "b"], ["y"])],
    });
    expect(problem(() => importOnnx(two))).toMatchObject({ code: "INVALID_ARGUMENT", details: { inputs: ["a", "b"] } });
    const { model: layer, variables } = importOnnx(two, { values: { b: tensor([1, 2]) } });
    expect(apply(layer, variables, tensor([1, 1])).toArray()).toEqual([2, 3]);
  });
});

it("is observed, explained and diagnosed", async () => {
  const imported = importOnnx(perceptron);
  const training = train({
    ...imported,
    data: { x: rows, y: labels },
    loss: "mse",
    optimizer: sgd({ learningRate: 0.1 }),
    epochs: 5,
    observeEvery: 1,
  });
  const events: TrainEvent[] = [];
  for await (const event of training) events.push(event);
  const step = events.find((event) => event.type === "observation");
  expect(JSON.stringify(step)).toContain("w1");
  expect(diagnose(events).verdicts).toBeDefined();
  const { w1, b1, w2, b2 } = imported.variables.parameters as Record<string, Tensor>;
  const loss = ({ w }: { w: Tensor }) =>
    apply(imported.model, { parameters: { w1: w, b1: b1!, w2: w2!, b2: b2! }, buffers: {} }, rows)
      .sub(labels)
      .square()
      .mean();
  const slope = grad((w: Tensor) => loss({ w }))(w1!);
  expect(explain(loss, { w: w1! }).of("w[2,1]").gradient).toBeCloseTo(slope.data[5]!, 6);
});

describe("tensors of files", () => {
  const fail = (code: string, what: string) => new ChainruleError(code as "INVALID_MODEL", what);
  const kinds = {
    1: { list: "floatData", array: Float32Array, values: fc.float() },
    6: { list: "int32Data", array: Int32Array, values: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
    7: { list: "int64Data", array: BigInt64Array, values: fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n }) },
    11: { list: "doubleData", array: Float64Array, values: fc.double() },
  } as const;

  it.each(Object.entries(kinds))("of type %s are the same as bytes and as lists", (type, { list, array, values }) => {
    fc.assert(
      fc.property(fc.array(values as fc.Arbitrary<number>, { minLength: 1, maxLength: 20 }), (numbers) => {
        const plain = (array as Float64ArrayConstructor).from(numbers);
        const common = { dims: [BigInt(numbers.length)], dataType: Number(type) };
        const [raw, listed] = [{ rawData: new Uint8Array(plain.buffer) }, { [list]: [...plain] }].map(
          (one) => readTensor(create(TensorProtoSchema, { ...common, ...one }), fail).tensor,
        );
        expect(raw!.data).toEqual(listed!.data);
        expect([...raw!.data]).toEqual([...plain].map(Number));
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it("whose numbers are more or fewer than their shape says are refused", () => {
    for (const rawData of [new Uint8Array(4), new Uint8Array(12), new Uint8Array(7)])
      expect(() => readTensor(create(TensorProtoSchema, { dims: [2n], dataType: 1, rawData }), fail)).toThrow("bytes");
    expect(() => readTensor(create(TensorProtoSchema, { dims: [2n], dataType: 1, floatData: [1] }), fail)).toThrow(
      "needs 2 numbers, and it has 1",
    );
  });
});
