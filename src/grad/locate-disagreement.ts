// Where a gradient goes wrong: the element of an input, and the op whose rule disagrees with differences of its own values.
import type { TypedArray } from "../ir/dtype.ts";
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { nameOf } from "../ir/op.ts";
import { prune } from "../ir/prune.ts";
import { unravelIndex } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";
import { evaluate } from "../trace/evaluator.ts";
import { Tensor } from "../trace/tensor.ts";
import { callGraph } from "../trace/trace.ts";
import {
  checkDirection,
  type DirectionCheck,
  type Draw,
  drawer,
  type Point,
  pointOf,
  weights,
} from "./check-direction.ts";
import { vjp } from "./transforms.ts";

/** An element whose derivative is not what differences say. */
export interface WrongElement {
  /** Position of the tensor among the inputs. */
  readonly input: number;
  readonly indices: readonly number[];
  /** What the gradient rules say, and what differences say. */
  readonly analytic: number;
  readonly numeric: number;
  /** Relative to the magnitudes of both. */
  readonly error: number;
}

/** An op of the graph whose own rule is wrong: its derivatives against differences of its own values, at its operands. */
export interface WrongOp {
  /** The op's name, or that of a user's op. */
  readonly name: string;
  /** Of the traced graph, as printGraph counts. */
  readonly node: NodeId;
  /** 2: its gradient is right, and the gradient of its gradient is not. */
  readonly order: 1 | 2;
  /** Position of the operand, and the place in it. */
  readonly operand: number;
  readonly indices: readonly number[];
  readonly analytic: number;
  readonly numeric: number;
}

/** An op at whose operands the derivative jumps, so that differences say nothing. */
export interface KinkedOp {
  readonly name: string;
  readonly node: NodeId;
  readonly operand: number;
  readonly indices: readonly number[];
  /** The operand's element that lies on the kink. */
  readonly at: number;
}

export interface CheckSettings {
  readonly tolerance: number;
  readonly step: number;
  readonly seed: number;
}

const isWrong = (check: DirectionCheck, { tolerance }: CheckSettings) => !check.kink && !(check.error <= tolerance);

/** ⟨w, ∂⟨u, fn(x)⟩/∂x⟩ as a function of x and u: its derivatives are those of the gradient. */
export function gradientAlong(
  fn: (...xs: Tensor[]) => Tensor,
  w: readonly Tensor[],
  u: Tensor,
): (...xsAndU: Tensor[]) => Tensor {
  return (...all) => {
    const dxs = vjp(fn, ...all.slice(0, -1)).pullback(all.at(-1)!.cast(u.dtype));
    return dxs.map((dx, i) => dx.mul(w[i]!).sum()).reduce((a, b) => a.add(b));
  };
}

/** v with all but the elements of one input in [from, to) set to 0. */
const only = (v: readonly TypedArray[], input: number, from: number, to: number): TypedArray[] =>
  v.map((elements, i) => {
    const kept = new Float64Array(elements.length);
    if (i === input) kept.set(elements.subarray(from, to), from);
    return kept;
  });

const ones = ({ inputs }: Point): TypedArray[] => inputs.map((x) => new Float64Array(x.size).fill(1));

/** Up to here each element is looked at; more are halved first. */
const FEW = 16;

/** Halves an input's elements down to a few, always on with the half that scores more; then the one that scores most. */
function narrowed(
  point: Point,
  v: readonly TypedArray[],
  input: number,
  step: number,
  score: (check: DirectionCheck) => number,
): { readonly at: number; readonly check: DirectionCheck } {
  let [from, to] = [0, point.inputs[input]!.size];
  const along = (a: number, b: number) => score(checkDirection(point, only(v, input, a, b), step));
  while (to - from > FEW) {
    const middle = (from + to) >> 1;
    if (along(from, middle) >= along(middle, to)) to = middle;
    else from = middle;
  }
  const unit = ones(point);
  const each = Array.from({ length: to - from }, (_, i) => {
    const at = from + i;
    return { at, check: checkDirection(point, only(unit, input, at, at + 1), step) };
  });
  return each.reduce((a, b) => (score(b.check) > score(a.check) ? b : a));
}

/** For each input whose gradient is wrong, the element that disagrees. */
export function wrongElements(point: Point, v: readonly TypedArray[], settings: CheckSettings): WrongElement[] {
  return point.inputs.flatMap((x, input) => {
    if (x.size === 0 || !isWrong(checkDirection(point, only(v, input, 0, x.size), settings.step), settings)) return [];
    // A gradient that is no number would spoil every sum that it is in.
    const broken = point.gradients[input]!.findIndex((dx) => !Number.isFinite(dx));
    const { at, check } =
      broken < 0
        ? narrowed(point, v, input, settings.step, (c) => (c.kink ? 0 : c.error))
        : { at: broken, check: checkDirection(point, only(ones(point), input, broken, broken + 1), settings.step) };
    if (!isWrong(check, settings)) return [];
    const { reverse, forward, numeric, error } = check;
    const further = Math.abs(forward - numeric) > Math.abs(reverse - numeric) ? forward : reverse;
    return [{ input, indices: unravelIndex(at, x.shape), analytic: further, numeric, error }];
  });
}

