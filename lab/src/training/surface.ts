// The loss over two parameters, all others held: its surface, its curvature, and the ways down it at other learning rates.
import { compile, hessian, type Tensor, tensor, where } from "chainrule";
import { apply, lossOf, type TensorTree, type Variables } from "chainrule/nn";
import { HeldTraining } from "chainrule/train";
import { elementOf, placeIn } from "./element.ts";
import type { Opened } from "./open.ts";

/** Two parameters: "layers.0.weight[0,0]" and "layers.0.weight[1,0]". */
export type Pair = readonly [string, string];

export interface SurfaceRequest {
  readonly elements: Pair;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Points along each side. */
  readonly resolution: number;
}

export interface Surface extends SurfaceRequest {
  /** Loss over the rows for training, [resolution, resolution], from the lowest value of the second parameter up. */
  readonly loss: Float64Array;
}

/** The places of the pair after 0, 1, 2 … steps at a learning rate, and the loss there. */
export interface Descent {
  readonly rate: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly loss: Float64Array;
}

/** The loss of many values of the pair at once: points [n, 2] → [n]. */
export class PairLoss {
  readonly #of: (points: Tensor) => Tensor;

  constructor({ options, model }: Opened, { parameters, buffers }: Variables, elements: Pair) {
    const loss = lossOf(options.loss);
    const { x, y } = options.data;
    const masks = elements.map((element) => maskOf(parameters, element));
    this.#of = (point) => {
      let own = parameters;
      for (const [i, { name, mask }] of masks.entries())
        own = replaced(own, name, (value) => where(mask, point.slice([i], [i + 1]), value));
      return loss(apply(model, { parameters: own, buffers }, x), y);
    };
  }

  /** The loss at each of some points. */
  at(points: readonly (readonly [number, number])[]): Float64Array {
    const one = compile((point: Tensor) => this.#of(point), { backend: "reference" });
    return Float64Array.from(points, (point) => one(tensor([...point])).item());
  }

  /** The largest eigenvalue of the second derivatives at a point: λ, whose 2 / λ bounds the learning rate. */
  curvature(point: readonly [number, number]): number {
    const [a = 0, b = 0, , d = 0] = hessian(this.#of)(tensor([...point])).data;
    const mean = (a + d) / 2;
    return mean + Math.hypot((a - d) / 2, b);
  }
}

export function surfaceOf(opened: Opened, variables: Variables, request: SurfaceRequest): Surface {
  const { x, y, resolution, elements } = request;
  const at = ([low, high]: readonly [number, number], i: number) => low + ((high - low) * (i + 0.5)) / resolution;
  const points = Array.from(
    { length: resolution * resolution },
    (_, i) => [at(x, i % resolution), at(y, Math.floor(i / resolution))] as const,
  );
  return { ...request, loss: new PairLoss(opened, variables, elements).at(points) };
}

/** From where a training stands, so many steps at each of some rates; the training stays as it is. */
export async function descentsOf(
  opened: Opened,
  training: HeldTraining,
  elements: Pair,
  rates: readonly number[],
  steps: number,
): Promise<readonly Descent[]> {
  const snapshot = training.snapshot();
  const other = await HeldTraining.load(opened.options);
  try {
    const descents: Descent[] = [];
    for (const rate of rates) {
      await other.restore(snapshot);
      other.setLearningRate(rate);
      const place = () => elements.map((element) => numberOf(other.variables().parameters, element));
      const rows = Array.from({ length: opened.options.data.x.shape[0]! }, (_, row) => row);
      const [x, y, loss] = [0, 1, 2].map(() => new Float64Array(steps + 1)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      for (let step = 0; step <= steps; step++) {
        [x[step], y[step]] = place() as [number, number];
        loss[step] = other.look(rows).loss.item();
        if (step < steps) await other.run(1);
      }
      descents.push({ rate, x, y, loss });
    }
    return descents;
  } finally {
    other.dispose();
  }
}

/** A tensor by its path, and where in it the element is. */
function maskOf(parameters: TensorTree, element: string): { readonly name: string; readonly mask: Tensor } {
  const { name, indices } = elementOf(element)!;
  const { shape, size } = leafOf(parameters, name);
  const at = placeIn(shape, indices)!;
  const mask = tensor(Uint8Array.from({ length: size }, (_, i) => Number(i === at))).reshape([...shape]);
  return { name, mask };
}

export function numberOf(parameters: TensorTree, element: string): number {
  const { name, indices } = elementOf(element)!;
  const { data, shape } = leafOf(parameters, name);
  return data[placeIn(shape, indices)!]!;
}

function leafOf(parameters: TensorTree, name: string): Tensor {
  let found: unknown = parameters;
  for (const part of name.split(".")) found = (found as Record<string, unknown>)[part];
  return found as Tensor;
}

/** The tree with another tensor at a path. */
function replaced(tree: TensorTree, name: string, of: (value: Tensor) => Tensor): TensorTree {
  const [first = "", ...rest] = name.split(".");
  const change = (value: unknown): unknown =>
    rest.length === 0 ? of(value as Tensor) : replaced(value as TensorTree, rest.join("."), of);
  if (Array.isArray(tree)) return tree.map((value, i) => (String(i) === first ? change(value) : value)) as never;
  return { ...tree, [first]: change(tree[first]) } as TensorTree;
}
