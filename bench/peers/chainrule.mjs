// Chainrule: a training step traced, differentiated and planned with its public functions.
import { findBlas } from "../../dist/backends/blas/find.js";
import { fastestBuild } from "../../dist/backends/wasm/module.js";
import { tensor, valueAndGrad } from "../../dist/index.js";
import {
  activation,
  apply,
  dense,
  embedding,
  initialize,
  layerNorm,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
} from "../../dist/nn/index.js";
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
    } else if (layer.kind === "transformer") {
      const model = transformer(layer);
      const tree = flatten(initialize(model).parameters);
      x = apply(model, { parameters: tree.rebuild(tree.paths.map(() => next())), buffers: {} }, x);
    }
  }
  return x;
}

/** The layers of a transformer, as anyone would write them. */
function transformer({ layers, width, heads, context, vocabulary }) {
  const block = [
    residual(layerNorm(width), multiHeadAttention(width, heads, { causal: true })),
    residual(layerNorm(width), dense(width, 4 * width), activation("gelu"), dense(4 * width, width)),
  ];
  return sequential(
    ...[embedding(vocabulary, width), positionEmbedding(context, width)],
    ...Array.from({ length: layers }, () => block).flat(),
    ...[layerNorm(width), dense(width, vocabulary)],
  );
}

/** Three matrices of a third of the columns each, for what others keep side by side: query, key and value. */
const thirds = ({ shape, data }) => {
  const width = shape.at(-1) / 3;
  const columns = (i) => data.filter((_, at) => Math.floor((at % (3 * width)) / width) === i);
  return [0, 1, 2].map((i) => ({ shape: [...shape.slice(0, -1), width], data: columns(i) }));
};

/** The parameters of a workload, in the order in which the model's layers name theirs. */
function ownParameters({ layers: [first] }, parameters) {
  if (first.kind !== "transformer") return parameters;
  const isPacked = ({ shape }) => shape.at(-1) === 3 * first.width;
  return parameters.flatMap((one, i) => {
    if (!isPacked(one)) return [one];
    // A weight with its bias behind it: query weight, query bias, key weight …
    if (one.shape.length === 1) return [];
    const biases = thirds(parameters[i + 1]);
    return thirds(one).flatMap((weight, part) => [weight, biases[part]]);
  });
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
  const own = ownParameters(workload, parameters).map(({ shape, data }) => tensor(data, { shape }));
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
