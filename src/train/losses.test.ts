// Losses as `train` takes them: by name, with options, as functions; and the metrics of labels that are probabilities or ignored.
import { describe, expect, it } from "vitest";
import { diagnose } from "../diagnose/index.ts";
import { grad, type Tensor, tensor } from "../index.ts";
import { activation, crossEntropyWith, dense, embedding, losses, sequential } from "../nn/index.ts";
import { adam } from "../optim/index.ts";
import { train } from "./index.ts";
import { basics, circle, values, watch } from "./test-training.ts";

const { data } = basics;
const rows = data.x.shape[0]!;

describe("a loss of one's own", () => {
  const regression = {
    ...basics,
    model: sequential(dense(2, 4), activation("tanh"), dense(4, 1)),
    data: { x: data.x, y: data.y.cast("float64").reshape([rows, 1]) },
    validation: { x: data.x, y: data.y.cast("float64").reshape([rows, 1]) },
  };

  it.each(["wasm", "reference"] as const)(
    "trains as the same one by name does, bit for bit, on %s",
    async (backend) => {
      const named = await watch({ ...regression, backend, loss: "mse" });
      const own = await watch({ ...regression, backend, loss: (p: Tensor, t: Tensor) => p.sub(t).square().mean() });
      expect(values(own.result.variables)).toEqual(values(named.result.variables));
      expect(own.result.metrics).toEqual({
        train: { loss: named.result.metrics.train.loss },
        validation: { loss: named.result.metrics.validation!.loss },
      });
      expect("loss" in own.events[0]!).toBe(false);
      expect(() => diagnose(own.events)).not.toThrow();
    },
  );

  it("may be a loss of the list, with what is known of it", async () => {
    const named = await watch(basics);
    const given = await watch({ ...basics, loss: losses.crossEntropy });
    expect(given.events[0]).toEqual(named.events[0]);
    expect(given.result.metrics).toEqual(named.result.metrics);
  });

  it("is the mean over more rows than are evaluated at once", async () => {
    const many = circle(1500);
    const y = many.y.cast("float64").reshape([1500, 1]);
    const options = { ...regression, data: { x: many.x, y }, validation: undefined, epochs: 1, batchSize: 500 };
    const named = await watch({ ...options, loss: "mae" });
    const own = await watch({ ...options, loss: (p: Tensor, t: Tensor) => p.sub(t).abs().mean() });
    expect(own.result.metrics.train.loss).toBe(named.result.metrics.train.loss);
  });
});

