// One check of a backend: a graph as a plan on it, beside the interpreter's numbers; what it writes outside of its buffers is seen.
import { convert, type DType, isFloat, type TypedArray } from "../../ir/dtype.ts";
import type { Graph, OpName } from "../../ir/graph.ts";
import { makePlan } from "../../plan/make-plan.ts";
import type { Buffer, Plan } from "../../plan/plan.ts";
import type { Backend, Machine } from "../backend.ts";
import { interpret } from "../reference/interpret.ts";

export interface ConformanceCheck {
  readonly op: OpName | "plan";
  readonly name: string;
  /** Throws where the backend is wrong. Floats may differ by `tolerance`, relative to their size. */
  run(backend: Backend, tolerance: number): void;
}

/** Odd sizes: below, at and beyond vectors, blocks and chunks. */
export const sizes = [0, 1, 3, 5, 17, 64, 257, 1031];

/** What lies between two buffers: as many words as a kernel may take at once. */
const sentinel = Int32Array.from({ length: 16 }, (_, i) => 0x5e471000 + i);

/** The plan with each buffer in a place of its own between two sentinels, which are constants: their buffers come last. */
function withSentinels(plan: Plan): { readonly plan: Plan; readonly sentinels: readonly Buffer[] } {
  const sentinels: Buffer[] = [];
  let end = 0;
  const place = (bytes: number): number => {
    const offset = end;
    end += bytes;
    return offset;
  };
  const addSentinel = () => {
    const id = plan.buffers.length + sentinels.length;
    const type = { shape: [sentinel.length], dtype: "int32" } as const;
    const bytes = sentinel.byteLength;
    sentinels.push({ id, role: "constant", ...type, offset: place(bytes), bytes, data: sentinel });
  };
  addSentinel();
  const buffers = plan.buffers.map((buffer) => {
    const moved = { ...buffer, offset: place(buffer.bytes) };
    addSentinel();
    return moved;
  });
  return {
    plan: { ...plan, buffers: [...buffers, ...sentinels], arena: { bytes: end, bytesWithoutReuse: end } },
    sentinels,
  };
}

function checkSentinels(machine: Machine, sentinels: readonly Buffer[]): void {
  sentinels.forEach(({ id, shape, dtype }, i) => {
    const found = machine.read({ buffer: id, shape, dtype });
    const at = found.findIndex((word: number, j: number) => word !== sentinel[j]);
    if (at < 0) return;
    const where = i === 0 ? "before the first buffer" : `behind buffer b${i - 1}`;
    throw new Error(`a kernel wrote ${where}: word ${at} is ${found[at]}, not ${sentinel[at]}`);
  });
}

/** Runs a graph as a plan of one program, `times` times; the last run's outputs. */
export function planned(backend: Backend, graph: Graph, inputs: readonly TypedArray[], times = 1): TypedArray[] {
  const names = inputs.map((_, i) => `x${i}`);
  const program = {
    graph,
    inputs: names.map((name) => ({ name })),
    outputs: graph.outputs.map((_, i) => ({ name: `y${i}` })),
  };
  const { plan, sentinels } = withSentinels(makePlan({ state: {}, programs: { main: program } }, backend));
  const machine = backend.load(plan);
  try {
    names.forEach((name, i) => {
      machine.write(plan.programs.main!.inputs[name]!, inputs[i]!);
    });
    machine.run("main", times);
    checkSentinels(machine, sentinels);
    return program.outputs.map(({ name }) => machine.read(plan.programs.main!.outputs[name]!));
  } finally {
    machine.dispose();
  }
}

/** Attributes whose element types are the backend's float. */
export function attributesFor(attributes: object, float: DType): object {
  const copy: Record<string, unknown> = { ...attributes };
  if (typeof copy.dtype === "string" && isFloat(copy.dtype as DType)) copy.dtype = float;
  if (ArrayBuffer.isView(copy.data)) copy.data = convert(copy.data as TypedArray, copy.dtype as DType);
  return copy;
}

/** The same graph with float64 in the place of the backend's float: what the interpreter computes exactly. */
export function inFloat64({ nodes, inputs, outputs }: Graph): Graph {
  const wide = (dtype: DType): DType => (isFloat(dtype) ? "float64" : dtype);
  return {
    nodes: nodes.map(
      (node) =>
        ({ ...node, dtype: wide(node.dtype), attributes: attributesFor(node.attributes, "float64") }) as typeof node,
    ),
    inputs,
    outputs,
  };
}

interface Comparison {
  readonly tolerance: number;
  /** Errors are relative to a value, or to this where the value is smaller: the rounding of what it was made of. */
  readonly floor: number;
}

export function compare(
  actual: TypedArray,
  expected: TypedArray,
  { tolerance, floor }: Comparison,
  what: string,
): void {
  if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} elements, not ${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    const error = Math.abs(a - e) / Math.max(Math.abs(e), floor);
    if (!(error <= tolerance)) throw new Error(`${what}[${i}] is ${a}, not ${e}: off by ${error}`);
  }
}

/** Compares a plan of the graph with what the interpreter gives; `exact`: to the bit, rounded to the backend's float. */
export function checkGraph(
  backend: Backend,
  tolerance: number,
  graph: Graph,
  inputs: readonly TypedArray[],
  exact = false,
  times = 1,
): void {
  // Both sides start from the numbers that the backend can hold.
  const expected = interpret(
    inFloat64(graph),
    inputs.map((data, i) => {
      const { dtype } = graph.nodes[graph.inputs[i]!]!;
      return isFloat(dtype) ? convert(data, "float64") : data;
    }),
  );
  const actual = planned(backend, graph, inputs, times);
  const magnitude = inputs.reduce((most, data) => Math.max(most, largestOf(data)), 0);
  expected.forEach((values, i) => {
    const { dtype } = graph.nodes[graph.outputs[i]!]!;
    const floor = Math.max(largestOf(values), magnitude) / 20;
    const isExact = exact || !isFloat(dtype);
    compare(
      actual[i]!,
      isExact ? convert(values, dtype) : values,
      { tolerance: isExact ? 0 : tolerance, floor },
      `output ${i}`,
    );
  });
}

/** |x| of the largest finite element, 0 where there is none. */
function largestOf(data: TypedArray): number {
  let largest = 0;
  for (const value of data) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest;
}
