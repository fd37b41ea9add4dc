// For this folder's tests: graphs and plans of small traced functions.
import fc from "fast-check";
import { wasm } from "../backends/wasm/wasm.ts";
import { type Tensor, trace } from "../index.ts";
import type { Graph } from "../ir/graph.ts";
import type { Shape } from "../ir/shape.ts";
import { traceProgram } from "../run/program.ts";
import { alias } from "./alias.ts";
import { bind } from "./bind.ts";
import { explicitCopies } from "./copies.ts";
import { rootsOf } from "./dependencies.ts";
import { fuse, isFree } from "./fuse.ts";
import { makePlan } from "./make-plan.ts";
import type { Program } from "./module.ts";
import { optimize } from "./optimize.ts";
import { order } from "./order.ts";
import type { Plan } from "./plan.ts";

/** Of inputs x, y, z and w in float32. */
export const graphOf = (shapes: readonly Shape[], fn: (...inputs: Tensor[]) => Tensor[]): Graph =>
  trace(
    shapes.map((shape, i) => ({ name: "xyzw"[i]!, shape, dtype: "float32" as const })),
    (inputs) => fn(...inputs),
    "float32",
  ).graph;

export const float32 = (shapes: Readonly<Record<string, Shape>>) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: "float32" as const }]));

export const programOf = (
  states: Readonly<Record<string, Shape>>,
  inputs: Readonly<Record<string, Shape>>,
  fn: Parameters<typeof traceProgram>[2],
): Program => traceProgram(float32(states), float32(inputs), fn, "float32");

/** A program "step", and its plan for the machine. */
export function planOf(...args: Parameters<typeof programOf>): { program: Program; plan: Plan } {
  const program = programOf(...args);
  return { program, plan: makePlan({ state: float32(args[0]), programs: { step: program } }, wasm) };
}

/** What each pass gives for a program, unchecked. */
export function passesOf(...args: Parameters<typeof programOf>) {
  const program = programOf(...args);
  const bound = bind("step", { ...program, graph: optimize(program.graph) }, float32(args[0]));
  const groups = fuse(bound.graph, () => true);
  const copied = explicitCopies(bound, groups, (id) => !isFree(bound.graph.nodes[id]!));
  const rootOf = rootsOf(copied.graph);
  const ordered = order(copied.graph, copied.groups, copied.writes, rootOf);
  const aliases = alias(copied.graph, ordered, (id) => copied.homes.has(id), rootOf);
  return { bound, copied, rootOf, ordered, aliases };
}

/** Arguments of `passesOf`: programs that update some of the states a to d, all of shape [4], by chains, sums and exchanges. */
export const randomPrograms: fc.Arbitrary<Parameters<typeof programOf>> = fc
  .record({
    steps: fc.array(fc.tuple(fc.nat(3), fc.nat(99), fc.nat(99)), { maxLength: 12 }),
    next: fc.array(fc.option(fc.nat(99), { nil: undefined }), { minLength: 4, maxLength: 4 }),
    outputs: fc.array(fc.nat(99), { maxLength: 3 }),
  })
  .map(({ steps, next, outputs }) => {
    const names = ["a", "b", "c", "d"];
    const shapes = Object.fromEntries(names.map((name) => [name, [4]]));
    return [
      shapes,
      { x: [4] },
      (states: Record<string, Tensor>, { x }: Record<string, Tensor>) => {
        const values = [...Object.values(states), x!];
        const at = (pick: number): Tensor => values[pick % values.length]!;
        for (const [kind, i, j] of steps) {
          if (kind === 0) values.push(at(i).exp());
          else if (kind === 1) values.push(at(i).mul(at(j)));
          else if (kind === 2) values.push(at(i).sub(at(j).sum()));
          else values.push(at(i).reshape([2, 2]).T.reshape([4]));
        }
        const written = names.flatMap((name, i) => (next[i] === undefined ? [] : [[name, at(next[i]!)] as const]));
        return {
          state: Object.fromEntries(written),
          outputs: Object.fromEntries(outputs.map((pick, i) => [`y${i}`, at(pick)])),
        };
      },
    ];
  });
