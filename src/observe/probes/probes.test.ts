// Probes against the same figures computed another way: from a step worked out tensor by tensor.
import { describe, expect, it } from "vitest";
import { randomKey, randomUniform, stack, type Tensor, tensor, valueAndGrad } from "../../index.ts";
import {
  activation,
  apply,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten as flattenLayer,
  initialize,
  type Layer,
  layerNorm,
  losses,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
  type TensorTree,
  type Variables,
} from "../../nn/index.ts";
import { sgd } from "../../optim/index.ts";
import { flatten } from "../../trace/tree.ts";
import { type TrainOptions, train } from "../../train/index.ts";
import { Cadence, observationInterval } from "../cadence.ts";
import type { Observation } from "../observation.ts";

const rows = randomUniform(randomKey(4), [6, 5]).mul(2).sub(1);
const labels = tensor(Int32Array.from({ length: 6 }, (_, i) => i % 3));
const model = sequential(dense(5, 7), activation("relu"), dense(7, 6), activation("sigmoid"), dense(6, 3));

async function observe(options: Partial<TrainOptions> = {}, steps = 3): Promise<Observation[]> {
  const seen: Observation[] = [];
  const training = train({
    model,
    data: { x: rows, y: labels },
    loss: "crossEntropy",
    optimizer: sgd({ learningRate: 0.1 }),
    epochs: steps,
    seed: 1,
    backend: "reference",
    observeEvery: 1,
    ...options,
  });
  for await (const event of training) if (event.type === "observation") seen.push(event);
  return seen;
}

const lossOf = (layer: Layer, { parameters, buffers }: Variables, x: Tensor, y: Tensor) =>
  valueAndGrad((p: TensorTree) => losses.crossEntropy(apply(layer, { parameters: p, buffers }, x), y))(parameters);

const length = (tensors: readonly Tensor[]) => Math.sqrt(tensors.reduce((sum, t) => sum + t.square().sum().item(), 0));
const dot = (a: readonly Tensor[], b: readonly Tensor[]) => a.reduce((sum, t, i) => sum + t.mul(b[i]!).sum().item(), 0);

/** Plain gradient descent with a whole batch: weights and gradients of each step. */
function descent(rate: number, steps: number) {
  let variables = initialize(model, 1);
  return Array.from({ length: steps }, () => {
    const [loss, gradient] = lossOf(model, variables, rows, labels);
    const before = flatten(variables.parameters);
    const slopes = flatten(gradient).leaves;
    const update = slopes.map((slope) => slope.mul(-rate));
    const next = before.leaves.map((leaf, i) => leaf.add(update[i]!));
    variables = { ...variables, parameters: before.rebuild(next) as TensorTree };
    return { loss: loss.item(), before: before.leaves, slopes, update };
  });
}

