// Attention and positions: a plain formula in float64, what causal means, odd sizes, every backend.
import { describe, expect, it } from "vitest";
import { checkGradients } from "../../grad/check-gradients.ts";
import { compile, grad, randomKey, randomNormal, type Tensor, tensor, valueAndGrad, zeros } from "../../index.ts";
import { flatten as flattenTree } from "../../trace/tree.ts";
import {
  activation,
  apply,
  crossEntropy,
  dense,
  embedding,
  initialize,
  type Layer,
  layerNorm,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
  type TensorTree,
  type Variables,
} from "../index.ts";
import { counting, expectClose, gives, numbers, pathsOf, standardized } from "../layer-checks.ts";

/** Variables whose biases are not 0 either. */
function drawn(layer: Layer, seed = 1): Variables {
  const { parameters, buffers } = initialize(layer, seed);
  const { leaves, rebuild } = flattenTree(parameters);
  const moved = leaves.map((leaf, i) => leaf.add(randomNormal(randomKey(seed + 7), leaf.shape, i).mul(0.3)));
  return { parameters: rebuild(moved) as TensorTree, buffers };
}

/** The definition, in loops over batch, head, the position that looks and the one that is looked at. */
function attended(
  parameters: TensorTree,
  x: Tensor,
  heads: number,
  { causal = false, bias = true }: { readonly causal?: boolean; readonly bias?: boolean },
): number[] {
  const [batch, time, features] = x.shape as [number, number, number];
  const width = features / heads;
  const data = (name: string) => (parameters[name] as Tensor).data;
  const project = (row: readonly number[], name: string) =>
    Array.from({ length: features }, (_, j) =>
      row.reduce(
        (sum, value, i) => sum + value * data(`${name}Weight`)[i * features + j]!,
        bias ? data(`${name}Bias`)[j]! : 0,
      ),
    );
  return Array.from({ length: batch }, (_, b) => {
    const rows = Array.from({ length: time }, (_, t) =>
      numbers(x).slice((b * time + t) * features, (b * time + t + 1) * features),
    );
    const [q, k, v] = ["query", "key", "value"].map((name) => rows.map((row) => project(row, name))) as [
      number[][],
      number[][],
      number[][],
    ];
    return q.map((query, t) => {
      const mixed = Array.from({ length: features }, () => 0);
      for (let head = 0; head < heads; head++) {
        const own = Array.from({ length: width }, (_, i) => head * width + i);
        const seen = Array.from({ length: causal ? t + 1 : time }, (_, s) => s);
        const powers = seen.map((s) =>
          Math.exp(own.reduce((sum, i) => sum + query[i]! * k[s]![i]!, 0) / Math.sqrt(width)),
        );
        const total = powers.reduce((a, b) => a + b);
        for (const s of seen) for (const i of own) mixed[i]! += (powers[s]! / total) * v[s]![i]!;
      }
      return project(mixed, "output");
    });
  }).flat(2);
}

/** [heads, features, time, batch] */
const sizes = [
  [1, 3, 4, 2],
  [2, 6, 5, 2],
  [3, 3, 4, 1],
  [2, 4, 1, 3],
  [1, 1, 3, 2],
  [4, 4, 1, 1],
  [5, 35, 9, 1],
] as const;
const cases = sizes.flatMap((size) => [true, false].map((causal) => [...size, causal] as const));

