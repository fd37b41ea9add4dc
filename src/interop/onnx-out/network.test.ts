// Networks of any layers as ONNX: onnxruntime gives what apply gives, for any number of rows.
import { describe, expect, it } from "vitest";
import { tensor } from "../../index.ts";
import {
  activation,
  apply,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  initialize,
  type Layer,
  layerNorm,
  maxPool2d,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
  type Variables,
} from "../../nn/index.ts";
import { flatten as flattenTree } from "../../trace/tree.ts";
import { generator } from "../../train/test-training.ts";
import { importOnnx } from "../onnx/import-onnx.ts";
import { exportOnnx } from "./network.ts";
import { outputsOf, sessionOf, Tensor } from "./test-runtime.ts";

/** All of them drawn: running statistics, γ and biases, too. */
function drawn(model: Layer): Variables {
  const random = generator(5);
  const { leaves, rebuild } = flattenTree(initialize(model, 2));
  return rebuild(
    leaves.map(({ data, shape }) =>
      tensor(
        Float32Array.from(data, (value) => value * (0.8 + 0.4 * random()) + 0.1 * random()),
        { shape },
      ),
    ),
  ) as Variables;
}

const images = sequential(
  conv2d(2, 6, 3, { padding: 1, groups: 2 }),
  batchNorm(6),
  activation("silu"),
  residual(conv2d(6, 6, [3, 1], { padding: [1, 0], bias: false }), activation("geluTanh")),
  maxPool2d(2, { padding: 1 }),
  conv2d(6, 4, 2, { stride: 2, dilation: 1 }),
  avgPool2d(2, { stride: 1, padding: 1 }),
  flatten(),
  dropout(0.3),
  dense(36, 5),
  activation("softmax"),
);
const texts = sequential(
  embedding(11, 8),
  positionEmbedding(6, 8),
  residual(layerNorm(8), multiHeadAttention(8, 2, { causal: true })),
  residual(layerNorm(8), dense(8, 16), activation("gelu"), dense(16, 8)),
  multiHeadAttention(8, 4, { bias: false }),
  dense(8, 11),
);

interface Case {
  readonly model: Layer;
  readonly shape: readonly number[];
  readonly dtype?: "int32";
}
const cases: Readonly<Record<string, Case>> = {
  images: { model: images, shape: [2, 8, 8] },
  texts: { model: texts, shape: [6], dtype: "int32" },
  one: { model: dense(3, 2), shape: [3] },
};

async function expectSame({ model, shape, dtype = undefined }: Case, rows: number, isFixed = false): Promise<number> {
  const variables = drawn(model);
  const bytes = exportOnnx(model, variables, [isFixed ? rows : "rows", ...shape], dtype && { dtype });
  const random = generator(rows);
  const full = [rows, ...shape];
  const size = full.reduce((product, n) => product * n, 1);
  const data =
    dtype === undefined
      ? Float32Array.from({ length: size }, () => random() * 4 - 2)
      : Int32Array.from({ length: size }, () => Math.floor(random() * 11));
  const session = await sessionOf(bytes);
  const { y } = await outputsOf(session, { x: new Tensor(dtype ?? "float32", data, full) });
  const wanted = apply(model, variables, tensor(data, { shape: full }));
  expect(y!.shape).toEqual(wanted.shape);
  const most = y!.data.reduce<number>((m, value, i) => Math.max(m, Math.abs(Number(value) - wanted.data[i]!)), 0);
  expect(most).toBeLessThan(1e-5);
  await session.release();
  return most;
}

describe.each(Object.entries(cases))("%s", (_, each) => {
  it("for any number of rows", async () => {
    for (const rows of [1, 2, 7]) await expectSame(each, rows);
  });
  it("for a fixed one", async () => {
    await expectSame(each, 3, true);
  });
});

it.each(Object.entries(cases))("importOnnx reads %s, and gives the same", (_, { model, shape, dtype }) => {
  const variables = drawn(model);
  const { model: layer, variables: own } = importOnnx(
    exportOnnx(model, variables, ["rows", ...shape], dtype && { dtype }),
    { batch: 3 },
  );
  const size = shape.reduce((product, n) => product * n, 3);
  const data =
    dtype === undefined ? Float32Array.from({ length: size }, (_, i) => Math.sin(i)) : new Int32Array(size).fill(4);
  const x = tensor(data, { shape: [3, ...shape] });
  const [a, b] = [apply(model, variables, x), apply(layer, own, x)];
  expect(a.shape).toEqual(b.shape);
  a.data.forEach((value, i) => {
    expect(Math.abs(value - b.data[i]!)).toBeLessThan(1e-5);
  });
});

it("names what does not fit", () => {
  expect(() => exportOnnx(dense(3, 2), initialize(dense(3, 2)), ["rows", 4])).toThrow(
    "exportOnnx: a layer takes 3 inputs where 4 come. Give the shape and dtype of an x that the model takes.",
  );
});
