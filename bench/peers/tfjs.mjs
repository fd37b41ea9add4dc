// TensorFlow.js: its core API, a step as optimizer.minimize inside tidy; NHWC, the layout its kernels are written for.
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { parametersOf, valuesOf } from "../workloads.mjs";

export async function start({ backend, threads }) {
  if (backend === "wasm") {
    const require = createRequire(import.meta.url);
    setWasmPaths(join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), sep));
    setThreadsCount(threads);
  }
  await tf.setBackend(backend);
  await tf.ready();
}

export const version = () => tf.version.tfjs;

function forward(layers, x, next) {
  for (const layer of layers) {
    if (layer.kind === "dense") x = tf.add(tf.matMul(x, next()), next());
    else if (layer.kind === "relu") x = tf.relu(x);
    else if (layer.kind === "sigmoid") x = tf.sigmoid(x);
    else if (layer.kind === "flatten") x = tf.reshape(x, [x.shape[0], -1]);
    else if (layer.kind === "maxPool") x = tf.maxPool(x, 2, 2, "valid");
    else if (layer.kind === "globalAveragePool") x = tf.mean(x, [1, 2]);
    else if (layer.kind === "conv") x = tf.add(tf.conv2d(x, next(), layer.stride, layer.padding), next());
    else if (layer.kind === "batchNorm") {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      const [scale, shift] = [next(), next()];
      x = tf.batchNorm(x, mean, variance, shift, scale, 1e-5);
    } else if (layer.kind === "residual") {
      const main = forward(layer.main, x, next);
      x = tf.relu(tf.add(main, forward(layer.shortcut, x, next)));
    } else if (layer.kind === "transformer") x = transformer(layer, x, next);
  }
  return x;
}

function layerNorm(x, next) {
  const { mean, variance } = tf.moments(x, -1, true);
  const scaled = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(scaled, next()), next());
}

function transformer({ layers, width, heads, context, vocabulary }, tokens, next) {
  const batch = tokens.shape[0];
  const rows = (x, w) => tf.reshape(tf.matMul(tf.reshape(x, [-1, w.shape[0]]), w), [batch, context, w.shape[1]]);
  const linear = (x) => tf.add(rows(x, next()), next());
  const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  // Its wasm backend has no gradient of gather.
  const isWasm = tf.getBackend() === "wasm";
  const embed = (table) => (isWasm ? rows(tf.oneHot(tokens, vocabulary), table) : tf.gather(table, tokens));
  let x = tf.add(embed(next()), next());
  const mask = tf.linalg.bandPart(tf.ones([context, context]), -1, 0).equal(1);
  for (let layer = 0; layer < layers; layer++) {
    const qkv = tf.reshape(linear(layerNorm(x, next)), [batch, context, 3, heads, width / heads]);
    const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4]));
    const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads));
    const attention = tf.softmax(tf.where(mask, scores, tf.fill(scores.shape, -1e9)));
    x = tf.add(x, linear(tf.reshape(tf.transpose(tf.matMul(attention, v), [0, 2, 1, 3]), [batch, context, width])));
    x = tf.add(x, linear(gelu(linear(layerNorm(x, next)))));
  }
  return linear(layerNorm(x, next));
}

/** Which parameter takes a flattened image, and its channels: they come last here, so its rows stand in another order. */
function flattenedAt(layers) {
  const at = layers.findIndex(({ kind }) => kind === "flatten");
  if (at < 0) return undefined;
  const before = layers.slice(0, at);
  const channels = before.findLast(({ kind }) => kind === "conv").outputs;
  return { parameter: parametersOf({ layers: before }).length, channels };
}

export function load(workload) {
  if (workload.kind === "product") return product(workload.n);
  const { parameters, x, y } = valuesOf(workload);
  const { batch, input, classes, loss, rate } = workload;
  const flattened = flattenedAt(workload.layers);
  const variables = parameters.map(({ shape, data }, i) => {
    const value = tf.tensor(data, shape);
    if (shape.length === 4) return tf.variable(tf.transpose(value, [2, 3, 1, 0]));
    if (i !== flattened?.parameter) return tf.variable(value);
    const rows = tf.transpose(tf.reshape(value, [flattened.channels, -1, shape[1]]), [1, 0, 2]);
    return tf.variable(tf.reshape(rows, shape));
  });
  const isImage = input.length === 3;
  const raw = tf.tensor(x, [batch, ...input], x instanceof Int32Array ? "int32" : "float32");
  const images = isImage ? tf.transpose(raw, [0, 2, 3, 1]) : raw;
  const isClasses = loss === "crossEntropy";
  const target = isClasses ? tf.oneHot(tf.tensor1d(y, "int32"), classes) : tf.tensor(y, [batch, classes]);
  const optimizer = workload.optimizer === "sgd" ? tf.train.sgd(rate) : tf.train.adam(rate);
  const cost = () => {
    let at = 0;
    const out = forward(workload.layers, images, () => variables[at++]);
    return isClasses
      ? tf.losses.softmaxCrossEntropy(target, tf.reshape(out, [-1, classes]))
      : tf.mul(tf.sum(tf.square(tf.sub(out, target))), 0.5);
  };
  return {
    async run(steps) {
      for (let i = 1; i < steps; i++) tf.tidy(() => void optimizer.minimize(cost, false, variables));
      const last = tf.tidy(() => optimizer.minimize(cost, true, variables));
      const [value] = await last.data();
      last.dispose();
      return value;
    },
    dispose: () => tf.disposeVariables(),
  };
}

function product(n) {
  const [x, y] = [tf.fill([n, n], 0.5), tf.fill([n, n], 0.25)];
  return {
    async run(steps) {
      let value = 0;
      for (let i = 0; i < steps; i++) {
        const z = tf.matMul(x, y);
        if (i === steps - 1) value = (await z.data())[n * n - 1];
        z.dispose();
      }
      return value;
    },
    dispose: () => tf.dispose([x, y]),
  };
}
