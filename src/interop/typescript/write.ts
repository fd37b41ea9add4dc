// A trained network of tables as one TypeScript file without imports: the type of a row, the preprocessing, the forward pass, the weights.
import { reference } from "../../backends/reference/reference.ts";
import type { Preprocessing, Target } from "../../data/preprocessing.ts";
import { classesOf, scaleOf } from "../../data/target-kinds.ts";
import { quote } from "../../data/wording.ts";
import type { TensorType } from "../../ir/shape.ts";
import { makePlan } from "../../plan/make-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { traceProgram } from "../../run/program.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { flatten } from "../../trace/tree.ts";
import { answerWidth } from "../../train/answers.ts";
import { tableForward } from "../../train/table-predictor.ts";
import type { TableModel } from "../../train/tabular.ts";
import { Assembly } from "./assemble.ts";
import { cellType, writeColumns } from "./columns.ts";
import { writeForward } from "./forward.ts";
import { base64Of, inComment, literal, number } from "./literal.ts";
import { kernels, pieces, readers, scalars } from "./pieces.generated.ts";

/** The text of the file; `name` is what its first line calls the network. */
export function writeTypeScript(trained: TableModel, name: string): string {
  const { preprocessing } = trained;
  const { plan, weights } = planOf(trained);
  const columns = writeColumns(preprocessing, readers);
  const names = new Map(weights.map(({ buffer, name }) => [buffer, name]));
  const input = Object.values(plan.programs.predict!.inputs)[0]!.buffer;
  const forward = writeForward(plan, names.set(input, "x"), { scalars, kernels });
  const assembly = new Assembly({ pieces, kernels });
  const own = weights.map(weightText);
  const answer = writeAnswer(preprocessing);
  const [reading, computing] = [
    assembly.take([...columns.needs, ...answer.needs]),
    assembly.take([...forward.needs, ...own.flatMap(({ needs }) => needs)]),
  ];
  const sections = [
    `// ${inComment(name)}: a trained network, written by chainrule export. It needs nothing beside itself (ES2022).`,
    answer.types(rowType(preprocessing)),
    `${heading("How cells are read")}\n\n${reading}`,
    `${heading("The columns, as the training fitted them")}\n\nconst columns: readonly InputColumn[] = [\n${columns.texts.map((text) => `  ${text},\n`).join("")}];`,
    `${heading("How the network is computed")}\n\n${assembly.opTypes()}\n\n${computing}`,
    `${heading("The weights")}\n\n${own.map(({ text }) => text).join("\n")}`,
    `${heading("The forward pass of one row")}\n\nconst x: NdArray = { data: new Float32Array(${preprocessing.features.length}), shape: [1, ${preprocessing.features.length}], dtype: "float32" };`,
    `${forward.values}\n\n${forward.setup.length === 0 ? "" : `for (const step of ${stepList(forward.setup)}) step();\n\n`}const steps: readonly (() => void)[] = ${stepList(forward.steps)};`,
    `${answer.text(forward.output)}`,
  ];
  return `${sections.join("\n\n").replace(/\n{3,}/g, "\n\n")}\n`;
}

const heading = (text: string): string => `// --- ${text} ${"-".repeat(110 - text.length)}`;
const stepList = (steps: readonly string[]): string => `[\n${steps.map((step) => `  ${step},\n`).join("")}]`;

// --- the plan ----------------------------------------------------------------------------------------------------

interface Weight {
  readonly buffer: number;
  readonly path: string;
  readonly name: string;
  readonly tensor: Tensor;
}

/** The forward pass of one row, in float64, and the weights that it reads. */
function planOf(trained: TableModel): { plan: Plan; weights: readonly Weight[] } {
  const { leaves, paths, rebuild } = flatten(trained.variables);
  const float = reference.float;
  const state = Object.fromEntries(paths.map((path, i) => [path, { shape: leaves[i]!.shape, dtype: float }]));
  const x: TensorType = { shape: [1, trained.preprocessing.features.length], dtype: float };
  const forward = tableForward(trained);
  const program = traceProgram(
    state,
    { x },
    (own, inputs) => ({
      outputs: { y: forward(rebuild(paths.map((path) => own[path]!)) as TableModel["variables"], inputs.x!) },
    }),
    float,
  );
  const plan = makePlan({ state, programs: { predict: program } }, reference);
  const weights = paths.map((path, i): Weight => {
    const short = path.replace(/^(parameters|buffers)\./, "");
    return {
      buffer: plan.states[path]!.buffer,
      path: short,
      name: `w_${short.replace(/\W+/g, "_")}`,
      tensor: leaves[i]!,
    };
  });
  return { plan, weights };
}

