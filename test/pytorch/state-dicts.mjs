// Writes networks as state_dicts, with an input and its answer, for state_dicts.py: node test/pytorch/state-dicts.mjs FOLDER (after npm run build)
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomKey, randomNormal, tensor } from "../../dist/index.js";
import { encodeStateDict } from "../../dist/interop/index.js";
import * as nn from "../../dist/nn/index.js";

const [folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const {
  activation,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  embedding,
  flatten,
  layerNorm,
  maxPool2d,
  residual,
  sequential,
} = nn;
const models = {
  table: sequential(
    ...[dense(4, 6), batchNorm(6), activation("relu"), nn.dropout(0.2)],
    ...[
      residual(dense(6, 6, { bias: false }), layerNorm(6), activation("geluTanh")),
      dense(6, 3),
      activation("softmax"),
    ],
  ),
  image: sequential(
    ...[conv2d(2, 6, 3, { padding: 1, groups: 2 }), batchNorm(6), activation("silu"), residual(conv2d(6, 6, 1))],
    ...[maxPool2d(2), avgPool2d(2, { padding: 1 }), flatten(), dense(54, 5)],
  ),
  text: sequential(
    ...[embedding(11, 8), nn.positionEmbedding(6, 8), residual(layerNorm(8), nn.multiHeadAttention(8, 2))],
    ...[nn.multiHeadAttention(8, 4, { bias: false }), dense(8, 11)],
  ),
};
const inputs = {
  table: randomNormal(randomKey(2), [5, 4], 0),
  image: randomNormal(randomKey(2), [3, 2, 8, 8], 0),
  text: tensor(
    Int32Array.from({ length: 18 }, (_, i) => (i * 5) % 11),
    { shape: [3, 6] },
  ),
};

/** Biases and running statistics are drawn, too. */
const drawn = (value, path, stream) => {
  if (value.shape === undefined)
    return Array.isArray(value)
      ? value.map((one, i) => drawn(one, `${path}.${i}`, stream))
      : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, drawn(one, `${path}.${key}`, stream)]));
  const noise = randomNormal(randomKey(7), value.shape, stream.next++).mul(0.2);
  return value.add(path.endsWith(".var") ? noise.square() : noise);
};

for (const [name, model] of Object.entries(models)) {
  const variables = drawn(nn.initialize(model, 1), "", { next: 0 });
  const x = inputs[name];
  writeFileSync(join(folder, `${name}.safetensors`), encodeStateDict(model, variables));
  writeFileSync(
    join(folder, `${name}.json`),
    JSON.stringify({ x: x.toArray(), y: nn.apply(model, variables, x).toArray() }),
  );
}
