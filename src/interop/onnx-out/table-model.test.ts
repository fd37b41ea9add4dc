// Exported ONNX files: onnxruntime answers as predict does, whatever the columns, the network and the loss.
import { fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepare, tableFromRows } from "../../data/index.ts";
import { activationNames } from "../../nn/activation.ts";
import { type LossName, lossesFor } from "../../nn/losses/index.ts";
import { decodeModel, encodeModel, type LoadedTableModel, type Row, type TableModel } from "../../train/index.ts";
import { ModelProtoSchema } from "../schemas/onnx/onnx-ml.generated.ts";
import { mixedRows, networkFor, plainFor, plainRows, preparedFor } from "../typescript/test-exports.ts";
import { writeTableModel } from "./table-model.ts";
import { feedsFor, outputsOf, sessionOf } from "./test-runtime.ts";

const models: Record<string, TableModel> = {};
for (const [name, target] of Object.entries({ classes: "label", two: "yes", numbers: "number" }))
  models[`mixed_${name}`] = networkFor(preparedFor(target), target === "number" ? "mse" : "crossEntropy");
models.mixed_targets = networkFor(preparedFor(["number", "other"]), "mse");
models.mixed_answers = networkFor(preparedFor(["yes", "high"]), "binaryCrossEntropy");
models.mixed_unscaled = networkFor(preparedFor("label", { standardize: false }), "crossEntropy");
models.mixed_marked = networkFor(preparedFor("label", { missing: ["-999", "n.b."] } as never), "crossEntropy");
const losses: LossName[] = [...lossesFor("regression", 1), "quantile(0.9)"];
for (const loss of losses) models[`loss ${loss}`] = networkFor(plainFor("count"), loss);
for (const loss of lossesFor("classification", 1)) models[`loss ${loss}`] = networkFor(plainFor("label"), loss);
const variants = { batch: { normalization: "batch", residual: true }, layer: { normalization: "layer" } } as const;
for (const [name, options] of Object.entries(variants))
  models[`net ${name}`] = networkFor(plainFor(["y", "z"]), "mse", options);
for (const activation of activationNames)
  models[`net ${activation}`] = networkFor(plainFor("y"), "mse", { activation, ...variants.batch });
models["net linear"] = networkFor(plainFor("y"), "mse", { hidden: [] });

/** A mean of 5,000 deviations, levels with quotes, commas and accents, columns with the names of outputs, and a target in large numbers. */
const hardRows: readonly Row[] = Array.from({ length: 200 }, (_, r): Row => {
  const a = ((r * 37) % 101) / 29 - 1.7;
  return {
    year: 5000 + a,
    place: ['a, "b"', "Çeşme", "ΣΟΦΊΑ", "naïve, café", "None"][r % 5]!,
    prediction: a * 3,
    input: r % 9 === 0 ? null : (r % 13) / 4,
    price: 200_000 + a * 40_000 + (r % 5) * 9000,
  };
});
const hardTable = prepare(tableFromRows(hardRows, { source: "rows" }), {
  target: "price",
  columnTypes: { place: "category", year: "number" },
}).preprocessing;
models.hard = networkFor(hardTable, "mse");
const tables: Readonly<Record<string, readonly Row[]>> = { mixed: mixedRows, hard: hardRows };
const rowsOf = (name: string): readonly Row[] => tables[name.split("_")[0]!] ?? plainRows;

