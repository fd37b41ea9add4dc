// What is measured: networks as data that every peer builds in its own words, and what each costs at the least.

const dense = (inputs, outputs) => ({ kind: "dense", inputs, outputs });
const conv = (inputs, outputs, size, { stride = 1, padding = 0 } = {}) => ({
  ...{ kind: "conv", inputs, outputs, size, stride, padding },
});
const batchNorm = (features) => ({ kind: "batchNorm", features });
const [relu, sigmoid, flatten] = ["relu", "sigmoid", "flatten"].map((kind) => ({ kind }));
/** 2 × 2, stride 2. */
const maxPool = { kind: "maxPool" };
/** Mean over height and width. */
const globalAveragePool = { kind: "globalAveragePool" };

/** Two 3 × 3 convolutions with batch norm beside a shortcut, which is a 1 × 1 convolution where the shape changes. */
const residualBlock = (inputs, outputs, stride) => ({
  kind: "residual",
  main: [
    ...[conv(inputs, outputs, 3, { stride, padding: 1 }), batchNorm(outputs), relu],
    ...[conv(outputs, outputs, 3, { padding: 1 }), batchNorm(outputs)],
  ],
  shortcut: inputs === outputs ? [] : [conv(inputs, outputs, 1, { stride }), batchNorm(outputs)],
});

/** Widths joined by dense layers with an activation between them. */
const mlp = (widths, activation = relu) =>
  widths.slice(1).flatMap((n, i) => [dense(widths[i], n), ...(i < widths.length - 2 ? [activation] : [])]);

const classifier = (name, layers, input, classes, batch, optimizer, rate) => ({
  ...{ name, kind: "training", layers, input, classes, batch, optimizer, rate, loss: "crossEntropy" },
});

export const trainings = [
  {
    ...classifier("XOR 2-2-1", [dense(2, 2), sigmoid, dense(2, 1), sigmoid], [2], 1, 4, "sgd", 0.5),
    loss: "halfSumOfSquares",
  },
  classifier("14-64-32-2", mlp([14, 64, 32, 2]), [14], 2, 64, "adam", 1e-3),
  classifier("784-128-10", mlp([784, 128, 10]), [784], 10, 64, "sgd", 0.01),
  classifier("784-512-512-10", mlp([784, 512, 512, 10]), [784], 10, 128, "adam", 1e-3),
  classifier("ten sigmoid layers", mlp([...Array(11).fill(64), 10], sigmoid), [64], 10, 32, "sgd", 0.1),
  classifier(
    "LeNet-5",
    [
      ...[conv(1, 6, 5, { padding: 2 }), relu, maxPool, conv(6, 16, 5), relu, maxPool, flatten],
      ...mlp([400, 120, 84, 10]),
    ],
    ...[[1, 28, 28], 10, 64, "sgd", 0.01],
  ),
  classifier(
    "ResNet-ish",
    [
      ...[conv(3, 16, 3, { padding: 1 }), batchNorm(16), relu],
      ...[residualBlock(16, 16, 1), residualBlock(16, 16, 1), residualBlock(16, 32, 2), residualBlock(32, 32, 1)],
      ...[residualBlock(32, 64, 2), residualBlock(64, 64, 1), globalAveragePool, dense(64, 10)],
    ],
    ...[[3, 32, 32], 10, 32, "adam", 1e-3],
  ),
  {
    ...{ name: "transformer", kind: "training", loss: "crossEntropy", optimizer: "adam", rate: 3e-4 },
    ...{ batch: 16, input: [128], classes: 64 },
    layers: [{ kind: "transformer", layers: 4, width: 128, heads: 4, context: 128, vocabulary: 64 }],
  },
];

/** Two hidden layers of growing width, 16 in and 10 out: 10² to 10⁷ parameters. */
export const growth = [3, 20, 87, 303, 986, 3148].map((width, i) =>
  classifier(`growth 10^${i + 2}`, mlp([16, width, width, 10]), [16], 10, 32, "sgd", 0.01),
);

export const products = [8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048].map((n) => ({
  ...{ name: `product ${n}`, kind: "product", n },
}));

/** Growth comes first, in processes that are new: their peak memory is then that of the size at hand. */
export const workloads = [...growth, ...trainings, ...products];

