// Chainrule: a training step traced, differentiated and planned with its public functions.
import { findBlas } from "../../dist/backends/blas/find.js";
import { fastestBuild } from "../../dist/backends/wasm/module.js";
import { tensor, valueAndGrad, where } from "../../dist/index.js";
import { adam, initOptimizer, sgd, updateOptimizer } from "../../dist/optim/index.js";
import { backendOf } from "../../dist/run/backends.js";
import { traceProgram } from "../../dist/run/program.js";
import { Session } from "../../dist/run/session.js";
import { flatten } from "../../dist/trace/tree.js";
import { valuesOf } from "../workloads.mjs";

const float = "float32";

/** `next()` gives the parameters in their order. */
function forward(layers, x, next) {
  for (const layer of layers) {
    if (layer.kind === "dense") x = x.matmul(next()).add(next());
    else if (layer.kind === "relu") x = x.relu();
    else if (layer.kind === "sigmoid") x = x.sigmoid();
    else if (layer.kind === "flatten") x = x.reshape([x.shape[0], x.size / x.shape[0]]);
    else if (layer.kind === "maxPool") x = x.maxPool2d(2);
    else if (layer.kind === "globalAveragePool") x = x.mean([2, 3]);
    else if (layer.kind === "conv") {
      const { stride, padding, outputs } = layer;
      x = x.conv2d(next(), { stride, padding }).add(next().reshape([outputs, 1, 1]));
    } else if (layer.kind === "batchNorm") {
      const keep = { keepDims: true };
      const [axes, shape] = [
        [0, 2, 3],
        [layer.features, 1, 1],
      ];
      const scale = x.var(axes, keep).add(1e-5).rsqrt().mul(next().reshape(shape));
      x = x.sub(x.mean(axes, keep)).mul(scale).add(next().reshape(shape));
    } else if (layer.kind === "residual") {
      const main = forward(layer.main, x, next);
      x = main.add(forward(layer.shortcut, x, next)).relu();
    } else if (layer.kind === "transformer") x = transformer(layer, x, next);
  }
  return x;
}

function layerNorm(x, next) {
  const keep = { keepDims: true };
  return x.sub(x.mean(-1, keep)).mul(x.var(-1, keep).add(1e-5).rsqrt()).mul(next()).add(next());
}

function transformer({ layers, width, heads, context }, tokens, next) {
  const linear = (x) => x.matmul(next()).add(next());
  const batch = tokens.shape[0];
  let x = next().gather(tokens).add(next());
  // 1 where a position may look: itself and what is before it.
  const past = tensor(Array.from({ length: context ** 2 }, (_, i) => Number(i % context <= Math.floor(i / context))));
  const mask = past.reshape([context, context]).greater(0).broadcast([batch, heads, context, context]);
  for (let layer = 0; layer < layers; layer++) {
    const qkv = linear(layerNorm(x, next))
      .reshape([batch, context, 3, heads, width / heads])
      .transpose([2, 0, 3, 1, 4]);
    const part = (i) => qkv.slice([i], [i + 1]).reshape([batch, heads, context, width / heads]);
    const scores = part(0)
      .matmul(part(1).transpose([0, 1, 3, 2]))
      .mul(1 / Math.sqrt(width / heads));
    const attention = where(mask, scores, -1e9).softmax();
    x = x.add(linear(attention.matmul(part(2)).transpose([0, 2, 1, 3]).reshape([batch, context, width])));
    const hidden = linear(layerNorm(x, next)).gelu();
    x = x.add(linear(hidden));
  }
  return linear(layerNorm(x, next));
}

function lossOf(workload, y, target) {
  if (workload.loss === "halfSumOfSquares") return y.sub(target).square().sum().mul(0.5);
  const classes = y.shape.at(-1);
  const rows = y.size / classes;
  const picked = tensor(Array.from({ length: rows }, (_, i) => i * classes))
    .cast("int32")
    .add(target);
  return y
    .reshape([rows, classes])
    .logSoftmax()
    .reshape([rows * classes])
    .gather(picked)
    .mean()
    .neg();
}

/** The training step as a module with the one program "step", and the values that its states begin with. */
export function moduleFor(workload) {
  const { parameters, x, y } = valuesOf(workload);
  const optimizer = (workload.optimizer === "sgd" ? sgd : adam)({ learningRate: workload.rate });
  const own = parameters.map(({ shape, data }) => tensor(data, { shape }));
  const flat = flatten({ parameters: own, moments: initOptimizer(optimizer, own) });
  const state = Object.fromEntries(flat.paths.map((path, i) => [path, { shape: flat.leaves[i].shape, dtype: float }]));
  const { batch, input, classes, loss } = workload;
  Object.assign(state, {
    x: { shape: [batch, ...input], dtype: x instanceof Int32Array ? "int32" : float },
    y: {
      shape: loss === "crossEntropy" ? [y.length] : [batch, classes],
      dtype: loss === "crossEntropy" ? "int32" : float,
    },
    step: { shape: [], dtype: "int32" },
    loss: { shape: [], dtype: float },
  });
  const program = traceProgram(
    state,
    {},
    (values) => {
      const { parameters, moments } = flat.rebuild(flat.paths.map((path) => values[path]));
      const [loss, gradients] = valueAndGrad((list) => {
        let at = 0;
        return lossOf(
          workload,
          forward(workload.layers, values.x, () => list[at++]),
          values.y,
        );
      })(parameters);
      const context = { step: values.step, learningRate: tensor(workload.rate) };
      const updated = updateOptimizer(optimizer, parameters, gradients, moments, context);
      const next = flatten({ parameters: updated.parameters, moments: updated.state });
      return {
        state: {
          ...Object.fromEntries(flat.paths.map((path, i) => [path, next.leaves[i]])),
          step: values.step.add(1),
          loss,
        },
      };
    },
    float,
  );
  const values = [...flat.paths.map((path, i) => [path, flat.leaves[i].data]), ["x", x], ["y", y]];
  return { module: { state, programs: { step: program } }, values };
}

const backend = ({ threads, blas }) => backendOf({ backend: blas ? "auto" : "wasm", threads });

/** Throws where BLAS is asked for and there is none. */
export function start({ blas }) {
  const { library, reason } = findBlas();
  if (blas && !library) throw new Error(`no BLAS: ${reason}`);
}

export function load(workload, options) {
  if (workload.kind === "product") return product(workload.n, backend(options));
  const { module, values } = moduleFor(workload);
  const session = new Session(module, backend(options));
  for (const [name, data] of values) session.write(name, data);
  return {
    async run(steps) {
      await session.start("step", steps);
      return session.read("loss")[0];
    },
    dispose: () => session.dispose(),
  };
}

function product(n, backend) {
  const matrix = { shape: [n, n], dtype: float };
  const state = { x: matrix, y: matrix, z: matrix };
  const program = traceProgram(state, {}, ({ x, y }) => ({ state: { z: x.matmul(y) } }), float);
  const session = new Session({ state, programs: { step: program } }, backend);
  session.write("x", new Float32Array(n * n).fill(0.5));
  session.write("y", new Float32Array(n * n).fill(0.25));
  return {
    async run(steps) {
      await session.start("step", steps);
      return session.read("z")[n * n - 1];
    },
    dispose: () => session.dispose(),
  };
}

export async function version({ blas }) {
  const { default: own } = await import("../../package.json", { with: { type: "json" } });
  return `${own.version} (${fastestBuild()} build${blas ? `, ${findBlas().library.name}` : ""})`;
}