/** The inputs that a gradient may go to: of a user's op not its value, which is computed from the others. */
const operandsOf = (node: Node): readonly NodeId[] =>
  recordOf(node).definition === undefined ? node.inputs : node.inputs.slice(0, -1);

/** Nodes on the way of gradients from the outputs to `wrt`, in order, and all that varies with `wrt`. */
function differentiated(graph: Graph, wrt: readonly NodeId[]): { nodes: Node[]; varies: Set<NodeId> } {
  const varies = new Set(wrt);
  for (const node of graph.nodes) if (operandsOf(node).some((id) => varies.has(id))) varies.add(node.id);
  const reached = dependencies(graph, graph.outputs);
  return {
    nodes: graph.nodes.filter(({ id, inputs }) => inputs.length > 0 && varies.has(id) && reached.has(id)),
    varies,
  };
}

/** All nodes that gradients from `ends` come by. */
export function dependencies(graph: Graph, ends: readonly NodeId[]): Set<NodeId> {
  const found = new Set(ends);
  for (const node of graph.nodes.toReversed()) if (found.has(node.id)) for (const id of operandsOf(node)) found.add(id);
  return found;
}

/** A node, with the nodes between it and its operands where there are any, as a graph of its operands, each once. */
function alone(graph: Graph, node: Node): { readonly graph: Graph; readonly operands: readonly NodeId[] } {
  const operands = [...new Set(operandsOf(node))];
  const nodes = graph.nodes.slice(0, node.id + 1).map((other): Node => {
    const { id, shape, dtype } = other;
    if (!operands.includes(id)) return other;
    return { id, op: "input", inputs: [], attributes: { shape, dtype, name: `operand ${id}` }, shape, dtype };
  });
  return { graph: prune({ nodes, inputs: operands, outputs: [node.id] }), operands };
}

/**
 * Checks every op on the way of gradients by itself: the first direction of each. `inputs` are the elements of the graph's
 * inputs, `varied` those that are differentiated by. Ops come in the order of the graph.
 */
export function inspectOps(
  graph: Graph,
  inputs: readonly TypedArray[],
  varied: readonly NodeId[],
  order: 1 | 2,
  settings: CheckSettings,
): { readonly wrong: readonly WrongOp[]; readonly kinks: readonly KinkedOp[] } {
  const values = evaluate({ ...graph, outputs: graph.nodes.map(({ id }) => id) }, inputs);
  const tensorOf = (id: NodeId) => Tensor.concrete(values[id]!, graph.nodes[id]!.shape);
  const { nodes, varies } = differentiated(graph, varied);
  const wrong: WrongOp[] = [];
  const kinks: KinkedOp[] = [];
  for (const node of nodes) {
    const draw = drawer(settings.seed);
    const local = alone(graph, node);
    const moving = local.operands.filter((id) => varies.has(id) && graph.nodes[id]!.dtype === "float64");
    if (node.dtype !== "float64" || moving.length === 0) continue;
    const fn = (...xs: Tensor[]): Tensor => {
      const all = local.operands.map((id) => xs[moving.indexOf(id)] ?? tensorOf(id));
      return callGraph(local.graph, all)[0]!;
    };
    const found = inspect(fn, moving.map(tensorOf), order, settings, draw);
    if (found === undefined) continue;
    const name = nameOf(recordOf(node), node.attributes);
    const place = { name, node: node.id, indices: found.indices };
    // The last input of the gradient's function is dy.
    const operand = found.input < moving.length ? node.inputs.indexOf(moving[found.input]!) : -1;
    if (found.kink) kinks.push({ ...place, operand, at: found.at });
    else wrong.push({ ...place, order: found.order, operand, analytic: found.analytic, numeric: found.numeric });
  }
  return { wrong, kinks };
}

type Finding =
  | (WrongElement & { readonly kink: false; readonly order: 1 | 2 })
  | { readonly kink: true; readonly input: number; readonly indices: readonly number[]; readonly at: number };

/** What is wrong with a function in first order, and if nothing is, in second. */
function inspect(
  fn: (...xs: Tensor[]) => Tensor,
  xs: readonly Tensor[],
  order: 1 | 2,
  settings: CheckSettings,
  draw: Draw,
): Finding | undefined {
  const first = pointOf(1, fn, xs, draw);
  const found = inspectPoint(first, settings, draw);
  if (found !== undefined || order === 1) return found;
  const w = xs.map(draw);
  const u = weights(first.value, draw);
  return inspectPoint(pointOf(2, gradientAlong(fn, w, first.value), [...xs, u], draw), settings, draw);
}

function inspectPoint(point: Point, settings: CheckSettings, draw: Draw): Finding | undefined {
  const v = point.inputs.map((x) => draw(x).data);
  const check = checkDirection(point, v, settings.step);
  if (isWrong(check, settings)) {
    const worst = wrongElements(point, v, settings).toSorted((a, b) => b.error - a.error)[0];
    return worst && { ...worst, kink: false, order: point.order };
  }
  if (!check.kink) return undefined;
  for (const [input, x] of point.inputs.entries()) {
    if (x.size === 0 || !checkDirection(point, only(v, input, 0, x.size), settings.step).kink) continue;
    const { at } = narrowed(point, v, input, settings.step, (c) => (c.kink ? 1 : 0));
    return { kink: true, input, indices: unravelIndex(at, x.shape), at: x.data[at]! };
  }
  return undefined;
}
