// The worked arithmetic of one number of a training in the lab: as `chainrule explain` gives it, on rows of the training rows.
import { Tensor, tensor } from "chainrule";
import { type Explanation, explain, type NamedTensors, withUpdate } from "chainrule/explain";
import { apply, lossOf, type TensorTree } from "chainrule/nn";
import type { HeldTraining } from "chainrule/train";
import { decimal } from "./decimal.ts";
import { elementOf, placeIn } from "./element.ts";
import type { Opened } from "./open.ts";

/** Paths that are written out. */
const paths = 3;
/** As in clipByNorm. */
const clipEpsilon = 1e-6;

export function explainElement(
  { options, model }: Opened,
  training: HeldTraining,
  element: string,
  row: number | "batch",
): Explanation {
  const loss = lossOf(options.loss);
  const batch = row === "batch" ? training.nextRows() : [row];
  const at = tensor(Int32Array.from(batch.length > 0 ? batch : [0]));
  const { parameters, buffers } = training.variables();
  const one = explain(
    (tensors: NamedTensors, name) => {
      const variables = { parameters: tensors as TensorTree, buffers: tensors.buffers as TensorTree };
      return name("loss", loss(apply(model, variables, tensors.x as Tensor, name), tensors.target as Tensor));
    },
    inDecimals({
      ...parameters,
      x: options.data.x.gather(at),
      target: options.data.y.gather(at),
      buffers,
    } as NamedTensors),
  );
  const explanation = one.of(element, { paths });
  const { name = "", indices = [] } = elementOf(element) ?? {};
  const own = training.names.flatMap((full) => (full.startsWith("parameters.") ? [full.slice(11)] : []));
  if (!own.includes(name)) return explanation;

  const { shape } = training.read(`parameters.${name}`);
  const place = placeIn(shape, indices)!;
  const slots = training.names.flatMap((full) => {
    const [, slot] = full.endsWith(`.${name}`) ? (/^optimizer\.(\w+)\./.exec(full) ?? []) : [];
    return slot !== undefined && full === `optimizer.${slot}.${name}` ? [[slot, training.read(full).data[place]!]] : [];
  });
  const norm = Math.sqrt(own.reduce((sum, each) => sum + one.gradients(each).reduce((all, g) => all + g * g, 0), 0));
  const { clipNorm } = options;
  const clip = clipNorm === undefined ? 1 : Math.min(1, clipNorm / (norm + clipEpsilon));
  const given = { state: Object.fromEntries(slots), step: training.step, learningRate: training.learningRate, clip };
  return withUpdate(explanation, options.optimizer, given);
}

/**
 * float64 by the shortest decimals of float32 numbers: −0.8 for what float32 has as −0.800000011920929. Those are the numbers that people
 * gave, and they round to the same float32. Trees of parameters are as deep as layers are nested, which models keep shallow.
 */
function inDecimals(tensors: NamedTensors): NamedTensors {
  const convert = (each: Tensor | NamedTensors | readonly NamedTensors[]): unknown => {
    if (each instanceof Tensor)
      return each.dtype === "float32" ? tensor(Float64Array.from(each.data, decimal)).reshape(each.shape) : each;
    if (Array.isArray(each)) return each.map(convert);
    return Object.fromEntries(Object.entries(each).map(([name, one]) => [name, convert(one)]));
  };
  return convert(tensors) as NamedTensors;
}
