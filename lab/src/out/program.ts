// The program of a training of the page: TypeScript with the package alone, which comes to the same bits.

import type { Layer } from "chainrule/nn";
import { settingsOf, sharedOptions, textOptions } from "chainrule/runs";
import type { Intervention, Recipe } from "../recipe/recipe.ts";
import { setOf } from "../sets/index.ts";
import type { LessonSet } from "../sets/set.ts";
import { elementOf, placeIn } from "../training/element.ts";
import { lessonSettings } from "../training/open.ts";
import { literal } from "./literal.ts";
import { settingsOfRecipe } from "./source.ts";

export interface ProgramOf {
  readonly recipe: Recipe;
  readonly step: number;
  /** The name of the table's file; undefined of a lesson. */
  readonly file: string | undefined;
  /** Of a parameter: "layers.0.weight". */
  shapeOf(name: string): readonly number[];
}

/** Ends by writing the weights: `saveModel` with those after `step`. */
export function programOf({ recipe, step, file, shapeOf }: ProgramOf): string {
  const { data } = recipe;
  const set = data.kind === "set" ? setOf(data.name) : undefined;
  const name = set?.title ?? data.name;
  const changes = recipe.interventions.filter(({ after }) => after <= step);
  const lines = [
    `// ${name.replaceAll(/\s+/g, " ")}, up to step ${step}: the weights that the lab shows, bit for bit, on every machine.`,
    ...(set?.kind === "lesson" ? ofLesson(set, recipe) : ofTable(recipe, file!)),
    "",
    ...runTo(step, changes, shapeOf),
    `await saveModel(${JSON.stringify(weightsName(recipe))}, { ${set?.kind === "lesson" ? "model" : "...untrained"}, variables: training.variables() });`,
    "training.dispose();",
  ];
  return `${lines.join("\n")}\n`;
}

/** Of the file that the weights are saved in. */
export const weightsName = ({ data: { name } }: Recipe): string => `${name.replace(/\.\w+$/, "")}.safetensors`;

function ofTable(recipe: Recipe, file: string): string[] {
  const settings = settingsOfRecipe(recipe);
  const reading = literal(textOptions(settings));
  return [
    'import { prepare, readTable } from "chainrule/data";',
    'import { HeldTraining, saveModel, tableTelling } from "chainrule/train";',
    "",
    `const table = await readTable(${JSON.stringify(file)}${reading === "{}" ? "" : `, ${reading}`});`,
    `const prepared = prepare(table, ${literal(sharedOptions(settings))});`,
    `const settings = ${literal(settingsOf(settings))} as const;`,
    "const { options, untrained } = tableTelling(prepared, settings);",
    "const training = await HeldTraining.load(options);",
  ];
}

function ofLesson(set: LessonSet, { settings }: Recipe): string[] {
  const { learningRate, epochs, seed } = lessonSettings(settings);
  const model = layerText(set.model);
  const { parameters, buffers } = set.variables();
  const functions = ["activation", "dense", "sequential"].filter((name) => model.includes(`${name}(`));
  const options = { epochs, ...(seed !== undefined && { seed }), deterministic: true };
  return [
    'import { tensor } from "chainrule";',
    `import { ${functions.join(", ")} } from "chainrule/nn";`,
    'import { sgd } from "chainrule/optim";',
    'import { HeldTraining, saveModel } from "chainrule/train";',
    "",
    `const model = ${model};`,
    "const training = await HeldTraining.load({",
    `  model, loss: ${JSON.stringify(set.loss)},`,
    `  data: { x: tensor(${literal(set.x)}), y: tensor(${literal(set.y)}) },`,
    `  optimizer: sgd({ learningRate: ${learningRate} }),`,
    `  variables: { parameters: ${treeText(parameters)},`,
    `    buffers: ${treeText(buffers)} },`,
    `  ${literal(options).slice(2, -2)},`,
    "});",
  ];
}

function runTo(step: number, changes: readonly Intervention[], shapeOf: ProgramOf["shapeOf"]): string[] {
  if (changes.length === 0) return [`await training.run(${step});`];
  const list = changes.map((change) => {
    if ("rate" in change) return [change.after, "rate", 0, change.rate];
    const { name, indices } = elementOf(change.element)!;
    const at = placeIn(shapeOf(name), indices)!;
    return [change.after, `parameters.${name}`, at, change.value];
  });
  return [
    "// After so many steps: the learning rate, or an element of a parameter, is another one.",
    `const changes: [number, string, number, number][] = ${literal(list)};`,
    "for (const [after, name, at, value] of changes) {",
    "  await training.run(after - training.step);",
    '  if (name === "rate") training.setLearningRate(value);',
    '  if (name === "rate") continue;',
    "  const parameter = training.read(name);",
    "  parameter.data[at] = value;",
    "  training.write(name, parameter);",
    "}",
    `await training.run(${step} - training.step);`,
  ];
}

/** A layer by the function that makes it; as the plain data that it is, where there is a simpler way. */
function layerText(layer: Layer): string {
  if (layer.kind === "sequential") return `sequential(${layer.layers.map(layerText).join(", ")})`;
  if (layer.kind === "activation") return `activation(${JSON.stringify(layer.name)})`;
  if (layer.kind === "dense") return `dense(${layer.inputs}, ${layer.outputs}${layer.bias ? "" : ", { bias: false }"})`;
  return literal(layer);
}

/** A tree of tensors. */
function treeText(tree: unknown): string {
  if (Array.isArray(tree)) return `[${tree.map(treeText).join(", ")}]`;
  if (isTensor(tree)) return `tensor(${literal(inShort(tree.toArray()))})`;
  const entries = Object.entries(tree as object).map(([name, each]) => `${name}: ${treeText(each)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Numbers in as few digits as their float32 has. */
function inShort(values: unknown): unknown {
  if (Array.isArray(values)) return values.map(inShort);
  const digits = [1, 2, 3, 4, 5, 6, 7, 8].find(
    (count) => Math.fround(Number((values as number).toPrecision(count))) === Math.fround(values as number),
  );
  return Number((values as number).toPrecision(digits ?? 9));
}

const isTensor = (value: unknown): value is { toArray(): unknown } =>
  typeof value === "object" && value !== null && "toArray" in value;
