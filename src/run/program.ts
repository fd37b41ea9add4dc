// From a TypeScript function over named state and inputs to a program of a module.
import type { FloatDType } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatType, sameShape, type TensorType } from "../ir/shape.ts";
import type { Binding, Program } from "../plan/module.ts";
import type { Tensor } from "../trace/tensor.ts";
import { trace } from "../trace/trace.ts";

export type Types = Readonly<Record<string, TensorType>>;
export type Tensors = Readonly<Record<string, Tensor>>;

export interface ProgramResult {
  /** Next values, by name; states that are not named stay as they are. */
  readonly state?: Tensors;
  readonly outputs?: Tensors;
}

/**
 * Traces `fn(state, inputs)`. Throws SHAPE_MISMATCH where a next value has another type than its state.
 * `float` is the float type of the backend that will run it.
 */
export function traceProgram(
  state: Types,
  inputs: Types,
  fn: (state: Tensors, inputs: Tensors) => ProgramResult,
  float: FloatDType,
): Program {
  const stateNames = Object.keys(state);
  const inputNames = Object.keys(inputs);
  const types = [
    ...stateNames.map((name) => ({ ...state[name]!, name })),
    ...inputNames.map((name) => ({ ...inputs[name]!, name })),
  ];
  const outputs: Binding[] = [];
  const { graph } = trace(
    types,
    (tensors) => {
      const pick = (names: readonly string[], from: number): Tensors =>
        Object.fromEntries(names.map((name, i) => [name, tensors[from + i]!]));
      const result = fn(pick(stateNames, 0), pick(inputNames, stateNames.length));
      const next = Object.entries(result.state ?? {}).map(([name, tensor]) => {
        const type = state[name];
        if (type === undefined || !sameShape(type.shape, tensor.shape) || type.dtype !== tensor.dtype) {
          throw new ChainruleError(
            "SHAPE_MISMATCH",
            `The next value of state "${name}" must have the type of the state, ${type ? formatType(type) : "which does not exist"}; got ${formatType(tensor)}.`,
            { state: name },
          );
        }
        outputs.push({ state: name });
        return tensor;
      });
      const named = Object.entries(result.outputs ?? {}).map(([name, tensor]) => {
        outputs.push({ name });
        return tensor;
      });
      return [...next, ...named];
    },
    float,
  );
  return {
    graph,
    inputs: [...stateNames.map((n) => ({ state: n })), ...inputNames.map((n) => ({ name: n }))],
    outputs,
  };
}
