// Dropout (Srivastava et al. 2014), inverted: scaled in training, nothing to do afterwards.
import { make, share } from "../../ir/fields.ts";
import { randomUniform, where } from "../../trace/create.ts";
import type { LayerRecord } from "../layer.ts";
import { firstElement } from "../row-share.ts";

export interface Dropout {
  readonly kind: "dropout";
  /** Share of elements set to 0 in training. */
  readonly rate: number;
}

export const dropoutRecord: LayerRecord<Dropout> = {
  kind: "dropout",
  fields: { rate: share() },
  apply({ rate }, { buffers }, x, { key, nextStream, share }) {
    if (key === undefined || rate === 0) return { y: x, buffers };
    const kept = randomUniform(key, x.shape, nextStream(), firstElement(x, share)).greaterEqual(rate);
    return { y: where(kept, x, 0).div(1 - rate), buffers };
  },
  output: (_, x) => x,
  keepsValues: true,
};

/** In training each element is 0 with probability `rate`, in [0, 1), and divided by 1 − rate otherwise. */
export const dropout = (rate: number): Dropout => make(dropoutRecord, {}, { rate });