describe("an observation", () => {
  it("has the loss, the rate, and sketches of parameters, gradients and updates", async () => {
    const seen = await observe();
    descent(0.1, 3).forEach(({ loss, before, slopes, update }, t) => {
      const { parameters, ...figures } = seen[t]!;
      expect(figures.step).toBe(t + 1);
      expect(figures.loss).toBeCloseTo(loss, 10);
      expect(figures.learningRate).toBe(0.1);
      expect(parameters.map(({ name }) => name)).toEqual(flatten(initialize(model).parameters).paths);
      parameters.forEach((parameter, i) => {
        expect(parameter.rms).toBeCloseTo(length([before[i]!]) / Math.sqrt(before[i]!.size), 10);
        for (const [part, expected] of [
          ["gradient", slopes],
          ["update", update],
        ] as const) {
          const one = expected[i]!;
          const sketch = parameter[part];
          expect(sketch.size).toBe(one.size);
          expect(sketch.mean).toBeCloseTo(one.mean().item(), 10);
          expect(sketch.rms).toBeCloseTo(length([one]) / Math.sqrt(one.size), 10);
          expect(sketch.min).toBeCloseTo(one.min().item(), 10);
          expect(sketch.max).toBeCloseTo(one.max().item(), 10);
          const [, ...counts] = sketch.exponents;
          expect(counts.reduce((a, b) => a + b, 0) + sketch.zeros).toBe(one.size);
        }
      });
    });
  });

  it("has the distance of the weights from the initial ones, measured every ten steps", async () => {
    const seen = await observe({}, 23);
    const steps = descent(0.1, 24);
    seen.forEach(({ distance }, t) => {
      // After the update of the step that it was measured at: 1, 11, 21.
      const { before } = steps[10 * Math.floor(t / 10) + 1]!;
      const moved = before.map((leaf, i) => leaf.sub(steps[0]!.before[i]!));
      expect(distance).toBeCloseTo(length(moved) / length(steps[0]!.before), 10);
    });
  });

  it("has the line along the update before", async () => {
    const seen = await observe({}, 4);
    const steps = descent(0.1, 4);
    expect(seen[0]!.line).toBeUndefined();
    steps.slice(1).forEach(({ slopes }, i) => {
      const { line } = seen[i + 1]!;
      const last = steps[i]!;
      expect(line!.before).toBeCloseTo(dot(last.slopes, last.update), 10);
      expect(line!.after).toBeCloseTo(dot(slopes, last.update), 10);
      expect(line!.alpha).toBeCloseTo(-line!.after / line!.before, 10);
    });
  });

  it("has the gradients at the features, the largest first, 20 at most", async () => {
    const gradientOf = (x: Tensor, y: Tensor, layer: Layer) => {
      const { parameters, buffers } = initialize(layer, 1);
      const lossAt = (at: Tensor) => losses.crossEntropy(apply(layer, { parameters, buffers }, at), y);
      return valueAndGrad(lossAt)(x)[1].square().mean(0).sqrt().data;
    };
    const features = ["age", "height", "weight", "pulse", "dose"];
    const rms = gradientOf(rows, labels, model);
    const expected = features.map((name, f) => ({ name, gradientRms: rms[f]! }));
    const [{ inputs }] = (await observe({ features }, 1)) as [Observation];
    expect(inputs!.map(({ name }) => name)).toEqual(
      expected.sort((a, b) => b.gradientRms - a.gradientRms).map(({ name }) => name),
    );
    for (const [i, { gradientRms }] of inputs!.entries()) expect(gradientRms).toBeCloseTo(expected[i]!.gradientRms, 12);

    // Squares of such gradients are 0 in float32.
    const wide = randomUniform(randomKey(4), [6, 30]).mul(1e-3);
    const tiny = (await observe({ model: dense(30, 3), data: { x: wide, y: labels }, backend: "wasm" }, 1))[0]!.inputs!;
    expect(tiny.length).toBe(20);
    const all = Array.from(gradientOf(wide, labels, dense(30, 3)), (gradientRms, f) => ({
      name: `x[:, ${f}]`,
      gradientRms,
    }));
    all.sort((a, b) => b.gradientRms - a.gradientRms);
    for (const [i, one] of tiny.entries()) expect(one.gradientRms).toBeCloseTo(all[i]!.gradientRms, 5);

    const images = { x: rows.reshape([6, 1, 5, 1]), y: labels };
    const flat = sequential(flattenLayer(), dense(5, 3));
    expect((await observe({ model: flat, data: images }, 1))[0]!.inputs).toBeUndefined();
  });

  it("tells by alpha where along the line the minimum lies", async () => {
    // loss = mean (w x)² is a parabola: from w, one step of η = 1 / (2 x²) is its minimum.
    const alphaOf = async (share: number) => {
      const one = {
        model: dense(1, 1, { bias: false }),
        loss: "mse" as const,
        optimizer: sgd({ learningRate: share / 2 }),
      };
      const data = { x: tensor([[1]]), y: tensor([[0]]) };
      return (await observe({ ...one, data }, 2))[1]!.line!.alpha;
    };
    expect(await alphaOf(1e-6)).toBeCloseTo(-1, 5);
    expect(await alphaOf(0.5)).toBeCloseTo(-0.5, 10);
    expect(await alphaOf(1)).toBeCloseTo(0, 10);
    expect(await alphaOf(2)).toBeCloseTo(1, 10);
    expect(await alphaOf(3)).toBeCloseTo(2, 10);
  });

  it("has the noise of the batch: by gradients of single rows", async () => {
    for (const layer of [
      model,
      sequential(dense(5, 6), residual(dense(6, 6), layerNorm(6), activation("tanh")), dense(6, 3, { bias: false })),
    ]) {
      const [{ noise }] = (await observe({ model: layer }, 1)) as [Observation];
      const variables = initialize(layer, 1);
      // Only the weights and biases of dense layers count.
      const dense = (tree: unknown) => {
        const { leaves, paths } = flatten(tree);
        const norms = new Set(flatten(variables.parameters).paths.filter((path) => /layer\.layers\.1\./.test(path)));
        return leaves.filter((_, i) => !norms.has(paths[i]!));
      };
      const each = Array.from({ length: 6 }, (_, n) => {
        const [, gradient] = lossOf(layer, variables, rows.slice([n], [n + 1]), labels.slice([n], [n + 1]));
        return dense(gradient);
      });
      const mean = each[0]!.map((_, i) => stack(each.map((leaves) => leaves[i]!)).mean(0));
      const spread = each.reduce((sum, leaves) => sum + length(leaves.map((leaf, i) => leaf.sub(mean[i]!))) ** 2, 0);
      expect(noise!.batch).toBe(6);
      expect(noise!.examples).toBeCloseTo(each.reduce((sum, leaves) => sum + length(leaves) ** 2, 0) / 6, 10);
      expect(noise!.gradient).toBeCloseTo(length(mean) ** 2, 10);
      expect(noise!.ratio).toBeCloseTo(spread / (6 * 5 * length(mean) ** 2), 9);
    }
  });

  it("counts saturated and dead units of any activation that has slopes", async () => {
    const far = initialize(sequential(dense(5, 4), activation("relu"), dense(4, 3)), 1);
    const [first] = far.parameters.layers as TensorTree[];
    // Units 1 and 3 never answer; for relu a slope of 0 is a saturated one.
    const bias = tensor([100, -100, 100, -100]);
    const variables = {
      ...far,
      parameters: { layers: [{ ...first!, bias }, {}, ...(far.parameters.layers as TensorTree[]).slice(2)] },
    };
    for (const [name, saturated, dead] of [
      ["relu", 0.5, 0.5],
      ["leakyRelu", 0.5, 0],
      ["sigmoid", 1, 1],
      ["softplus", 0.5, 0.5],
    ] as const) {
      const deep = sequential(dense(5, 4), activation(name), dense(4, 3));
      const seen = await observe({ model: deep, variables, optimizer: sgd({ learningRate: 1e-6 }) }, 7);
      expect(seen[0]!.units).toEqual([
        { name: "layers.1", activation: name, bounded: name === "sigmoid", units: 4, saturated, dead: 0 },
      ]);
      // Dead is who was silent in six observed batches.
      expect(seen[4]!.units[0]!.dead).toBe(0);
      expect(seen[5]!.units[0]!.dead).toBe(dead);
    }
    const softmax = sequential(dense(5, 4), activation("softmax"), dense(4, 3));
    expect((await observe({ model: softmax }, 1))[0]!.units).toEqual([]);
  });

  it("has how far a value depends on the row", async () => {
    const same = tensor(Array.from({ length: 6 }, () => [1, 2, 3, 4, 5]));
    for (const { spread } of (await observe({ data: { x: same, y: labels } }, 1))[0]!.values)
      expect(spread).toBeCloseTo(0, 6);
    const [{ values }] = (await observe({}, 1)) as [Observation];
    const z = apply(
      dense(5, 7),
      { parameters: (initialize(model, 1).parameters.layers as TensorTree[])[0]!, buffers: {} },
      rows,
    );
    const off = z.sub(z.mean(0, { keepDims: true }));
    expect(values[0]).toMatchObject({ name: "layers.0", made: "dense" });
    expect(values[0]!.spread).toBeCloseTo(length([off]) / length([z]), 10);
  });

  const images = randomUniform(randomKey(3), [6, 1, 8, 8]).mul(2).sub(1);
  const models: readonly (readonly [string, Layer, Tensor])[] = [
    [
      "convolutions",
      sequential(
        conv2d(1, 4, 3, { bias: false }),
        batchNorm(4),
        activation("relu"),
        avgPool2d(2),
        flattenLayer(),
        dense(36, 3),
      ),
      images,
    ],
    [
      "embeddings",
      sequential(embedding(9, 5), activation("tanh"), dropout(0.3), dense(5, 3)),
      tensor(Int32Array.of(1, 2, 3, 4, 5, 0)),
    ],
    [
      "attention",
      sequential(
        embedding(9, 4),
        positionEmbedding(2, 4),
        // Without biases: the gradient by that of the keys is 0, of which float32 keeps the rounding.
        residual(layerNorm(4), multiHeadAttention(4, 2, { causal: true, bias: false })),
        flattenLayer(),
        dense(8, 3),
      ),
      tensor(
        Int32Array.from({ length: 12 }, (_, i) => (i * 5) % 9),
        { shape: [6, 2] },
      ),
    ],
    [
      "integers that are moved first",
      sequential(flattenLayer(), embedding(9, 2), flattenLayer(), dense(8, 3)),
      tensor(
        Int32Array.from({ length: 24 }, (_, i) => i % 9),
        { shape: [6, 2, 2] },
      ),
    ],
    ["a single layer", dense(5, 3), rows],
    ["nested residuals", sequential(residual(residual(dense(5, 5)), activation("gelu")), dense(5, 3)), rows],
  ];
  it.each(models)("of %s: the machine agrees with the reference", async (_, layer, x) => {
    const options = {
      model: layer,
      data: { x, y: labels },
      optimizer: sgd({ learningRate: 0.1, momentum: 0.5 }),
      clipNorm: 1,
    };
    const [expected, got] = await Promise.all([
      observe({ ...options, backend: "reference" }),
      observe({ ...options, backend: "wasm" }),
    ]);
    const compare = (a: unknown, b: unknown, path: string): void => {
      // Counts at the edge of a bucket, and which way a rounding falls, may differ.
      if (/exponents|subnormal|zeros/.test(path)) return;
      if (typeof a === "number") {
        const near = Math.abs(a - (b as number)) <= 2e-4 * Math.max(Math.abs(a), path.endsWith("mean") ? 0.1 : 1e-6);
        if (!near) expect.fail(`${path}: ${b} is not ${a}`);
      } else if (typeof a === "object" && a !== null) {
        for (const key of Object.keys(a))
          compare(a[key as keyof typeof a], b?.[key as keyof typeof b], `${path}.${key}`);
      } else expect(b).toEqual(a);
    };
    compare(expected, got, "");
  });

  it("does not change the training", async () => {
    const losses = async (observeEvery: number) => (await observe({ observeEvery, backend: "wasm" }, 40)).at(-1)!.loss;
    expect(await losses(40)).toBe(await losses(1));
  });
});

