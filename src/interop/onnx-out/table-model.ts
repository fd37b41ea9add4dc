// A trained network of tables as a file of ONNX: a column an input, preprocessing, forward pass, and answers in the targets' own words and units.
import type { Target } from "../../data/preprocessing.ts";
import { classesOf, scaleOf } from "../../data/target-kinds.ts";
import { answerWidth } from "../../train/answers.ts";
import { tableForward } from "../../train/table-predictor.ts";
import type { TableModel } from "../../train/tabular.ts";
import { writeColumns } from "./columns.ts";
import { writeForward } from "./forward.ts";
import { GraphWriter } from "./graph-writer.ts";

interface TargetEntry {
  readonly column: string;
  /** The name of the output: labels or numbers [rows]. */
  readonly prediction: string;
  /** Of classes: the output of their probabilities [rows, classes], and the labels in its order. */
  readonly probabilities?: string;
  readonly classes?: readonly string[];
}

/** The bytes of the file; `name` is what the graph is called. Throws UNSUPPORTED_EXPORT. */
export function writeTableModel(trained: TableModel, name: string): Uint8Array<ArrayBuffer> {
  const { preprocessing } = trained;
  const { targets, features } = preprocessing;
  const entries = targets.map((target) => entryOf(target, targets.length > 1));
  const g = new GraphWriter(entries.flatMap((entry) => [entry.prediction, entry.probabilities ?? []].flat()));
  const { x, entries: columns } = writeColumns(g, preprocessing);
  const width = answerWidth(preprocessing);
  const y = writeForward(g, trained.variables, tableForward(trained), {
    ...{ name: x, shape: [1, features.length], dtype: "float32", rows: "any" },
  });
  // [rows, targets, width]
  const answers = g.op("Reshape", [y.name, g.constant("int64", [3], [-1, targets.length, width])]);
  targets.forEach((target, t) => {
    const own = g.op("Gather", [answers, g.constant("int64", [], [t])], { axis: { int: 1 } });
    writeAnswer(g, target, entries[t]!, own);
  });
  return g.model(name, { "chainrule.columns": JSON.stringify(columns), "chainrule.targets": JSON.stringify(entries) });
}

function entryOf(target: Target, isOneOfSeveral: boolean): TargetEntry {
  const { name } = target;
  const of = (output: string) => (isOneOfSeveral ? `${output}_${name}` : output);
  const classes = classesOf(target);
  const prediction = { column: name, prediction: of("prediction") };
  return classes.length === 0 ? prediction : { ...prediction, probabilities: of("probabilities"), classes };
}

/** From the network's numbers for a target, [rows, width]. */
function writeAnswer(g: GraphWriter, target: Target, { prediction, probabilities, classes }: TargetEntry, y: string) {
  const rows = { perRow: 1 };
  if (classes !== undefined && probabilities !== undefined) {
    const best = g.op("ArgMax", [y], { axis: { int: 1 }, keepdims: { int: 0 } });
    const label = g.op("Gather", [g.texts(classes), best], { axis: { int: 0 } });
    g.output(prediction, label, { type: "string", shape: [rows] });
    g.output(probabilities, y, { type: "float32", shape: [rows, classes.length] });
    return;
  }
  const { unit, centre } = scaleOf(target);
  const number = (value: number) => g.constant("float64", [], [value]);
  const flat = g.op("Reshape", [g.cast(y, "float64"), g.constant("int64", [1], [-1])]);
  const scaled = g.op("Add", [g.op("Mul", [flat, number(unit)]), number(centre)]);
  g.output(prediction, scaled, { type: "float64", shape: [rows] });
}
