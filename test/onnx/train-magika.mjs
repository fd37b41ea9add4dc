// Trains magika, a network that tf2onnx exported, for a few steps from its cases file (see cases.py): it fails unless the loss falls.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const { tensor } = await import("../../dist/index.js");
const { importOnnx } = await import("../../dist/interop/index.js");
const { adam } = await import("../../dist/optim/index.js");
const { train } = await import("../../dist/train/index.js");

const [rows, length, classes] = [8, 2048, 214];
const bytes = Int32Array.from({ length: rows * length }, (_, i) => (i * 7919 + Math.floor(i / length) * 31) % 257);
const labels = Float64Array.from({ length: rows * classes }, (_, i) =>
  i % classes === (Math.floor(i / classes) * 13) % classes ? 1 : 0,
);
const data = { x: tensor(bytes, { shape: [rows, length] }), y: tensor(labels, { shape: [rows, classes] }) };

for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  const { name, model } = JSON.parse(line);
  if (name !== "magika") continue;
  const network = importOnnx(new Uint8Array(Buffer.from(model, "base64")));
  const losses = [];
  const options = { loss: "mse", optimizer: adam({ learningRate: 0.001 }), epochs: 5, batchSize: 4 };
  for await (const event of train({ ...network, data, ...options }))
    if (event.type === "epoch") losses.push(event.loss);
  console.log(`magika, trained on: loss ${losses.map((loss) => loss.toPrecision(3)).join(", ")}`);
  if (!(losses.at(-1) < 0.9 * losses[0])) process.exitCode = 1;
}
