// The live view at several widths and heights; no line is ever wider than the terminal.
import fc from "fast-check";
import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import type { EpochEvent, LayerStatistics, ProgressEvent, StartEvent } from "../../train/events.ts";
import { advance, initialState, renderLive } from "./live-view.ts";
import { isReported, plainLine } from "./plain-log.ts";
import type { Style } from "./style.ts";
import { displayWidth } from "./text.ts";

const plain = (width: number): Style => ({ width, colors: picocolors.createColors(false) });
const colored = (width: number): Style => ({ width, colors: picocolors.createColors(true) });

/** Gradients that shrink by a factor of ten from layer to layer towards the input. */
const vanishing = (count: number): LayerStatistics[] =>
  Array.from({ length: count }, (_, i) => ({
    name: i === count - 1 ? "output" : `layers.${i}`,
    gradientRms: 0.023 * 10 ** (i + 1 - count),
    updateRatio: 1.1e-3,
  }));

const start = (layers: readonly string[]): StartEvent => ({
  type: "start",
  rows: 712,
  validationRows: 179,
  features: 12,
  parameters: 2945,
  batchSize: 32,
  stepsPerEpoch: 23,
  epochs: 50,
  backend: "wasm",
  threads: 1,
  seed: 0,
  layers,
  loss: "crossEntropy",
  initial: [],
  arena: { bytes: 65_536, bytesWithoutReuse: 131_072 },
});

const epoch = (n: number, layers: readonly LayerStatistics[]): EpochEvent => ({
  type: "epoch",
  epoch: n,
  step: n * 23,
  loss: 0.34567,
  learningRate: 0.001,
  validation: { loss: 0.35612, accuracy: 0.87312, rocAuc: 0.91234 },
  best: true,
  layers,
});

const progress = (n: number, layers: readonly LayerStatistics[]): ProgressEvent => ({
  type: "progress",
  epoch: n,
  step: n * 23 - 11,
  steps: 50 * 23,
  loss: 0.34121,
  rowsPerSecond: 12_345,
  secondsLeft: 80,
  layers,
});

/** In the middle of the thirteenth epoch. */
const state = (layers: number) => {
  const statistics = vanishing(layers);
  const begun = initialState(start(statistics.map(({ name }) => name)));
  return advance(advance(begun, epoch(12, statistics)), progress(13, statistics));
};
const show = (layers: number, width: number, rows = 24) =>
  `\n${renderLive(state(layers), plain(width), rows).join("\n")}\n`;

