// The forward pass of a planned graph as TypeScript: a step for each kernel of the plan, elementwise ones as loops.
import { broadcastStrides, sizeOf } from "../../ir/shape.ts";
import type { FusedKernel, FusedStep, Kernel, OpKernel, Plan, View } from "../../plan/plan.ts";
import { fill } from "./assemble.ts";
import { literal, number } from "./literal.ts";
import type { KernelPieces, ScalarTemplates, Template } from "./piece.ts";

export interface Tables {
  readonly scalars: ScalarTemplates;
  readonly kernels: KernelPieces;
}

/** Text, and the pieces that must stand before it. */
export interface WrittenForward {
  /** Declarations of the values on the way. */
  readonly values: string;
  /** Expressions of the type () => void, run once. */
  readonly setup: readonly string[];
  /** The same, run for each row. */
  readonly steps: readonly string[];
  /** The name of the output. */
  readonly output: string;
  readonly needs: readonly string[];
}

/** `names` of the states and inputs, which are declared elsewhere, by the number of their buffer. */
export function writeForward(plan: Plan, names: ReadonlyMap<number, string>, tables: Tables): WrittenForward {
  const writer = new ForwardWriter(plan, names, tables);
  const [program] = Object.values(plan.programs);
  const setup = plan.setup.map((kernel) => writer.kernel(kernel));
  const steps = program!.kernels.map((kernel) => writer.kernel(kernel));
  const output = writer.array(Object.values(program!.outputs)[0]!);
  return { values: writer.values.join("\n"), setup, steps, output, needs: [...writer.needs] };
}

class ForwardWriter {
  readonly values: string[] = [];
  readonly needs = new Set(["NdArray"]);
  readonly #plan: Plan;
  readonly #tables: Tables;
  readonly #names: Map<number, string>;
  /** Lists of places, by their text. */
  readonly #places = new Map<string, string>();

  constructor(plan: Plan, names: ReadonlyMap<number, string>, tables: Tables) {
    this.#plan = plan;
    this.#tables = tables;
    this.#names = new Map(names);
  }

  kernel(kernel: Kernel): string {
    return kernel.kind === "fused" ? this.#fused(kernel) : this.#op(kernel);
  }

  /** A view as an expression of the type NdArray. */
  array({ buffer, shape }: View): string {
    const name = this.#name(buffer);
    const own = this.#plan.buffers[buffer]!.shape;
    return own.join() === shape.join() ? name : `{ ...${name}, shape: ${literal(shape)} }`;
  }

  #name(buffer: number): string {
    const known = this.#names.get(buffer);
    if (known !== undefined) return known;
    const { shape, dtype, data } = this.#plan.buffers[buffer]!;
    const name = `${data === undefined ? "value" : "constant"}_${buffer}`;
    this.#names.set(buffer, name);
    this.needs.add("allocate");
    const size = sizeOf(shape);
    const fillWith =
      data === undefined
        ? ""
        : data.length === 1
          ? `.fill(${number(data[0]!)})`
          : `;\n${name}.data.set(${literal(Array.from(data))})`;
    const stored = `allocate(${literal(dtype)}, ${size})`;
    const isFilled = data?.length === 1;
    this.values.push(
      `const ${name}: NdArray = { data: ${stored}${isFilled ? fillWith : ""}, shape: ${literal(shape)}, dtype: ${literal(dtype)} }${isFilled ? "" : fillWith};`,
    );
    return name;
  }

  #op({ op, attributes, inputs, output }: OpKernel): string {
    const { piece } = this.#tables.kernels[op];
    this.needs.add(piece);
    this.needs.add(`OpAttributes.${op}`);
    return `${piece}([${inputs.map((view) => this.array(view)).join(", ")}], ${literal(attributes)}, ${this.array(output)})`;
  }

  #fused({ shape, inputs, steps, outputs }: FusedKernel): string {
    const size = sizeOf(shape);
    const lines = inputs.map((view, i) => {
      const name = this.#name(view.buffer);
      const own = sizeOf(view.shape);
      const at = own === 1 ? "0" : own === size ? "i" : `${this.#placesOf(view, shape)}[i]!`;
      return `const x${i} = ${name}.data[${at}]!;`;
    });
    steps.forEach((step, s) => {
      const operands = step.arguments.map((one) =>
        one.kind === "number" ? inBrackets(one.value) : `${one.kind === "input" ? "x" : "s"}${one.index}`,
      );
      lines.push(`const s${s} = ${this.#scalar(step, operands)};`);
    });
    for (const { step, view } of outputs) lines.push(`${this.#name(view.buffer)}.data[i] = s${step};`);
    return `() => {\n    for (let i = 0; i < ${size}; i++) {\n${lines.map((line) => `      ${line}`).join("\n")}\n    }\n  }`;
  }

  /** Where elements of a view are read that is broadcast. */
  #placesOf({ shape }: View, target: readonly number[]): string {
    this.needs.add("offsetsOf");
    const text = `offsetsOf(${literal(target)}, ${literal(broadcastStrides(shape, target))})`;
    let name = this.#places.get(text);
    if (name === undefined) {
      name = `places_${this.#places.size}`;
      this.#places.set(text, name);
      this.values.push(`const ${name} = ${text};`);
    }
    return name;
  }

  #scalar({ op, attributes, dtype }: FusedStep, operands: readonly string[]): string {
    const templates = this.#tables.scalars[op];
    const template: Template = "any" in templates ? templates.any : templates[dtype];
    for (const need of template.needs) this.needs.add(need);
    const text = fill(template, (hole) => {
      if ("argument" in hole) return operands[hole.argument]!;
      const all = attributes as Readonly<Record<string, unknown>>;
      const value = hole.attribute === "" ? all : all[hole.attribute];
      return typeof value === "number" ? inBrackets(value) : literal(value);
    });
    const called = template.kind === "expression" ? text : `${callable(text)}(${operands.join(", ")})`;
    if (dtype === "float32") return `Math.fround(${called})`;
    return dtype === "int32" ? `(${called}) | 0` : called;
  }
}

/** Two signs in a row would be a decrement. */
const inBrackets = (value: number): string =>
  value < 0 || Object.is(value, -0) ? `(${number(value)})` : number(value);

/** A name is called as it is; a function that is written out has its type, since its parameters have none. */
const callable = (text: string): string => (text.includes("=>") ? `((${text}) as (...x: number[]) => number)` : text);