describe("hooks", () => {
  it("watch any named value with its gradient", async () => {
    const seen: [number, number[], number[]][] = [];
    const at = (name: string) =>
      observe({
        hooks: {
          [name]: { watch: (value, gradient, step) => seen.push([step, [...value.shape], [...gradient.shape]]) },
        },
      });
    await at("layers.1");
    await at("layers.2.weight");
    await at("x");
    expect(seen).toEqual([
      ...[1, 2, 3].map((step) => [step, [6, 7], [6, 7]]),
      ...[1, 2, 3].map((step) => [step, [7, 6], [7, 6]]),
      ...[1, 2, 3].map((step) => [step, [6, 5], [6, 5]]),
    ]);
    let watched: Tensor | undefined;
    await observe({ hooks: { "layers.2.weight": { watch: (_, gradient) => (watched ??= gradient) } } }, 1);
    const [, gradient] = lossOf(model, initialize(model, 1), rows, labels);
    const expected = flatten(gradient).leaves[2]!;
    expect(watched!.sub(expected).abs().max().item()).toBeLessThan(1e-12);
  });

  it("replace a value, and gradients flow through what takes its place", async () => {
    const doubled = await observe({ hooks: { "layers.0.weight": { replace: (w) => w.mul(2) } } }, 1);
    const variables = initialize(model, 1);
    const { leaves, rebuild } = flatten(variables.parameters);
    const other = { ...variables, parameters: rebuild(leaves.map((w, i) => (i === 0 ? w.mul(2) : w))) as TensorTree };
    const [loss, gradient] = lossOf(model, other, rows, labels);
    expect(doubled[0]!.loss).toBeCloseTo(loss.item(), 10);
    expect(doubled[0]!.parameters[0]!.gradient.rms).toBeCloseTo(
      2 * Math.sqrt(flatten(gradient).leaves[0]!.square().mean().item()),
      10,
    );
    const cut = await observe({ hooks: { "layers.1": { replace: (a) => a.stopGradient() } } }, 1);
    expect(cut[0]!.parameters[0]!.gradient.rms).toBe(0);
    expect(cut[0]!.parameters[2]!.gradient.rms).toBeGreaterThan(0);
  });

  it("are refused where they do not fit", async () => {
    await expect(observe({ hooks: { "layers.9": {} } })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: hooks: there is no value "layers.9" in the model; there are x, layers.0, layers.1, layers.2, layers.3, layers.4, layers.0.weight, layers.0.bias, layers.2.weight, layers.2.bias, layers.4.weight, layers.4.bias.]`,
    );
    const indices = {
      model: sequential(embedding(9, 3)),
      data: { x: tensor(Int32Array.of(1, 2, 3, 4, 5, 0)), y: labels },
    };
    await expect(observe({ ...indices, hooks: { x: { watch: () => {} } } })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: hooks: "x" is i32[6] and has no gradient, so it cannot be watched. Watch the layer that reads it.]`,
    );
    await expect(observe({ hooks: { x: { replace: () => tensor([1]) } } })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: hooks: what replaces "x" must have its type, f64[6,5]; got f64[1].]`,
    );
  });
});

describe("the cadence", () => {
  const sizes = { parameters: 101_770, batch: 64, values: 64 * 266, stepsPerEpoch: 938, steps: 9380 };
  it("observes large steps often, small ones seldom, and about two hundred at most", () => {
    expect(observationInterval({ ...sizes, steps: 100 })).toBeLessThan(300);
    expect(observationInterval({ ...sizes, parameters: 9, batch: 4, values: 20, steps: 100 })).toBeGreaterThan(1000);
    expect(observationInterval({ ...sizes, steps: 1e6 })).toBe(5000);
  });

  it("observes the step before each reported one", () => {
    const cadence = new Cadence(100, 345);
    const steps = Array.from({ length: 345 }, (_, i) => i + 1);
    const reported = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 200, 300, 345];
    expect(steps.filter((step) => cadence.isReported(step))).toEqual(reported);
    expect(steps.filter((step) => cadence.isObserved(step))).toEqual(
      [...reported, 99, 199, 299, 344].sort((a, b) => a - b),
    );
    const reached: number[] = [];
    for (let step = 0; step < 345; ) reached.push((step += cadence.untilReported(step)));
    expect(reached).toEqual(reported);
    expect(cadence.untilReported(345)).toBe(55);
  });
});
