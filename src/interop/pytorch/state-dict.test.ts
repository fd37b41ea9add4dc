// A network as PyTorch's state_dict: names, shapes, and numbers that mean there what they mean here.
import { expect, it } from "vitest";
import { randomKey, randomNormal, type Tensor } from "../../index.ts";
import {
  activation,
  apply,
  batchNorm,
  conv2d,
  dense,
  embedding,
  flatten,
  initialize,
  type Layer,
  layerNorm,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
} from "../../nn/index.ts";
import { decodeSafetensors } from "../../train/index.ts";
import { encodeStateDict } from "./state-dict.ts";

const stateOf = (model: Layer, seed = 1) => decodeSafetensors(encodeStateDict(model, initialize(model, seed)));

/** As `{k: list(v.shape) for k, v in module.state_dict().items()}` prints it, of the torch modules named beside the layers. */
const shapes: Readonly<Record<string, { readonly model: Layer; readonly state: Readonly<Record<string, number[]>> }>> =
  {
    // Linear
    one: { model: dense(4, 2), state: { weight: [2, 4], bias: [2] } },
    // Sequential(Linear, BatchNorm1d, ReLU, Residual(Linear without bias, LayerNorm), Linear), a Residual having its inner module as self.layer
    table: {
      model: sequential(
        ...[
          dense(4, 6),
          batchNorm(6),
          activation("relu"),
          residual(dense(6, 6, { bias: false }), layerNorm(6)),
          dense(6, 3),
        ],
      ),
      state: {
        "0.weight": [6, 4],
        "0.bias": [6],
        "1.weight": [6],
        "1.bias": [6],
        "1.running_mean": [6],
        "1.running_var": [6],
        "1.num_batches_tracked": [],
        "3.layer.0.weight": [6, 6],
        "3.layer.1.weight": [6],
        "3.layer.1.bias": [6],
        "4.weight": [3, 6],
        "4.bias": [3],
      },
    },
    // Sequential(Conv2d(2, 6, 3, groups=2), Flatten, Residual(Linear))
    image: {
      model: sequential(conv2d(2, 6, 3, { groups: 2 }), flatten(), residual(dense(24, 24))),
      state: { "0.weight": [6, 1, 3, 3], "0.bias": [6], "2.layer.weight": [24, 24], "2.layer.bias": [24] },
    },
    // Sequential(Embedding, positions, MultiheadAttention, MultiheadAttention without bias)
    text: {
      model: sequential(
        ...[embedding(11, 8), positionEmbedding(6, 8)],
        ...[multiHeadAttention(8, 2), multiHeadAttention(8, 4, { bias: false })],
      ),
      state: {
        "0.weight": [11, 8],
        "1.weight": [6, 8],
        "2.in_proj_weight": [24, 8],
        "2.in_proj_bias": [24],
        "2.out_proj.weight": [8, 8],
        "2.out_proj.bias": [8],
        "3.in_proj_weight": [24, 8],
        "3.out_proj.weight": [8, 8],
      },
    },
  };

it.each(Object.entries(shapes))("%s has the names and shapes of the torch module", (_, { model, state }) => {
  const { tensors, metadata } = stateOf(model);
  expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual(state);
  expect(metadata).toEqual({ format: "pt" });
});

it("a dense weight is that of torch, y = x Wᵀ + b", () => {
  const model = dense(5, 3);
  const x = randomNormal(randomKey(3), [4, 5], 0);
  const { tensors } = stateOf(model);
  const [w, b] = [tensors.get("weight")!.data, tensors.get("bias")!.data].map((data) => Array.from(data, Number));
  const wanted = apply(model, initialize(model, 1), x).data;
  for (let row = 0; row < 4; row++)
    for (let o = 0; o < 3; o++) {
      const sum = w!.slice(5 * o, 5 * o + 5).reduce((s, value, i) => s + value * x.data[5 * row + i]!, b![o]!);
      expect(sum).toBeCloseTo(wanted[3 * row + o]!, 5);
    }
});

it("the weights of queries, keys and values stand one below the other, each transposed", () => {
  const model = multiHeadAttention(4, 2);
  const { parameters } = initialize(model, 1);
  const all = stateOf(model).tensors.get("in_proj_weight")!.data;
  for (const [p, name] of ["queryWeight", "keyWeight", "valueWeight"].entries()) {
    const { data } = parameters[name] as Tensor;
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) expect(all[16 * p + 4 * j + i]).toBe(Math.fround(data[4 * i + j]!));
  }
});