describe("the live view", () => {
  it("in 40 columns", () =>
    expect(show(4, 40)).toMatchInlineSnapshot(`
    "
    Epoch 13/50  ━━━╸─────────   25%  1m 20s
    loss 0.3412   accuracy 87.31%

    layer     1e-8 to 100, log           RMS
    layers.0  ━━━━━━╸                 2.3e-5
    layers.1  ━━━━━━━━╸               2.3e-4
    layers.2  ━━━━━━━━━━╸             2.3e-3
    output    ━━━━━━━━━━━━╸           2.3e-2
    "
  `));
  it("in 80 columns", () =>
    expect(show(4, 80)).toMatchInlineSnapshot(`
    "
    Epoch 13/50  ━━━━━━━━━━━━────────────────────────────────────   25%  1m 20s left
    loss 0.3412   validation 0.3561   accuracy 87.31%   12.3k rows/s

    layer     gradient, 1e-8 to 100, log                     RMS  update/weight
    layers.0  ━━━━━━━━━━━━━╸                              2.3e-5         1.1e-3
    layers.1  ━━━━━━━━━━━━━━━━━╸                          2.3e-4         1.1e-3
    layers.2  ━━━━━━━━━━━━━━━━━━━━━╸                      2.3e-3         1.1e-3
    output    ━━━━━━━━━━━━━━━━━━━━━━━━━╸                  2.3e-2         1.1e-3
    "
  `));
  it("in 120 columns", () =>
    expect(show(4, 120)).toMatchInlineSnapshot(`
    "
    Epoch 13/50  ━━━━━━━━━━━━━━━─────────────────────────────────────────────   25%  1m 20s left
    loss 0.3412   validation 0.3561   accuracy 87.31%   12.3k rows/s

    layer     gradient, 1e-8 to 100, log                     RMS  update/weight
    layers.0  ━━━━━━━━━━━━━╸                              2.3e-5         1.1e-3
    layers.1  ━━━━━━━━━━━━━━━━━╸                          2.3e-4         1.1e-3
    layers.2  ━━━━━━━━━━━━━━━━━━━━━╸                      2.3e-3         1.1e-3
    output    ━━━━━━━━━━━━━━━━━━━━━━━━━╸                  2.3e-2         1.1e-3
    "
  `));
  it("shortens tall networks to the rows of the terminal", () =>
    expect(show(30, 80, 12)).toMatchInlineSnapshot(`
    "
    Epoch 13/50  ━━━━━━━━━━━━────────────────────────────────────   25%  1m 20s left
    loss 0.3412   validation 0.3561   accuracy 87.31%   12.3k rows/s

    layer      gradient, 1e-8 to 100, log                     RMS  update/weight
    layers.0   ╸                                          2.3e-31         1.1e-3
    layers.1   ╸                                          2.3e-30         1.1e-3
    layers.2   ╸                                          2.3e-29         1.1e-3
    … 24 more layers
    layers.27  ━━━━━━━━━━━━━━━━━╸                          2.3e-4         1.1e-3
    layers.28  ━━━━━━━━━━━━━━━━━━━━━╸                      2.3e-3         1.1e-3
    output     ━━━━━━━━━━━━━━━━━━━━━━━━━╸                  2.3e-2         1.1e-3
    "
  `));
  it("keeps only the head on a low terminal", () =>
    expect(show(4, 80, 4)).toMatchInlineSnapshot(`
    "
    Epoch 13/50  ━━━━━━━━━━━━────────────────────────────────────   25%  1m 20s left
    loss 0.3412   validation 0.3561   accuracy 87.31%   12.3k rows/s
    "
  `));

  it("begins without figures and ends without time left", () => {
    const begun = initialState(start(["layers.0"]));
    const end = advance(state(2), {
      type: "end",
      reason: "patience",
      epochs: 13,
      steps: 299,
      seconds: 21,
      bestEpoch: 8,
      metrics: { train: { loss: 0.3 } },
      layers: vanishing(2),
    });
    expect(renderLive(begun, plain(60), 24)).toMatchInlineSnapshot(`
      [
        "Epoch  0/50  ─────────────────────────────────────────    0%",
        "",
      ]
    `);
    expect(`\n${renderLive(end, plain(60), 24).join("\n")}\n`).toMatchInlineSnapshot(`
      "
      Epoch 13/50  ━━━━━━━━━━╸──────────────────────────────   25%
      loss 0.3412   validation 0.3561   accuracy 87.31%

      layer     1e-8 to 100, log                RMS  update/weight
      layers.0  ━━━━━━━━━━━━━╸               2.3e-3         1.1e-3
      output    ━━━━━━━━━━━━━━━━             2.3e-2         1.1e-3
      "
    `);
  });

  it("never exceeds the terminal, whatever the numbers", () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(0, 1e-300, 1e300, Number.NaN, Number.POSITIVE_INFINITY));
    const layer = fc.record({ name: fc.string({ unit: "grapheme" }), gradientRms: number, updateRatio: number });
    const values = fc.record({ loss: number, accuracy: number });
    fc.assert(
      fc.property(
        fc.array(layer, { maxLength: 40 }),
        fc.record({ loss: number, rowsPerSecond: number, secondsLeft: number, validation: values }),
        fc.integer({ min: 20, max: 130 }),
        fc.integer({ min: 1, max: 50 }),
        (layers, figures, width, rows) => {
          const state = { epoch: 7, epochs: 1_000_000, done: 0.5, layers, ...figures };
          for (const style of [plain(width), colored(width)]) {
            const lines = renderLive(state, style, rows);
            expect(lines.length).toBeLessThanOrEqual(rows);
            for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("the plain log", () => {
  it("reports the first, the last and about twenty epochs", () => {
    const reported = (epochs: number) =>
      Array.from({ length: epochs }, (_, i) => i + 1).filter((n) => isReported(epoch(n, []), epochs));
    expect(reported(5)).toEqual([1, 2, 3, 4, 5]);
    expect(reported(50)).toEqual([1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 48, 50]);
    expect(reported(1000)).toHaveLength(21);
  });

  it("is one line without control characters", () => {
    expect(plainLine(state(3))).toMatchInlineSnapshot(
      `"epoch 13/50  loss 0.3412   validation 0.3561   accuracy 87.31%   12.3k rows/s  1m 20s left"`,
    );
    expect(plainLine(advance(initialState(start([])), { ...epoch(1, []), loss: 12 }))).toMatchInlineSnapshot(
      `"epoch  1/50  loss 12.00    validation 0.3561   accuracy 87.31%"`,
    );
  });
});
