// The figures of layers, of clipped steps and of tiny gradients.
import { describe, expect, it } from "vitest";
import { grad, randomKey, type Tensor, tensor } from "../index.ts";
import { activation, applyTraining, batchNorm, dense, initialize, losses, sequential } from "../nn/index.ts";
import type { Sketch } from "../observe/sketch.ts";
import { adamw, initOptimizer, sgd, updateOptimizer } from "../optim/index.ts";
import { flatten } from "../trace/tree.ts";
import type { TrainOptions } from "./index.ts";
import { basics, watch } from "./test-training.ts";

describe("clipping", () => {
  it("limits the step; layers report the gradients as they were, and what was left of them", async () => {
    const first = async (options: Partial<TrainOptions>) => {
      const settings = { ...basics, batchSize: 50, epochs: 1, optimizer: sgd({ learningRate: 1 }), ...options };
      const { events } = await watch(settings);
      return events.find((event) => event.type === "observation")!;
    };
    const norm = (sketches: readonly Sketch[]) =>
      Math.sqrt(sketches.reduce((sum, { rms, size }) => sum + rms ** 2 * size, 0));
    const plain = await first({});
    const gradient = norm(plain.parameters.map((parameter) => parameter.gradient));
    expect(gradient).toBeGreaterThan(0.1);
    expect(plain.clipping).toBe(1);
    const byNorm = await first({ clipNorm: 0.01 });
    expect(norm(byNorm.parameters.map(({ update }) => update))).toBeCloseTo(0.01, 5);
    expect(norm(byNorm.parameters.map((parameter) => parameter.gradient))).toBeCloseTo(gradient, 6);
    expect(byNorm.clipping).toBeCloseTo(0.01 / gradient, 5);
    const byValue = await first({ clipValue: 1e-6 });
    for (const { update } of byValue.parameters) expect(update.max).toBeLessThanOrEqual(1.04e-6);
  });
});

describe("layers' figures", () => {
  const rms = (tensors: readonly Tensor[]) => {
    const all = tensors.flatMap(({ data }) => Array.from(data));
    return Math.sqrt(all.reduce((sum, v) => sum + v * v, 0) / all.length);
  };
  const model = sequential(
    dense(2, 6),
    activation("gelu"),
    sequential(dense(6, 5, { bias: false }), batchNorm(5), activation("sigmoid")),
    dense(5, 2, { bias: false }),
  );

  it.each(["wasm", "reference"] as const)(
    "are RMS of the gradients and updates of a full batch on %s",
    async (backend) => {
      for (const optimizer of [sgd({ learningRate: 0.3 }), adamw({ learningRate: 0.01 })]) {
        const { epochs } = await watch({ ...basics, model, optimizer, backend, batchSize: 50, epochs: 1, seed: 3 });
        const { parameters, buffers } = initialize(model, 3);
        const { x, y } = basics.data;
        const gradients = grad((p: typeof parameters) =>
          losses.crossEntropy(applyTraining(model, { parameters: p, buffers }, x, randomKey(0)).y, y),
        )(parameters);
        const step = tensor(Int32Array.of(0), { shape: [] });
        const next = updateOptimizer(optimizer, parameters, gradients, initOptimizer(optimizer, parameters), { step });
        const [old, fresh, dp] = [flatten(parameters), flatten(next.parameters), flatten(gradients)];
        const names = ["layers.0", "layers.2.layers.0", "layers.2.layers.1", "layers.3"];
        expect(epochs[0]!.layers!.map(({ name }) => name)).toEqual(names);
        for (const { name, gradientRms, updateRatio } of epochs[0]!.layers!) {
          const mine = old.paths.flatMap((path, i) => (path.slice(0, path.lastIndexOf(".")) === name ? [i] : []));
          const gradient = rms(mine.map((i) => dp.leaves[i]!));
          const ratio =
            rms(mine.map((i) => fresh.leaves[i]!.sub(old.leaves[i]!))) / rms(mine.map((i) => old.leaves[i]!));
          expect(Math.abs(gradientRms - gradient) / gradient).toBeLessThan(backend === "wasm" ? 1e-5 : 1e-12);
          // An update in float32 is a difference of two rounded weights.
          expect(Math.abs(updateRatio - ratio) / ratio).toBeLessThan(backend === "wasm" ? 1e-4 : 1e-12);
        }
      }
    },
  );

  it("tiny gradients of a deep sigmoid network do not vanish in float32", async () => {
    const width = 4;
    const depth = 32;
    const layers = Array.from({ length: depth }, (_, i) => [
      dense(i === 0 ? 2 : width, width, { init: "xavierUniform" }),
      activation("sigmoid"),
    ]).flat();
    const deep = sequential(...layers, dense(width, 2));
    const options = { ...basics, model: deep, batchSize: 50, epochs: 1, optimizer: sgd({ learningRate: 0.1 }) };
    const [machine, reference] = [await watch(options), await watch({ ...options, backend: "reference" })];
    const first = machine.epochs[0]!.layers![0]!;
    expect(first.gradientRms).toBeGreaterThan(1e-25);
    // Squares of such gradients, are 0 or denormal in float32.
    expect(first.gradientRms).toBeLessThan(1e-19);
    machine.epochs[0]!.layers!.forEach(({ gradientRms }, i) => {
      const exact = reference.epochs[0]!.layers![i]!.gradientRms;
      expect(Math.abs(gradientRms - exact) / exact).toBeLessThan(1e-3);
    });
  });

  it("are 0, not NaN, where a gradient is 0", async () => {
    const dead = sequential(dense(2, 3, { init: "zeros" }), activation("relu"), dense(3, 2, { init: "zeros" }));
    const { epochs } = await watch({ ...basics, model: dead, batchSize: 50, epochs: 1 });
    expect(epochs[0]!.layers![0]).toEqual({ name: "layers.0", gradientRms: 0, updateRatio: 0 });
  });
});
