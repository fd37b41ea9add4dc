// Models from JSON: every kind comes back as it was and predicts the same bits; broken files are refused in words.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomKey, randomNormal, tensor } from "../index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { flatten as flattenTree } from "../trace/tree.ts";
import {
  activation,
  activationNames,
  apply,
  applyTraining,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  initialize,
  initializerNames,
  type Layer,
  layerNorm,
  maxPool2d,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
} from "./index.ts";
import { layerKinds, layerRecords } from "./layers/index.ts";
import { outputType, parseLayer } from "./parse.ts";
import { makeVariables, nestedLayers, variableCount } from "./structure.ts";

const fail = (what: string) => new ChainruleError("INVALID_RUN", what);
const read = (json: unknown): Layer => parseLayer(json, "architecture", fail);
const copy = (model: Layer): Layer => read(JSON.parse(JSON.stringify(model)));

const names = fc.constantFrom(...activationNames);
const inits = fc.constantFrom(...initializerNames);
const share = fc.double({ min: 0, max: 0.9, noNaN: true });
const width = 4;

/** relu(x W + b) of another program. */
const graph: Layer = {
  kind: "onnx",
  opset: 17,
  inputs: [{ name: "x", dtype: "float32", shape: [null, width] }],
  output: "y",
  nodes: [
    { op: "Gemm", name: "", inputs: ["x", "w", "b"], outputs: ["z"], attributes: { alpha: 0.5 } },
    { op: "Dropout", name: "", inputs: ["z", "ratio"], outputs: ["kept"], attributes: {} },
    { op: "Relu", name: "", inputs: ["kept"], outputs: ["y"], attributes: {} },
  ],
  parameters: { w: { shape: [width, width], mean: 0, std: 0.5 }, b: { shape: [width], mean: 0.25, std: 0 } },
  buffers: {},
  constants: { ratio: { dtype: "float32", shape: [], data: "AAAAPw==" } },
};

/** Layers that take [batch, 4] and give [batch, 4], some of them nested. */
const { layer: rowLayer } = fc.letrec<{ layer: Layer; leaf: Layer }>((tie) => ({
  leaf: fc.oneof(
    names.map(activation),
    share.map(dropout),
    fc.record({ bias: fc.boolean(), init: inits }).map((options) => dense(width, width, options)),
    share.map((epsilon) => layerNorm(width, { epsilon })),
    fc.tuple(share, share).map(([epsilon, momentum]) => batchNorm(width, { epsilon, momentum })),
    fc.constant(flatten()),
    fc.constant(graph),
  ),
  layer: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie("leaf"),
    fc.array(tie("layer"), { maxLength: 3 }).map((layers) => sequential(...layers)),
    fc.array(tie("layer"), { minLength: 1, maxLength: 2 }).map((layers) => residual(...layers)),
  ),
}));
/** Layers that take [batch, time, 4] and give as much. */
const sequenceLayers: readonly Layer[] = [
  multiHeadAttention(width, 2, { causal: true, bias: false, init: "orthogonal" }),
  multiHeadAttention(width, 4),
  positionEmbedding(7, width),
];
const imageLayers: readonly Layer[] = [
  conv2d(2, 4, 3, { padding: [1, 0], groups: 2, bias: false, init: "lecunNormal" }),
  conv2d(2, 2, [3, 1], { stride: 2, dilation: [2, 1], init: "orthogonal" }),
  maxPool2d(2, { padding: 1 }),
  avgPool2d([2, 3], { stride: [1, 2] }),
  batchNorm(2),
];

function expectSame(model: Layer, shape: readonly number[]): void {
  const again = copy(model);
  expect(JSON.stringify(again)).toBe(JSON.stringify(model));
  const variables = initialize(model, 3);
  expect(JSON.stringify(initialize(again, 3))).toBe(JSON.stringify(variables));
  const x = randomNormal(randomKey(1), shape);
  expect(apply(again, variables, x).data).toEqual(apply(model, variables, x).data);
  const [own, other] = [model, again].map((one) => applyTraining(one, variables, x, randomKey(2)));
  expect(JSON.stringify(other)).toBe(JSON.stringify(own));
  const y = apply(model, variables, x);
  expect(outputType(model, { shape, dtype: "float32" }, fail).shape).toEqual(y.shape);
}