describe("multi-head attention", () => {
  it.each(cases)(
    "%i heads of %i features, %i positions, batch %i, causal %s",
    (heads, features, time, batch, causal) => {
      const layer = multiHeadAttention(features, heads, { causal });
      const variables = drawn(layer);
      const x = randomNormal(randomKey(2), [batch, time, features]);
      gives(layer, variables, x, [batch, time, features], attended(variables.parameters, x, heads, { causal }), 1e-5);
    },
  );

  it("goes without biases", () => {
    const layer = multiHeadAttention(4, 2, { bias: false });
    const variables = drawn(layer);
    const x = randomNormal(randomKey(2), [2, 3, 4]);
    gives(layer, variables, x, [2, 3, 4], attended(variables.parameters, x, 2, { bias: false }));
    const names = ["queryWeight", "keyWeight", "valueWeight", "outputWeight"];
    expect(pathsOf(initialize(layer))).toEqual({ parameters: names, buffers: [] });
  });

  it("keeps a weight and a bias for query, key, value and output, biases of 0 at first", () => {
    const { parameters, buffers } = initialize(multiHeadAttention(64, 4));
    const parts = ["query", "key", "value", "output"];
    expect(Object.keys(parameters)).toEqual(parts.flatMap((name) => [`${name}Weight`, `${name}Bias`]));
    expect(buffers).toEqual({});
    const bound = Math.sqrt(6 / 128);
    for (const name of parts) {
      const largest = Math.max(...numbers(parameters[`${name}Weight`] as Tensor).map(Math.abs));
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.99 * bound);
      expect(new Set(numbers(parameters[`${name}Bias`] as Tensor))).toEqual(new Set([0]));
    }
    const first = parts.map((name) => (parameters[`${name}Weight`] as Tensor).data[0]);
    expect(new Set(first).size).toBe(4);
  });

  it("a later token changes nothing before it where it is causal, and everything else where it is not", () => {
    const x = randomNormal(randomKey(4), [1, 6, 8]);
    const changed = x.add(
      tensor(
        Float64Array.from({ length: 48 }, (_, i) => Number(i >= 24 && i < 32)),
        { shape: [1, 6, 8] },
      ),
    );
    const differing = (causal: boolean, backend: "reference" | "wasm") => {
      const layer = multiHeadAttention(8, 2, { causal });
      const variables = drawn(layer);
      const machine = compile((input: Tensor) => apply(layer, variables, input), { backend });
      const [before, after] = [machine(x).data, machine(changed).data];
      return [0, 1, 2, 3, 4, 5].filter((t) =>
        Array.from({ length: 8 }, (_, i) => 8 * t + i).some((at) => before[at] !== after[at]),
      );
    };
    for (const backend of ["reference", "wasm"] as const) {
      expect(differing(true, backend)).toEqual([3, 4, 5]);
      expect(differing(false, backend)).toEqual([0, 1, 2, 3, 4, 5]);
    }
  });

  it("a causal position has no gradient by what comes after it", () => {
    const layer = multiHeadAttention(4, 2, { causal: true });
    const variables = drawn(layer);
    const third = (x: Tensor) => apply(layer, variables, x).slice([0, 2], [1, 3]).square().sum();
    const slopes = numbers(grad(third)(randomNormal(randomKey(4), [1, 5, 4])));
    expect(slopes.slice(0, 12).every((slope) => slope !== 0)).toBe(true);
    expect(slopes.slice(12)).toEqual(new Array(8).fill(0));
  });

  it("has no gradient by the bias of the keys, which moves all scores of a position alike", () => {
    const layer = multiHeadAttention(6, 2, { causal: true });
    const x = randomNormal(randomKey(2), [2, 5, 6]);
    const slopes = grad((parameters: TensorTree) => apply(layer, { parameters, buffers: {} }, x).square().sum())(
      drawn(layer).parameters,
    );
    const largest = (name: string) => Math.max(...numbers(slopes[name] as Tensor).map(Math.abs));
    expect(largest("keyBias")).toBeLessThan(1e-12);
    for (const name of ["queryBias", "valueBias", "outputBias", "keyWeight"])
      expect(largest(name)).toBeGreaterThan(0.1);
  });

  it("without positions it does not know their order", () => {
    const layer = multiHeadAttention(4, 2);
    const variables = drawn(layer);
    const x = randomNormal(randomKey(4), [1, 3, 4]);
    const turned = x
      .gather(tensor(Int32Array.of(0)))
      .reshape([3, 4])
      .gather(tensor(Int32Array.of(2, 0, 1)));
    const y = numbers(apply(layer, variables, x));
    expectClose(
      apply(layer, variables, turned.reshape([1, 3, 4])),
      [1, 3, 4],
      [2, 0, 1].flatMap((t) => y.slice(4 * t, 4 * t + 4)),
      1e-12,
    );
  });

  it("scores of a thousand stay finite, forwards and backwards", () => {
    const layer = multiHeadAttention(4, 1, { causal: true, bias: false });
    const { parameters, buffers } = initialize(layer, 1);
    const step = compile(valueAndGrad((x: Tensor) => apply(layer, { parameters, buffers }, x).sum()));
    const [y, dx] = step(randomNormal(randomKey(1), [1, 5, 4]).mul(100));
    expect([y, ...[dx]].flatMap(numbers).every(Number.isFinite)).toBe(true);
  });
});