describe("ignoreIndex", () => {
  const loss = crossEntropyWith({ ignoreIndex: -100 });
  const logits = tensor([
    [1, 2, 3],
    [0, -1, 4],
    [5, 0, 0],
  ]);

  it("leaves rows out of the mean and of the gradient, as torch.nn.CrossEntropyLoss(ignore_index) does", () => {
    const some = tensor(Int32Array.of(2, -100, 1));
    const others = logits.gather(tensor(Int32Array.of(0, 2)));
    expect(loss(logits, some).item()).toBeCloseTo(losses.crossEntropy(others, tensor(Int32Array.of(2, 1))).item(), 14);
    const dz = grad((z: Tensor) => loss(z, some))(logits).data;
    const expected = grad((z: Tensor) => losses.crossEntropy(z, tensor(Int32Array.of(2, 1))))(others).data;
    expect(Array.from(dz)).toEqual([...expected.subarray(0, 3), 0, 0, 0, ...expected.subarray(3)]);
  });

  it("is 0, with gradients 0, where all rows are left out", () => {
    const none = tensor(Int32Array.of(-100, -100, -100));
    expect(loss(logits, none).item()).toBe(0);
    expect(Array.from(grad((z: Tensor) => loss(z, none))(logits).data, Math.abs)).toEqual(new Array(9).fill(0));
  });

  it("still refuses other labels", () => {
    expect(() => loss(logits, tensor(Int32Array.of(2, -1, 1)))).toThrowError(
      "crossEntropy: labels must be class indices from 0 to 2, or -100; label 1 is -1.",
    );
  });

  it("trains and measures as on the rows that are left, over more rows than are evaluated at once", async () => {
    const many = circle(3000);
    const kept = Array.from({ length: 3000 }, (_, i) => i).filter((i) => i % 3 !== 0 && i < 2900);
    const y = tensor(many.y.data.map((label, i) => (kept.includes(i) ? label : -100)) as Int32Array);
    const rest = tensor(Int32Array.from(kept));
    const options = { ...basics, epochs: 1, batchSize: 3000 };
    const ignoring = await watch({ ...options, loss, data: { x: many.x, y } });
    const without = await watch({
      ...options,
      batchSize: kept.length,
      data: { x: many.x.gather(rest), y: many.y.gather(rest) },
    });
    const { train: measured } = ignoring.result.metrics;
    expect(measured.accuracy).toBe(without.result.metrics.train.accuracy);
    expect(measured.rocAuc).toBe(without.result.metrics.train.rocAuc);
    expect(measured.loss).toBeCloseTo(without.result.metrics.train.loss!, 6);
  });

  it("reads labels of every step of a sequence", async () => {
    const x = tensor(Int32Array.of(0, 1, 2, 1, 1, 0), { shape: [2, 3] });
    const y = tensor(Int32Array.of(1, 0, -100, 0, -100, -100), { shape: [2, 3] });
    const model = sequential(embedding(3, 4), dense(4, 2));
    const { metrics } = await train({
      model,
      data: { x, y },
      loss,
      optimizer: adam({ learningRate: 0.1 }),
      epochs: 60,
    }).result();
    expect(metrics.train.accuracy).toBe(1);
    expect(metrics.train.loss).toBeLessThan(0.1);
  });
});

describe("labels that are probabilities", () => {
  it("of two classes have an accuracy: the likelier class counts", async () => {
    const soft = data.y.cast("float64").mul(0.8).add(0.1).reshape([rows, 1]);
    const hard = data.y.cast("float64").reshape([rows, 1]);
    const model = sequential(dense(2, 8), activation("tanh"), dense(8, 1));
    const options = {
      ...basics,
      model,
      loss: "binaryCrossEntropy",
      batchSize: rows,
      optimizer: adam(),
      epochs: 1,
    } as const;
    const [a, b] = [
      await train({ ...options, data: { x: data.x, y: soft } }).result(),
      await train({ ...options, data: { x: data.x, y: hard } }).result(),
    ];
    expect(a.metrics.train.accuracy).toBeGreaterThan(0.3);
    expect(a.metrics.train.accuracy).toBeCloseTo(b.metrics.train.accuracy!, 1);
  });

  it("of several classes have a row of them: −Σ t ln softmax(z)", async () => {
    const z = tensor([[1, 2, 3]]);
    const p = [1, 2, 3].map((v) => Math.exp(v - 3) / (Math.exp(-2) + Math.exp(-1) + 1));
    const t = [0.2, 0.3, 0.5];
    const expected = -t.reduce((sum, probability, i) => sum + probability * Math.log(p[i]!), 0);
    expect(losses.crossEntropy(z, tensor([t])).item()).toBeCloseTo(expected, 14);
    const dz = grad((logits: Tensor) => losses.crossEntropy(logits, tensor([t])))(z).data;
    dz.forEach((value, i) => {
      expect(value).toBeCloseTo(p[i]! - t[i]!, 14);
    });
    const oneHot = tensor(Array.from(data.y.data, (label) => [1 - label, label]));
    const [hot, indexed] = [await watch({ ...basics, data: { x: data.x, y: oneHot } }), await watch(basics)];
    expect(hot.result.metrics.train.accuracy).toBe(indexed.result.metrics.train.accuracy);
    expect(hot.result.metrics.train.loss).toBeCloseTo(indexed.result.metrics.train.loss!, 5);
  });
});
