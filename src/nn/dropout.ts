// Dropout (Srivastava et al. 2014), inverted: scaled in training, nothing to do afterwards.
import { ChainruleError } from "../ir/errors.ts";
import { randomUniform, where } from "../trace/create.ts";
import { type Dropout, type LayerDefinition, noVariables } from "./layer.ts";

/** In training each element is 0 with probability `rate`, in [0, 1), and divided by 1 − rate otherwise. */
export function dropout(rate: number): Dropout {
  if (!(rate >= 0 && rate < 1)) {
    throw new ChainruleError("INVALID_ARGUMENT", `dropout: rate must be at least 0 and less than 1; got ${rate}.`, {
      rate,
    });
  }
  return { kind: "dropout", rate };
}

export const dropoutDefinition: LayerDefinition<Dropout> = {
  initialize: () => noVariables,
  apply: ({ rate }, { buffers }, x, { key, nextStream }) => {
    if (key === undefined || rate === 0) return { y: x, buffers };
    const kept = randomUniform(key, x.shape, nextStream()).greaterEqual(rate);
    return { y: where(kept, x.div(1 - rate), 0), buffers };
  },
};