/** In four bytes a number where these hold it. */
function weightText({ path, name, tensor: { data, shape } }: Weight): { text: string; needs: readonly string[] } {
  const isShort = data.every((value) => Math.fround(value) === value);
  const bytes = new Uint8Array(data.length * (isShort ? 4 : 8));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    if (isShort) view.setFloat32(4 * i, data[i]!, true);
    else view.setFloat64(8 * i, data[i]!, true);
  }
  const [reader, dtype] = isShort ? ["float32s", "float32"] : ["float64s", "float64"];
  const text = `/** ${inComment(path)} */\nconst ${name}: NdArray = { data: ${reader}(\`\n${base64Of(bytes)}\n\`), shape: ${literal(shape)}, dtype: ${literal(dtype)} };`;
  return { text, needs: [reader!] };
}

// --- rows and answers --------------------------------------------------------------------------------------------

function rowType({ columns, targets }: Preprocessing): string {
  const lines = columns.map((column) => `  readonly ${literal(column.name)}: ${cellType(column)};`);
  const predicted = targets.map(({ name }) => quote(name)).join(", ");
  return `/** A row as it is before any preprocessing, to predict ${inComment(predicted)}: null or "" where a value is missing. */
export interface Row {
${lines.join("\n")}
}`;
}

/** Of one target its answer, of several one for each by its name. */
function writeAnswer({ targets }: Preprocessing) {
  const width = answerWidth({ targets });
  const types = targets.map(typeOf);
  const several = `{\n${targets.map(({ name }, t) => `  readonly ${literal(name)}: ${types[t]};`).join("\n")}\n}`;
  const expressions = targets.map((target, t) => expressionOf(target, t * width, width));
  const isSeveral = targets.length > 1;
  const needs = width > 1 ? ["likeliest"] : [];
  return {
    needs,
    types: (row: string) => `${row}

${width > 1 ? classType : ""}/** ${isSeveral ? "The answer for each target" : "The answer"} for a row. */
export type Prediction = ${isSeveral ? several : types[0]};

/** Throws where a cell holds no value of its column's type, or a column is lacking. */
export const predict = (row: Row): Prediction => predictAll([row])[0]!;

/** The same of every row. */
export function predictAll(rows: readonly Row[]): Prediction[] {
  checkRows(rows, columns);
  return rows.map(answer);
}`,
    text: (output: string) => {
      const body = isSeveral
        ? `{\n${targets.map(({ name }, t) => `    ${name === "__proto__" ? '["__proto__"]' : literal(name)}: ${expressions[t]},`).join("\n")}\n  }`
        : expressions[0];
      return `function answer(row: Row): Prediction {
  writeRow(row, columns, x.data as Float32Array);
  for (const step of steps) step();
  const y = ${output}.data as Float64Array;
  return ${body};
}`;
    },
  };
}

const classType = `/** The likeliest class, and the probability of each. */
export interface ClassPrediction<Class extends string> {
  readonly prediction: Class;
  readonly probabilities: Readonly<Record<Class, number>>;
}

`;

function typeOf(target: Target): string {
  const classes = classesOf(target);
  return classes.length === 0
    ? "{ readonly prediction: number }"
    : `ClassPrediction<${classes.map((label) => literal(label)).join(" | ")}>`;
}

function expressionOf(target: Target, at: number, width: number): string {
  const classes = classesOf(target);
  if (classes.length > 0)
    return `likeliest(${literal(classes)}, y.subarray(${at}, ${at + width})) as ${typeOf(target)}`;
  const { unit, centre } = scaleOf(target);
  return `{ prediction: y[${at}]! * ${number(unit)} + ${centre < 0 ? `(${number(centre)})` : number(centre)} }`;
}
