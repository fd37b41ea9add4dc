// Writes exported networks with inputs and answers into a folder, for exports.py: node test/onnx/exports.mjs FOLDER (after npm run build)
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepare, tableFromRows } from "../../dist/data/index.js";
import { tensor } from "../../dist/index.js";
import { exporterOf, exportOnnx } from "../../dist/interop/index.js";
import * as nn from "../../dist/nn/index.js";
import { decodeModel, encodeModel, trainTable } from "../../dist/train/index.js";

const [folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** Every type of column that a cell can be of by itself, hard ones among them. */
const rows = Array.from({ length: 300 }, (_, r) => {
  const a = ((r * 37) % 101) / 29 - 1.7;
  const day = Date.UTC(2015 + (r % 6), r % 12, 1 + (r % 28), r % 24);
  return {
    year: 5000 + a,
    kind: r % 13 === 0 ? null : ['a, "b"', "Çeşme", "naïve, café", "red"][r % 4],
    place: `place ${r % 3 === 0 ? (r * 7) % 60 : r % 4}`,
    flag: r % 7 < 3,
    when: r % 17 === 0 ? null : new Date(day).toISOString(),
    share: r % 9 === 0 ? null : (r % 13) / 4,
    label: ["low", "middle", "high"][a > 0.5 ? 2 : a > -0.5 ? 1 : 0],
    price: 200_000 + a * 40_000 + (r % 5) * 9000,
    age: 30 + a * 3 + (r % 5),
  };
});
const targets = { classes: ["label"], numbers: ["price"], several: ["price", "age"] };
const networks = [{ normalization: "batch", residual: true }, { normalization: "layer", activation: "gelu" }, {}];

for (const [name, own] of Object.entries(targets)) {
  const others = ["label", "price", "age"].filter((column) => !own.includes(column));
  const columnTypes = {
    year: "number",
    place: "category",
    ...Object.fromEntries(others.map((column) => [column, "ignore"])),
  };
  const prepared = prepare(tableFromRows(rows, { source: "rows" }), { target: own, columnTypes });
  const { columns } = prepared.preprocessing;
  for (const [n, settings] of networks.entries()) {
    const { trained } = await trainTable(prepared, { hidden: [16, 16], epochs: 3, seed: 1, ...settings }).result();
    const model = decodeModel(encodeModel(trained), name);
    const predicted = model.predictTargets(rows);
    const outputs = own.flatMap((target) => {
      const named = (output) => (own.length > 1 ? `${output}_${target}` : output);
      const answers = predicted.map((each) => each[target]);
      const probabilities = answers.map((answer) => Object.values(answer.probabilities ?? {}));
      const numbers = probabilities[0].length > 0 ? [[named("probabilities"), probabilities]] : [];
      return [[named("prediction"), answers.map(({ prediction }) => prediction)], ...numbers];
    });
    const inputs = columns.map(({ name, type }) => [
      name,
      type === "category" ? "string" : "float64",
      rows.map((row) => [cellOf(row[name], type)]),
    ]);
    save(`${name}-${n}`, await exporterOf("onnx").write(trained, name), inputs, outputs);
  }
}

/** null is NaN there. */
function cellOf(cell, type) {
  if (type === "category") return cell ?? "";
  return cell === null ? null : type === "date" ? Date.parse(cell) : Number(cell);
}

const { activation, avgPool2d, batchNorm, conv2d, dense, embedding, flatten, layerNorm, maxPool2d } = nn;
const image = nn.sequential(
  ...[
    conv2d(2, 6, 3, { padding: 1, groups: 2 }),
    batchNorm(6),
    activation("silu"),
    nn.residual(conv2d(6, 6, 1), activation("elu")),
  ],
  ...[maxPool2d(2, { padding: 1 }), avgPool2d(2, { padding: 1 }), flatten(), dense(54, 5), activation("softmax")],
);
const text = nn.sequential(
  ...[embedding(11, 8), nn.positionEmbedding(6, 8)],
  ...[nn.residual(layerNorm(8), nn.multiHeadAttention(8, 2, { causal: true })), dense(8, 11)],
);
const numbers = (shape, of) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => of(i)),
    { shape },
  );
for (const [name, model, x] of [
  ["image", image, numbers([3, 2, 8, 8], (i) => Math.sin(i))],
  [
    "text",
    text,
    tensor(
      Int32Array.from({ length: 18 }, (_, i) => (i * 5) % 11),
      { shape: [3, 6] },
    ),
  ],
]) {
  const variables = nn.initialize(model, 1);
  const bytes = exportOnnx(model, variables, ["rows", ...x.shape.slice(1)], { dtype: x.dtype });
  const y = nn.apply(model, variables, x);
  save(name, bytes, [["x", x.dtype, x.toArray()]], [["y", y.toArray()]]);
}

function save(name, bytes, inputs, outputs) {
  writeFileSync(join(folder, `${name}.onnx`), bytes);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ inputs, outputs }));
}
