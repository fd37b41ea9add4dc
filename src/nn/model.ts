// Models: their initial variables, and their application.
import { full, randomKey } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { type Applied, childPath, type Layer, type Pass, type Tap, type Variables } from "./layer.ts";
import { layerRecord } from "./layers/index.ts";
import type { RowShare } from "./row-share.ts";
import { makeVariables, nestedLayers, requireShallow } from "./structure.ts";

/** What a pass has in common for all layers. */
type Whole = Omit<Pass, "path" | "applyNested">;

/** Applies a layer; what it gives is offered to the pass's tap by its path. */
function applyLayer(layer: Layer, variables: Variables, x: Tensor, pass: Whole, path: string): Applied {
  const record = layerRecord(layer.kind);
  const applied = record.apply(layer, variables, x, {
    ...pass,
    path,
    applyNested: (inner, own, y, name) => applyLayer(inner, own, y, pass, childPath(path, name)),
  });
  // A sequence gives what its last layer gave.
  if (pass.tap === undefined || (nestedLayers(layer) !== undefined && !record.addsInput)) return applied;
  return { ...applied, y: pass.tap(path, applied.y) };
}

/** Hands out 0, 1, 2 … */
function counter(): () => number {
  let next = 0;
  return () => next++;
}

/**
 * Initial parameters and buffers (float64) of a model. The same seed gives the same numbers everywhere.
 *
 * ```ts
 * const model = sequential(dense(2, 3), activation("tanh"), dense(3, 1));
 * initialize(model, 1).parameters; // { layers: [{ weight, bias }, {}, { weight, bias }] }
 * ```
 */
export function initialize(model: Layer, seed = 0): Variables {
  requireShallow(model);
  const key = randomKey(seed);
  const nextStream = counter();
  return makeVariables(model, ({ shape, initial }) =>
    typeof initial === "number" ? full(shape, initial) : initial(key, nextStream()),
  );
}

/** y = model(x), as after training: no dropout, batch norm by its running statistics. */
export const apply = (model: Layer, variables: Variables, x: Tensor, tap?: Tap): Tensor =>
  applyWhole(model, variables, x, { key: undefined, tap }).y;

/**
 * y = model(x) in training, and the next buffers. `key` draws the step's random numbers: see randomKey and foldIn. `share`: which rows of a
 * step these are, where others have the rest.
 */
export const applyTraining = (
  model: Layer,
  variables: Variables,
  x: Tensor,
  key: Tensor,
  tap?: Tap,
  share?: RowShare,
): Applied => applyWhole(model, variables, x, { key, tap, share });

function applyWhole(model: Layer, variables: Variables, x: Tensor, pass: Omit<Whole, "nextStream">): Applied {
  requireShallow(model);
  return applyLayer(model, variables, x, { ...pass, nextStream: counter() }, "");
}
