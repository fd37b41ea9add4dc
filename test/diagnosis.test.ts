// The deep sigmoid network of the golden figures: what is wrong with it is named, and a remedy trains.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { prepare, tableFromRows } from "../src/data/index.ts";
import { diagnose } from "../src/diagnose/diagnose.ts";
import { tryRemedies } from "../src/diagnose/try-remedies.ts";
import { tensor } from "../src/index.ts";
import { activation, dense, sequential } from "../src/nn/index.ts";
import { sgd } from "../src/optim/index.ts";
import { type TableSettings, type TrainEvent, train, trainTable } from "../src/train/index.ts";

interface Figures {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Golden {
  readonly name: string;
  readonly x: Figures;
  readonly y: Figures;
  readonly parameters: Readonly<Record<string, Figures>>;
  readonly losses: readonly number[];
}
const goldens: readonly Golden[] = JSON.parse(readFileSync(new URL("golden/models.json", import.meta.url), "utf8"));
const { x, y, parameters, losses } = goldens.find(({ name }) => name === "deep-sigmoid-8")!;

const widths = [6, 6, 6, 6, 6, 6, 6, 6, 6, 1];
const model = sequential(...widths.slice(1).flatMap((width, i) => [dense(widths[i]!, width), activation("sigmoid")]));

/** PyTorch's Linear weight is [out, in], ours is [in, out]. */
const weights = Array.from({ length: 18 }, (_, i) => {
  const weight = parameters[`${i}.weight`];
  if (weight === undefined) return {};
  const { shape, data } = parameters[`${i}.bias`]!;
  return {
    weight: tensor(Float64Array.from(weight.data), { shape: weight.shape }).transpose(),
    bias: tensor(Float64Array.from(data), { shape }),
  };
});

async function eventsOf(training: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of training) events.push(event);
  return events;
}

it.each(["reference", "wasm"] as const)(
  "vanishing-gradient, with its layers and the cause by the ledger, on %s",
  async (backend) => {
    const events = await eventsOf(
      train({
        model,
        data: {
          x: tensor(Float64Array.from(x.data), { shape: x.shape }),
          y: tensor(Float64Array.from(y.data), { shape: y.shape }),
        },
        loss: "halfSumOfSquares",
        optimizer: sgd({ learningRate: 0.1 }),
        epochs: 20,
        variables: { parameters: { layers: weights }, buffers: { layers: weights.map(() => ({})) } },
        backend,
      }),
    );
    const seen = events.filter((event) => event.type === "observation");
    seen.slice(0, 10).forEach(({ loss }, i) => {
      expect(loss).toBeCloseTo(losses[i]!, backend === "reference" ? 12 : 5);
    });
    const { healthy, verdicts, ledger } = diagnose(events);
    const verdict = verdicts.find(({ kind }) => kind === "vanishing-gradient")!;
    expect(healthy).toBe(false);
    expect(verdict).toMatchObject({ severity: "severe", sinceStep: 1 });
    expect(verdict.layers).toEqual([
      "layers.0",
      "layers.2",
      "layers.4",
      "layers.6",
      "layers.8",
      "layers.10",
      "layers.12",
    ]);
    // σ′ ≤ ¼, layer after layer.
    expect(verdict.cause.activationFactor).toBeGreaterThan(0.2);
    expect(verdict.cause.activationFactor).toBeLessThanOrEqual(0.25);
    expect(ledger.at(-1)!.product).toBeLessThan(1e-6);
  },
);

it("a remedy that was tried trains the same network on the same rows", async () => {
  const rows = Array.from({ length: x.shape[0]! }, (_, r) => ({
    ...Object.fromEntries(Array.from({ length: 6 }, (_, c) => [`x${c}`, x.data[6 * r + c]!])),
    y: y.data[r]!,
  }));
  const table = tableFromRows(rows, { source: "golden" });
  const data = { target: "y", task: "regression", validation: 0, standardize: false } as const;
  const settings: TableSettings = {
    hidden: widths.slice(1, -1),
    activation: "sigmoid",
    loss: "halfSumOfSquares",
    optimizer: "sgd",
    learningRate: 0.1,
    schedule: "constant",
    batchSize: 4,
    epochs: 300,
    seed: 1,
    backend: "wasm",
    threads: 1,
  };
  const events = await eventsOf(trainTable(prepare(table, data), settings));
  const { verdicts } = diagnose(events);
  const trials = await tryRemedies(verdicts, events, table, { data, settings });
  const tried = trials.verdicts.find(({ kind }) => kind === "vanishing-gradient")!;
  const [best] = tried.remedies;
  expect(best!.after.loss).toBeLessThan(0.1 * best!.before.loss);
  expect(best!.after.product!).toBeGreaterThan(1000 * best!.before.product!);
});
