// Networks of any layers: what was trained is saved, and predicts the same bits when it is read; broken ones are refused in words.
import { describe, expect, it } from "vitest";
import { randomKey, randomNormal, type Tensor, tensor } from "../index.ts";
import { ChainruleError } from "../ir/errors.ts";
import {
  activation,
  applyTraining,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  type Layer,
  layerNorm,
  maxPool2d,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
} from "../nn/index.ts";
import { adamw } from "../optim/index.ts";
import { decodeModel, encodeModel } from "./model-file.ts";
import { encodeSafetensors } from "./safetensors.ts";
import { tensorsOf } from "./saved-model.ts";
import { train } from "./train.ts";

const images = sequential(
  conv2d(1, 4, 3, { padding: 1, bias: false, init: "orthogonal" }),
  batchNorm(4, { momentum: 0.3, epsilon: 1e-3 }),
  activation("silu"),
  residual(conv2d(4, 4, 3, { padding: 1, groups: 2 }), dropout(0.2)),
  maxPool2d(2),
  avgPool2d(2, { stride: 1 }),
  flatten(),
  dense(4, 2, { bias: false, init: "lecunNormal" }),
);
const words = sequential(embedding(9, 3), flatten(), layerNorm(6, { epsilon: 1e-6 }), dense(6, 2));
const sentences = sequential(
  embedding(9, 4),
  positionEmbedding(3, 4),
  residual(layerNorm(4), multiHeadAttention(4, 2, { causal: true })),
  flatten(),
  dense(8, 2),
);
const indices = Int32Array.from({ length: 24 }, (_, i) => (i * 7) % 9);

const networks: readonly (readonly [string, Layer, Tensor])[] = [
  ["images", images, randomNormal(randomKey(3), [12, 1, 4, 4])],
  ["words", words, tensor(indices, { shape: [12, 2] })],
  ["sentences", sentences, tensor(indices, { shape: [12, 2] })],
];

describe.each(networks)("%s", (_, model, x) => {
  it("are trained, saved and read: the same data, predictions and running statistics, to the bit", async () => {
    const y = tensor(Int32Array.from({ length: 12 }, (_, i) => i % 2));
    const { variables } = await train({
      ...{ model, data: { x, y }, loss: "crossEntropy", optimizer: adamw(), epochs: 3, batchSize: 4 },
      deterministic: true,
    }).result();
    const bytes = encodeModel({ model, variables });
    const read = decodeModel(bytes);
    if (read.kind !== "network") throw new Error(read.kind);
    expect(JSON.stringify(read.model)).toBe(JSON.stringify(model));
    expect(JSON.stringify(read.variables)).toBe(JSON.stringify(variables));
    expect(encodeModel(read)).toEqual(bytes);
    const again = decodeModel(bytes);
    if (again.kind !== "network") throw new Error(again.kind);
    expect(again.predict(x).data).toEqual(read.predict(x).data);
    const [own, other] = [model, read.model].map((one) => applyTraining(one, variables, x, randomKey(1)));
    expect(JSON.stringify(other)).toBe(JSON.stringify(own));
  });
});

describe("broken networks", () => {
  const good = { model: dense(2, 1), variables: { parameters: {}, buffers: {} } };
  function message(architecture: string): string {
    const metadata = { "chainrule.model": "1", "chainrule.content": `{"architecture": ${architecture}}` };
    try {
      decodeModel(encodeSafetensors(tensorsOf(good.variables), metadata));
    } catch (error) {
      expect(error).toBeInstanceOf(ChainruleError);
      return `${(error as ChainruleError).code}: ${(error as ChainruleError).message}`;
    }
    return "was read";
  }

  it("are refused in words, also where they are nested without end", () => {
    const nested = (depth: number) =>
      `${'{"kind": "residual", "layer": '.repeat(depth)}{"kind": "flatten"}${"}".repeat(depth)}`;
    const files = [
      "7",
      '{"kind": "lstm"}',
      '{"kind": "dense", "inputs": 2, "outputs": 1}',
      '{"kind": "dropout"}',
      nested(401),
      nested(100_000),
    ];
    expect(files.map(message).join("\n")).toMatchInlineSnapshot(`
      "INVALID_MODEL: the model is not usable: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is 7. Restore the file, or train and save again.
      INVALID_MODEL: the model is not usable: architecture must be a layer, of a kind from dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx; it is {"kind":"lstm"}. Restore the file, or train and save again.
      INVALID_MODEL: the model is not usable: its layers need 3 weights, and model.safetensors has 0 numbers. Restore the file, or train and save again.
      INVALID_MODEL: the model is not usable: architecture.rate must be at least 0 and less than 1; it is absent. Restore the file, or train and save again.
      INVALID_MODEL: the model is not usable: a layer is nested more than 400 deep. Restore the file, or train and save again.
      INVALID_MODEL: the model is not usable: its metadata must be JSON, nested at most 1,000 deep. Restore the file, or train and save again."
    `);
  });
});
