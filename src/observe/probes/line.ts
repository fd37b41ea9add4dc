// Probe: the slopes of the loss along the last update, before and after it.
import type { Probe } from "./probe.ts";
import { total } from "./sums.ts";

/** The update of the observed step before, and ⟨gradient, update⟩ of that step. */
const updateOf = (name: string): string => `probe.update.${name}`;
const slope = "probe.slope";

export const lineProbe: Probe<"line"> = {
  name: "line",
  states: ({ parameters }, dtype) => ({
    ...Object.fromEntries(parameters.map(({ name, shape }) => [updateOf(name), { shape, dtype }])),
    [slope]: { shape: [], dtype },
  }),
  trace({ plan, state, slopes, update }) {
    const names = plan.parameters.map(({ name }) => name);
    const gradient = names.map((name) => slopes[name]!);
    const next = total(gradient, names.map(update));
    const before = names.map((name) => state[updateOf(name)]!);
    return {
      outputs: { slopeBefore: { "": state[slope]! }, slopeAfter: { "": total(gradient, before) } },
      state: { ...Object.fromEntries(names.map((name) => [updateOf(name), update(name)])), [slope]: next },
    };
  },
  read(outputs, _, { follows }) {
    const before = outputs.figure("slopeBefore");
    const after = outputs.figure("slopeAfter");
    return !follows || before === 0 ? undefined : { before, after, alpha: -after / before };
  },
};
