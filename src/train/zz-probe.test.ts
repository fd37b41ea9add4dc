import { it } from "vitest";
import { tensor } from "../index.ts";
import { activation, dense, sequential } from "../nn/index.ts";
import { adam, sgd } from "../optim/index.ts";
import { flatten } from "../trace/tree.ts";
import { train } from "./index.ts";

async function attempt(name: string, options: any) {
  const t = train(options);
  try {
    const r = await t.result();
    console.log(
      name,
      "->",
      r.reason,
      r.epochs,
      r.bestEpoch,
      JSON.stringify(r.metrics),
      flatten(r.variables)
        .leaves.map((l) => Array.from(l.data).slice(0, 3))
        .join(" | "),
    );
  } catch (e: any) {
    console.log(
      name,
      "threw",
      e.code,
      e.message,
      e.details?.variables &&
        flatten(e.details.variables)
          .leaves.map((l) => Array.from(l.data).slice(0, 3))
          .join(" | "),
    );
  }
}
const x = tensor([
  [1, 2],
  [2, 1],
  [3, 5],
  [4, -1],
]);
const huge = x.mul(1e30);
const y = tensor(Int32Array.of(0, 1, 0, 1));
const v = tensor([[1], [2], [3], [4]]);
const model = sequential(dense(2, 3), activation("relu"), dense(3, 2));
const reg = sequential(dense(2, 1));
it("probe", async () => {
  for (const backend of ["wasm", "reference"])
    for (const validation of [false, true])
      for (const epochs of [1, 3]) {
        const base = {
          model,
          loss: "crossEntropy",
          optimizer: sgd({ learningRate: 1e30 }),
          epochs,
          backend,
          batchSize: 2,
        };
        const tag = `${backend} val=${validation} e=${epochs}`;
        await attempt(`${tag} lr1e30 class`, { ...base, data: { x, y }, ...(validation && { validation: { x, y } }) });
        await attempt(`${tag} huge class`, {
          ...base,
          data: { x: huge, y },
          ...(validation && { validation: { x: huge, y } }),
        });
        await attempt(`${tag} huge class fullbatch`, {
          ...base,
          batchSize: 4,
          data: { x: huge, y },
          ...(validation && { validation: { x: huge, y } }),
        });
        await attempt(`${tag} lr1e30 mse`, {
          ...base,
          model: reg,
          loss: "mse",
          data: { x, y: v },
          ...(validation && { validation: { x, y: v } }),
        });
        await attempt(`${tag} lr1e30 mse full`, {
          ...base,
          batchSize: 4,
          model: reg,
          loss: "mse",
          data: { x, y: v },
          ...(validation && { validation: { x, y: v } }),
        });
        await attempt(`${tag} nan data`, {
          ...base,
          batchSize: 4,
          model: reg,
          loss: "mse",
          data: { x: x.mul(NaN), y: v },
        });
        await attempt(`${tag} nan val`, {
          ...base,
          optimizer: adam(),
          batchSize: 4,
          model: reg,
          loss: "mse",
          data: { x: x, y: v },
          validation: { x: x.mul(NaN), y: v },
        });
        await attempt(`${tag} bad label`, {
          ...base,
          optimizer: adam(),
          data: { x, y: tensor(Int32Array.of(0, 1, 2, 1)) },
        });
      }
});