describe("what was saved is read", () => {
  it("lists are named by the kinds of their records", () => {
    expect(Object.values(layerRecords).map(({ kind }) => kind)).toEqual(layerKinds);
  });

  it("nested models of rows predict the same bits", () => {
    fc.assert(
      fc.property(rowLayer, (model) => expectSame(model, [3, width])),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each(imageLayers.map((layer) => [layer.kind, layer] as const))("images: %s", (_, layer) => {
    expectSame(layer, [2, 2, 8, 7]);
    expectSame(sequential(layer, flatten()), [2, 2, 8, 7]);
  });

  it.each(sequenceLayers.map((layer) => [layer.kind, layer] as const))("sequences: %s", (_, layer) => {
    expectSame(layer, [2, 5, width]);
    expectSame(sequential(residual(layerNorm(width), layer), dense(width, 3)), [2, 7, width]);
  });

  it("embedding", () => {
    const model = sequential(embedding(5, 3), flatten(), dense(6, 1));
    const x = tensor(Int32Array.of(0, 4, 2, 1), { shape: [2, 2] });
    const variables = initialize(model, 1);
    expect(apply(copy(model), variables, x).data).toEqual(apply(model, variables, x).data);
    expect(outputType(model, x, fail).shape).toEqual([2, 1]);
  });

  it("every kind is among them", () => {
    const seen = new Set<string>(["embedding", ...[...imageLayers, ...sequenceLayers].map(({ kind }) => kind)]);
    const visit = (layer: Layer): void => {
      seen.add(layer.kind);
      for (const inner of nestedLayers(layer) ?? []) visit(inner.layer);
    };
    fc.sample(rowLayer, { numRuns: 200, seed: 1 }).forEach(visit);
    expect([...seen].sort()).toEqual(layerKinds.toSorted());
  });

  it("what has a default may be left out", () => {
    expect(read({ kind: "dense", inputs: 2, outputs: 3 })).toEqual(dense(2, 3));
    expect(read({ kind: "conv2d", inputs: 2, outputs: 3, kernel: [3, 3] })).toEqual(conv2d(2, 3, 3));
    expect(read({ kind: "batchNorm", features: 3, unknown: 1 })).toEqual(batchNorm(3));
  });
});

describe("variables", () => {
  it("are counted and named as they are made", () => {
    fc.assert(
      fc.property(rowLayer, (model) => {
        const { parameters, buffers } = initialize(model);
        const parts = [flattenTree(parameters), flattenTree(buffers)];
        expect(variableCount(model)).toBe(parts.flatMap(({ leaves }) => leaves).reduce((n, { size }) => n + size, 0));
        const paths: string[] = [];
        makeVariables(model, ({ shape }, path) => {
          paths.push(path);
          return tensor(new Float64Array(shape.reduce((a, b) => a * b, 1)), { shape });
        });
        expect(paths.sort()).toEqual(parts.flatMap((part) => part.paths).sort());
      }),
      { numRuns: 30, seed: 2 },
    );
  });
});

describe("broken", () => {
  function message(attempt: () => unknown): string {
    try {
      return `did not throw: ${JSON.stringify(attempt())}`;
    } catch (error) {
      const { code, message } = error as ChainruleError;
      return `${code}: ${message}`;
    }
  }
  function nest(depth: number, around: (inner: unknown) => unknown): unknown {
    let json: unknown = activation("relu");
    for (let i = 0; i < depth; i++) json = around(json);
    return json;
  }

  it("files are refused", () => {
    const { kernel: _, ...withoutKernel } = conv2d(2, 4, 3);
    const files: readonly unknown[] = [
      null,
      7,
      [],
      {},
      { kind: "lstm" },
      { kind: "__proto__" },
      { kind: "toString" },
      { kind: ["dense"] },
      JSON.parse('{"__proto__": {"kind": "flatten"}}'),
      { kind: "dense", inputs: 2 },
      { kind: "dense", inputs: "2", outputs: 3 },
      { kind: "dense", inputs: 2, outputs: 1e300 },
      { kind: "dense", inputs: 2, outputs: 3, bias: 1 },
      { kind: "dense", inputs: 2, outputs: 3, init: "__proto__" },
      { kind: "activation", name: "constructor" },
      { kind: "dropout", rate: 1 },
      { kind: "embedding", rows: 0, width: 1 },
      { kind: "layerNorm", features: 4, epsilon: "1" },
      { kind: "batchNorm", features: 4, momentum: 2 },
      withoutKernel,
      { ...conv2d(2, 4, 3), kernel: 3 },
      { ...conv2d(2, 4, 3), kernel: [3, 0] },
      { ...conv2d(2, 4, 3), groups: 3 },
      { ...maxPool2d(2), stride: [1, 1, 1] },
      { kind: "residual" },
      { kind: "residual", layer: [] },
      { kind: "residual", layer: { kind: "dense", inputs: 2 } },
      { kind: "sequential", layers: {} },
      { kind: "sequential", layers: [activation("relu"), null] },
      JSON.parse('{"kind": "sequential", "layers": [{"__proto__": {"kind": "flatten"}}]}'),
      { kind: "dense", inputs: nest(100_000, (inner) => [inner]), outputs: 1 },
      nest(100_000, (layer) => ({ kind: "residual", layer })),
      nest(100_000, (layer) => ({ kind: "sequential", layers: [layer] })),
      nest(100_000, (layer) => [layer]),
    ];
    expect(files.map((json) => message(() => read(json))).join("\n")).toMatchInlineSnapshot(`
      "INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is null
      INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is 7
      INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is []
      INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is {}
      INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is {"kind":"lstm"}
      INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is {"kind":"__proto__"}
      INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is {"kind":"toString"}
      INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is {"kind":["dense"]}
      INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is {"__proto__":{"kind":"flatten"}}
      INVALID_RUN: architecture.outputs must be a whole number of at least 1; it is absent
      INVALID_RUN: architecture.inputs must be a whole number of at least 1; it is "2"
      INVALID_RUN: architecture.outputs must be a whole number of at least 1; it is 1e+300
      INVALID_RUN: architecture.bias must be true or false; it is 1
      INVALID_RUN: architecture.init must be an initializer; it is "__proto__"
      INVALID_RUN: architecture.name must be an activation; it is "constructor"
      INVALID_RUN: architecture.rate must be at least 0 and less than 1; it is 1
      INVALID_RUN: architecture.rows must be a whole number of at least 1; it is 0
      INVALID_RUN: architecture.epsilon must be at least 0 and finite; it is "1"
      INVALID_RUN: architecture.momentum must be from 0 to 1; it is 2
      INVALID_RUN: architecture.kernel must be two numbers, each a whole number of at least 1; it is absent
      INVALID_RUN: architecture.kernel must be two numbers, each a whole number of at least 1; it is 3
      INVALID_RUN: architecture.kernel must be two numbers, each a whole number of at least 1; it is [3,0]
      INVALID_RUN: architecture: groups must divide inputs and outputs; got 3 groups of 2 and 4
      INVALID_RUN: architecture.stride must be two numbers, each a whole number of at least 1; it is [1,1,1]
      INVALID_RUN: architecture.layer must be a layer; it is absent
      INVALID_RUN: architecture.layer must be a layer; it is []
      INVALID_RUN: architecture.layer.outputs must be a whole number of at least 1; it is absent
      INVALID_RUN: architecture.layers must be a list of layers; it is {}
      INVALID_RUN: architecture.layers[1] must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is null
      INVALID_RUN: architecture.layers[0] must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is {"__proto__":{"kind":"flatten"}}
      INVALID_RUN: architecture.inputs must be a whole number of at least 1; it is [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
      INVALID_RUN: a layer is nested more than 400 deep
      INVALID_RUN: a layer is nested more than 400 deep
      INVALID_RUN: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
    `);
  });

  it("models whose layers do not fit together are refused", () => {
    const models: readonly (readonly [Layer, readonly number[]])[] = [
      [dense(3, 2), [1, 4]],
      [sequential(dense(4, 2), activation("relu"), dense(3, 1)), [1, 4]],
      [residual(dense(4, 3)), [1, 4]],
      [sequential(batchNorm(3)), [1, 4]],
      [layerNorm(3), [1, 4]],
      [embedding(3, 2), [1, 4]],
      [conv2d(1, 2, 3), [1, 4]],
      [conv2d(3, 2, 3), [1, 1, 8, 8]],
      [conv2d(1, 2, 3, { dilation: 4 }), [1, 1, 8, 8]],
      [maxPool2d(2), [1, 4]],
      [residual(conv2d(1, 2, 3)), [1, 1, 8, 8]],
      [sequential(flatten(), dense(9, 1)), [1, 2, 2, 2]],
    ];
    expect(
      models.map(([model, shape]) => message(() => outputType(model, { shape, dtype: "float32" }, fail))).join("\n"),
    ).toMatchInlineSnapshot(`
      "INVALID_RUN: a layer takes 3 inputs where 4 come
      INVALID_RUN: a layer takes 3 inputs where 2 come
      INVALID_RUN: a residual layer gives 3 outputs where its 4 inputs are added
      INVALID_RUN: a layer takes 3 inputs where 4 come
      INVALID_RUN: a layer takes 3 inputs where 4 come
      INVALID_RUN: an embedding takes int32 indices where float32 comes
      INVALID_RUN: conv2d takes [batch, channels, height, width], and what comes has the shape [1, 4]
      INVALID_RUN: a layer takes 3 inputs where 1 come
      INVALID_RUN: a conv2d with a reach of 9 stands where 8 elements come
      INVALID_RUN: maxPool2d takes [batch, channels, height, width], and what comes has the shape [1, 4]
      INVALID_RUN: a residual layer gives [1, 2, 6, 6] outputs where its [1, 1, 8, 8] inputs are added
      INVALID_RUN: a layer takes 9 inputs where 8 come"
    `);
  });

  it("a sequence of many layers is neither nested nor slow", () => {
    const model = sequential(...Array.from({ length: 20_000 }, () => activation("relu")));
    const again = copy(model);
    expect(nestedLayers(again)).toHaveLength(20_000);
    expect(outputType(again, { shape: [1, 2], dtype: "float32" }, fail).shape).toEqual([1, 2]);
    expect(apply(again, initialize(again), tensor([[-1, 2]])).data).toEqual(Float64Array.of(0, 2));
  });
});