/** Tensors that a network trains, in order: [shape, scale of the initial values]. */
export function parametersOf({ layers }) {
  return layers.flatMap((layer) => {
    switch (layer.kind) {
      case "dense":
        return [
          [[layer.inputs, layer.outputs], Math.sqrt(6 / (layer.inputs + layer.outputs))],
          [[layer.outputs], 0],
        ];
      case "conv": {
        const fan = layer.inputs * layer.size ** 2;
        return [
          [[layer.outputs, layer.inputs, layer.size, layer.size], Math.sqrt(6 / fan)],
          [[layer.outputs], 0],
        ];
      }
      case "batchNorm":
        return [
          [[layer.features], "ones"],
          [[layer.features], 0],
        ];
      case "residual":
        return [...parametersOf({ layers: layer.main }), ...parametersOf({ layers: layer.shortcut })];
      case "transformer": {
        const { width, vocabulary, context } = layer;
        const norm = [
          [[width], "ones"],
          [[width], 0],
        ];
        const linear = (inputs, outputs) => [
          [[inputs, outputs], Math.sqrt(3 / inputs)],
          [[outputs], 0],
        ];
        const block = [
          ...[...norm, ...linear(width, 3 * width), ...linear(width, width)],
          ...[...norm, ...linear(width, 4 * width), ...linear(4 * width, width)],
        ];
        return [
          ...[
            [[vocabulary, width], 0.05],
            [[context, width], 0.05],
          ],
          ...Array.from({ length: layer.layers }, () => block).flat(),
          ...norm,
          ...linear(width, vocabulary),
        ];
      }
      default:
        return [];
    }
  });
}

const size = (shape) => shape.reduce((product, n) => product * n, 1);
export const parameterCount = (workload) => parametersOf(workload).reduce((sum, [shape]) => sum + size(shape), 0);

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
export function generator(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Initial values of each parameter, and one batch: the same for every peer. */
export function valuesOf(workload) {
  const random = generator(7);
  const fill = (n, value) => Float32Array.from({ length: n }, value);
  const parameters = parametersOf(workload).map(([shape, scale]) => ({
    shape,
    data: fill(size(shape), () => (scale === "ones" ? 1 : (2 * random() - 1) * scale)),
  }));
  const { batch, input, classes, loss, layers } = workload;
  const isText = layers[0].kind === "transformer";
  const label = () => Math.floor(random() * classes);
  const x = isText
    ? Int32Array.from({ length: batch * size(input) }, label)
    : fill(batch * size(input), () => 2 * random() - 1);
  const y =
    loss === "crossEntropy"
      ? Int32Array.from({ length: isText ? batch * size(input) : batch }, label)
      : fill(batch * classes, () => Math.round(random()));
  return { parameters, x, y };
}

/**
 * Over one example: multiply-adds of a pass forward, those of its first layer (whose input needs no gradient), and
 * elements of the results of products and pools. Everything else can be fused into these.
 */
function forwardCost(layers, shape) {
  let [work, first, activations, current] = [0, undefined, 0, shape];
  for (const layer of layers) {
    if (layer.kind === "dense") {
      work += layer.inputs * layer.outputs;
      current = [layer.outputs];
      activations += layer.outputs;
    } else if (layer.kind === "conv") {
      const out = (n) => Math.floor((n + 2 * layer.padding - layer.size) / layer.stride) + 1;
      current = [layer.outputs, out(current[1]), out(current[2])];
      work += size(current) * layer.inputs * layer.size ** 2;
      activations += size(current);
    } else if (layer.kind === "residual") {
      const main = forwardCost(layer.main, current);
      const shortcut = forwardCost(layer.shortcut, current);
      work += main.work + shortcut.work;
      activations += main.activations + shortcut.activations;
      current = main.shape;
    } else if (layer.kind === "maxPool") {
      current = [current[0], current[1] >> 1, current[2] >> 1];
      activations += size(current);
    } else if (layer.kind === "globalAveragePool") {
      current = [current[0]];
    } else if (layer.kind === "flatten") {
      current = [size(current)];
    } else if (layer.kind === "transformer") {
      const { width, context, vocabulary } = layer;
      // Causal: half of the scores are needed, and none need be kept.
      work += context * (layer.layers * (12 * width ** 2 + context * width) + width * vocabulary);
      activations += context * (layer.layers * 10 * width + width + vocabulary);
      current = [context, vocabulary];
    }
    // A transformer begins with an embedding, which is no product.
    first ??= layer.kind === "transformer" ? 0 : work;
  }
  return { work, first, activations, shape: current };
}

/**
 * The least that a step does. Operations: those of its products, forward and both gradients. Bytes: each parameter is read and
 * written, its gradient written and read, Adam's two moments read and written; each activation is written forward, read
 * backward, and its gradient written and read.
 */
export function costOf(workload) {
  if (workload.kind === "product") return { operations: 2 * workload.n ** 3, bytes: 12 * workload.n ** 2 };
  const { work, first, activations } = forwardCost(workload.layers, workload.input);
  const traffic = workload.optimizer === "adam" ? 8 : 4;
  return {
    operations: (6 * work - 2 * first) * workload.batch,
    bytes: 4 * (traffic * parameterCount(workload) + 4 * activations * workload.batch),
  };
}
