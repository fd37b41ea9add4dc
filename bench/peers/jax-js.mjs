// jax-js: a step of valueAndGrad under jit, as its README shows; arrays are consumed unless `.ref` is taken.
import { createRequire } from "node:module";
import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { valuesOf } from "../workloads.mjs";

export async function start() {
  await init("wasm");
  defaultDevice("wasm");
}

export const version = () => createRequire(import.meta.url)("../node_modules/@jax-js/jax/package.json").version;

function forward(layers, x, next) {
  for (const layer of layers) {
    if (layer.kind === "dense") x = np.matmul(x, next()).add(next());
    else if (layer.kind === "relu") x = nn.relu(x);
    else if (layer.kind === "sigmoid") x = nn.sigmoid(x);
    else if (layer.kind === "flatten") x = x.reshape([x.shape[0], -1]);
    else if (layer.kind === "maxPool") {
      const [batch, channels, height, width] = x.shape;
      x = np.max(x.reshape([batch, channels, height >> 1, 2, width >> 1, 2]), [3, 5]);
    } else if (layer.kind === "globalAveragePool") x = np.mean(x, [2, 3]);
    else if (layer.kind === "conv") {
      const { stride, padding, outputs } = layer;
      const around = [padding, padding];
      const y = lax.convGeneralDilated(x, next(), [stride, stride], [around, around]);
      x = y.add(next().reshape([outputs, 1, 1]));
    } else if (layer.kind === "batchNorm") {
      const [axes, shape] = [
        [0, 2, 3],
        [layer.features, 1, 1],
      ];
      const centred = x.ref.sub(np.mean(x, axes, { keepdims: true }));
      const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
      const scale = np.reciprocal(np.sqrt(variance.add(1e-5))).mul(next().reshape(shape));
      x = centred.mul(scale).add(next().reshape(shape));
    } else if (layer.kind === "residual") {
      const main = forward(layer.main, x.ref, next);
      x = nn.relu(main.add(forward(layer.shortcut, x, next)));
    } else if (layer.kind === "transformer") x = transformer(layer, x, next);
  }
  return x;
}

function layerNorm(x, next) {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .mul(np.reciprocal(np.sqrt(variance.add(1e-5))))
    .mul(next())
    .add(next());
}

function transformer({ layers, width, heads, context, vocabulary }, tokens, next) {
  const batch = tokens.shape[0];
  const linear = (x) => np.matmul(x, next()).add(next());
  const past = np.tril(np.ones([context, context])).greater(0);
  let x = np.matmul(nn.oneHot(tokens, vocabulary), next()).add(next());
  for (let layer = 0; layer < layers; layer++) {
    const qkv = linear(layerNorm(x.ref, next)).reshape([batch, context, 3, heads, width / heads]);
    const [q, k, v] = np.split(qkv, 3, 2).map((part) => part.reshape([batch, context, heads, width / heads]));
    // By products: its dotProductAttention needs iterator helpers, which Node 20 has not.
    const scores = np.matmul(q.transpose([0, 2, 1, 3]), k.transpose([0, 2, 3, 1])).mul(1 / Math.sqrt(width / heads));
    const attention = nn.softmax(np.where(past.ref, scores, -1e9));
    const attended = np.matmul(attention, v.transpose([0, 2, 1, 3])).transpose([0, 2, 1, 3]);
    x = x.add(linear(attended.reshape([batch, context, width])));
    x = x.ref.add(linear(nn.gelu(linear(layerNorm(x, next)), { approximate: false })));
  }
  past.dispose();
  return linear(layerNorm(x, next));
}

export function load(workload) {
  if (workload.kind === "product") return product(workload.n);
  const { parameters, x, y } = valuesOf(workload);
  const { batch, input, classes, loss, rate, layers } = workload;
  const isClasses = loss === "crossEntropy";
  const array = (data, shape) =>
    np.array(data, data instanceof Int32Array ? { dtype: np.int32 } : undefined).reshape(shape);
  let current = parameters.map(({ shape, data }) => array(data, shape));
  const inputs = array(x, [batch, ...input]);
  const targets = isClasses ? nn.oneHot(array(y, [y.length]), classes) : array(y, [batch, classes]);

  const lossOf = (list, xs, ys) => {
    let at = 0;
    const out = forward(layers, xs, () => list[at++]);
    if (!isClasses) return np.square(out.sub(ys)).sum().mul(0.5);
    return nn
      .logSoftmax(out.reshape([-1, classes]))
      .mul(ys)
      .sum()
      .mul(-1 / y.length);
  };
  const sgd = jit((list, xs, ys) => {
    const [value, gradients] = valueAndGrad(lossOf)(tree.ref(list), xs, ys);
    return [list.map((p, i) => p.sub(gradients[i].mul(rate))), value];
  });
  const adam = jit((list, means, variances, correction, xs, ys) => {
    const [value, gradients] = valueAndGrad(lossOf)(tree.ref(list), xs, ys);
    const next = { list: [], means: [], variances: [] };
    list.forEach((p, i) => {
      const g = gradients[i];
      const mean = means[i].mul(0.9).add(g.ref.mul(0.1));
      const variance = variances[i].mul(0.999).add(np.square(g).mul(0.001));
      const update = mean.ref.mul(correction.ref).div(np.sqrt(variance.ref).add(1e-8));
      next.list.push(p.sub(update.mul(rate)));
      next.means.push(mean);
      next.variances.push(variance);
    });
    correction.dispose();
    return [next.list, next.means, next.variances, value];
  });
  let [means, variances] = [0, 0].map(() => parameters.map(({ shape }) => np.zeros(shape)));
  let t = 0;
  return {
    async run(steps) {
      let value;
      for (let i = 0; i < steps; i++) {
        value?.dispose();
        if (workload.optimizer === "sgd") {
          [current, value] = sgd(current, inputs.ref, targets.ref);
        } else {
          t++;
          const correction = np.array(Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t));
          [current, means, variances, value] = adam(current, means, variances, correction, inputs.ref, targets.ref);
        }
      }
      return (await value.data())[0];
    },
    dispose() {},
  };
}

function product(n) {
  const [x, y] = [np.full([n, n], 0.5), np.full([n, n], 0.25)];
  return {
    async run(steps) {
      let value = 0;
      for (let i = 0; i < steps; i++) {
        const z = np.matmul(x.ref, y.ref);
        const data = await z.data();
        value = data[n * n - 1];
      }
      return value;
    },
    dispose() {},
  };
}