/** The largest difference, relative to max(1, |y|); labels must be the same. */
async function difference(model: TableModel, rows: readonly Row[]): Promise<number> {
  const loaded = decodeModel(encodeModel(model), "the model") as LoadedTableModel;
  const { targets } = model.preprocessing;
  const session = await sessionOf(writeTableModel(model, "g"));
  const outputs = await outputsOf(session, feedsFor(model.preprocessing, rows));
  const isOne = targets.length === 1;
  const wanted = isOne
    ? loaded.predict(rows).map((answer) => ({ [targets[0]!.name]: answer }))
    : loaded.predictTargets(rows);
  let most = 0;
  const near = (got: string | number, value: number) => {
    most = Math.max(most, Math.abs(Number(got) - value) / Math.max(1, Math.abs(value)));
  };
  for (const { name } of targets) {
    const [prediction, probabilities] = ["prediction", "probabilities"].map(
      (output) => outputs[isOne ? output : `${output}_${name}`],
    );
    expect(prediction!.shape).toEqual([rows.length]);
    wanted.forEach((answers, r) => {
      const answer = answers[name]!;
      if (typeof answer.prediction === "string") expect(prediction!.data[r]).toBe(answer.prediction);
      else near(prediction!.data[r]!, answer.prediction);
      const own = Object.values(answer.probabilities ?? {});
      own.forEach((value, k) => {
        near(probabilities!.data[r * own.length + k]!, value);
      });
    });
  }
  await session.release();
  return most;
}

it.each(Object.keys(models))("%s answers every row of its table as predict does", async (name) => {
  expect(await difference(models[name]!, rowsOf(name))).toBeLessThan(1e-5);
});

const anyCase = (text: string) =>
  fc
    .tuple(fc.constant(text), fc.nat())
    .map(([own, bits]) =>
      Array.from(own, (letter, i) => ((bits >> (i % 30)) & 1 ? letter.toUpperCase() : letter.toLowerCase())).join(""),
    );
const words = fc.constantFrom("", "NA", "n/a", "none", "-", "?", "unknown", ".a", "NaN", "n.b.", "-999", "-999.0");
const texts = fc.oneof(
  words,
  words.chain(anyCase),
  fc.constantFrom("purple", "ＲＥＤ", "place 1", "ÇEŞME", "σοφία"),
  fc.string(),
);
const numbers = fc.oneof(fc.constant(null), fc.constant(-999), fc.double({ min: -50, max: 50, noNaN: true }));

describe("cells that are drawn: missing, rare, new, in any case", () => {
  it.each(["mixed_classes", "mixed_numbers", "mixed_marked", "mixed_unscaled", "hard"])("%s", async (name) => {
    const { columns } = models[name]!.preprocessing;
    const own = rowsOf(name);
    const row = fc.nat(own.length - 1).chain((r) =>
      fc.record(
        Object.fromEntries(
          columns.map((column) => {
            const cell = own[r]![column.name]!;
            const others =
              column.type === "category"
                ? fc.oneof(texts, anyCase(String(cell)))
                : column.type === "number" && typeof cell === "number"
                  ? numbers
                  : fc.constant(null);
            return [column.name, fc.oneof({ weight: 3, arbitrary: fc.constant(cell) }, others)];
          }),
        ),
      ),
    );
    const drawn = fc.sample(row, { numRuns: 400, seed: 1 }) as Row[];
    expect(await difference(models[name]!, drawn)).toBeLessThan(1e-5);
  });
});

it("says what each input is, and keeps the names of outputs for these", async () => {
  const file = writeTableModel(models.hard!, "hard");
  const { metadataProps, graph, opsetImport } = fromBinary(ModelProtoSchema, file);
  const said = Object.fromEntries(metadataProps.map(({ key, value }) => [key, JSON.parse(value)]));
  expect(
    said["chainrule.columns"].map(({ column, input, type }: Record<string, string>) => [column, input, type]),
  ).toEqual([
    ["year", "year", "number"],
    ["place", "place", "category"],
    ["prediction", "prediction_input", "number"],
    ["input", "input", "number"],
  ]);
  expect(said["chainrule.targets"]).toEqual([{ column: "price", prediction: "prediction" }]);
  expect(graph!.input.map(({ name }) => name)).toEqual(["year", "place", "prediction_input", "input"]);
  expect(graph!.output.map(({ name }) => name)).toEqual(["prediction"]);
  expect(opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
    ["", 17n],
    ["ai.onnx.ml", 2n],
  ]);
});