describe("position embedding", () => {
  const weight = counting(5, 2);

  it("adds a vector for each place, of as many places as there are", () => {
    const variables = { parameters: { weight }, buffers: {} };
    const x = counting(2, 3, 2).mul(100);
    gives(
      positionEmbedding(5, 2),
      variables,
      x,
      [2, 3, 2],
      [0, 101, 202, 303, 404, 505, 600, 701, 802, 903, 1004, 1105],
    );
    gives(positionEmbedding(5, 2), variables, zeros([1, 5, 2]), [1, 5, 2], numbers(weight));
  });

  it("places that are not taken have no gradient", () => {
    const layer = positionEmbedding(5, 2);
    const slopes = grad((w: Tensor) =>
      apply(layer, { parameters: { weight: w }, buffers: {} }, counting(3, 2, 2)).sum(),
    );
    expect(numbers(slopes(weight))).toEqual([3, 3, 3, 3, 0, 0, 0, 0, 0, 0]);
  });

  it("begins small", () => {
    const { weight: begun } = initialize(positionEmbedding(50, 40)).parameters as { weight: Tensor };
    const rms = Math.sqrt(numbers(begun).reduce((sum, value) => sum + value ** 2, 0) / 2000);
    expect(rms).toBeGreaterThan(0.019);
    expect(rms).toBeLessThan(0.021);
  });
});

/** Tokens → logits of the next one. */
const transformer = sequential(
  embedding(5, 6),
  positionEmbedding(4, 6),
  residual(layerNorm(6), multiHeadAttention(6, 2, { causal: true })),
  residual(layerNorm(6), dense(6, 12), activation("gelu"), dense(12, 6)),
  layerNorm(6),
  dense(6, 5),
);
const tokens = tensor(Int32Array.of(0, 4, 2, 2, 1, 3), { shape: [2, 3] });
const next = tensor(Int32Array.of(4, 2, 1, 1, 3, 0), { shape: [2, 3] });

describe("a transformer of layers", () => {
  const lossOf = (parameters: TensorTree) =>
    crossEntropy(apply(transformer, { parameters, buffers: {} }, tokens), next);

  it("dense and layer norm work on the last dimension of [batch, time, features]", () => {
    const x = randomNormal(randomKey(1), [2, 3, 4]);
    const layers = sequential(layerNorm(4), dense(4, 2));
    const variables = drawn(layers);
    const flat = apply(layers, variables, x.reshape([6, 4]));
    gives(layers, variables, x, [2, 3, 2], numbers(flat));
    const rows = Array.from({ length: 6 }, (_, i) => standardized(numbers(x).slice(4 * i, 4 * i + 4)));
    expectClose(apply(layerNorm(4), initialize(layerNorm(4)), x), [2, 3, 4], rows.flat(), 1e-12);
  });

  it.each([
    ["attention", multiHeadAttention(6, 3)],
    ["causal attention", multiHeadAttention(6, 2, { causal: true })],
    ["positions", positionEmbedding(5, 6)],
  ] as const)("gradients of %s agree with differences, to second order", (_, layer) => {
    const fn = (parameters: TensorTree, x: Tensor) => apply(layer, { parameters, buffers: {} }, x);
    const check = checkGradients(fn, [drawn(layer).parameters, randomNormal(randomKey(3), [2, 4, 6])]);
    expect(check.passed, check.toString()).toBe(true);
  });

  it("its gradients agree with differences, with cross entropy over every place", () => {
    expect(checkGradients(lossOf, [drawn(transformer).parameters]).passed).toBe(true);
  });

  it.each([
    ["wasm", {}],
    ["wasm", { threads: 2 }],
    ["auto", {}],
  ] as const)("%s %o: loss and gradients are those of the reference", (backend, options) => {
    const { parameters } = drawn(transformer);
    const step = valueAndGrad(lossOf);
    const [loss, slopes] = compile(step, { backend: "reference" })(parameters);
    const [ownLoss, ownSlopes] = compile(step, { backend, ...options })(parameters);
    expectClose(ownLoss, [], [loss.item()], 2e-6);
    const [expected, own] = [flattenTree(slopes), flattenTree(ownSlopes)];
    expect(own.paths).toEqual(expected.paths);
    own.leaves.forEach((leaf, i) => {
      expectClose(leaf, expected.leaves[i]!.shape, numbers(expected.leaves[i]!), 5e-6);
    });
  });

  it("cross entropy over [batch, time, classes] is that over all places", () => {
    const logits = randomNormal(randomKey(9), [2, 3, 5]);
    expect(crossEntropy(logits, next).item()).toBe(crossEntropy(logits.reshape([6, 5]), next.reshape([6])).item());
  });
});
