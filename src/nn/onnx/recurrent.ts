// ONNX's recurrent networks, step by step over the length of the sequence.

import { where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import {
  type Apply,
  choiceOf,
  input,
  invalidNode,
  numberOf,
  type OnnxCall,
  type OnnxOp,
  op,
  refused,
  staticInput,
  textsOf,
} from "./op.ts";
import { cut, everywhere, join, known, range, split, unsqueeze } from "./parts.ts";

/** Longer sequences would be more nodes than anything else in a network. */
const longest = 1024;

interface State {
  readonly h: Tensor;
  readonly c: Tensor;
}

/** Weights of one direction, without their first dimension. */
interface Weights {
  readonly w: Tensor;
  readonly r: Tensor;
  readonly wb: Tensor;
  readonly rb: Tensor;
  readonly peepholes: readonly Tensor[];
}

type Activate = (x: Tensor) => Tensor;
type Step = (call: OnnxCall, x: Tensor, state: State, weights: Weights, activate: readonly Activate[]) => State;

const activations: ReadonlyMap<string, Activate> = new Map<string, Activate>([
  ["relu", (x) => x.relu()],
  ["tanh", (x) => x.tanh()],
  ["sigmoid", (x) => x.sigmoid()],
  ["softsign", (x) => x.div(x.abs().add(1))],
  ["softplus", (x) => x.softplus()],
]);

const simple: Step = (_, x, { h, c }, { w, r, wb, rb }, [f]) => ({
  h: f!(x.matmul(w.T).add(h.matmul(r.T)).add(wb).add(rb)),
  c,
});

const gated: Step = (call, x, { h, c }, { w, r, wb, rb }, [f, g]) => {
  const size = h.shape[1]!;
  const parts = (t: Tensor) => split(t, t.rank - 1, [size, size, size]) as [Tensor, Tensor, Tensor];
  const [xz, xr, xh] = parts(x.matmul(w.T).add(wb));
  const turned = split(r, 0, [2 * size, size]) as [Tensor, Tensor];
  const [bz, br, bh] = parts(rb);
  const [hz, hr] = split(h.matmul(turned[0].T), 1, [size, size]) as [Tensor, Tensor];
  const z = f!(xz.add(hz).add(bz));
  const reset = f!(xr.add(hr).add(br));
  const isBefore = numberOf(call, "linear_before_reset", 0) === 1;
  const inner = isBefore ? reset.mul(h.matmul(turned[1].T).add(bh)) : reset.mul(h).matmul(turned[1].T).add(bh);
  const hidden = g!(xh.add(inner));
  return { h: z.neg().add(1).mul(hidden).add(z.mul(h)), c };
};

const long: Step = (_, x, { h, c }, { w, r, wb, rb, peepholes }, [f, g, last]) => {
  const size = h.shape[1]!;
  const gates = x.matmul(w.T).add(h.matmul(r.T)).add(wb).add(rb);
  const [i, o, forget, cell] = split(gates, 1, [size, size, size, size]) as [Tensor, Tensor, Tensor, Tensor];
  const peep = (gate: Tensor, k: number, state: Tensor) =>
    peepholes[k] === undefined ? gate : gate.add(peepholes[k].mul(state));
  const next = f!(peep(forget, 2, c))
    .mul(c)
    .add(f!(peep(i, 0, c)).mul(g!(cell)));
  return { h: f!(peep(o, 1, next)).mul(last!(next)), c: next };
};

interface Kind {
  readonly gates: number;
  readonly step: Step;
  readonly activations: readonly string[];
}

function activationsOf(call: OnnxCall, kind: Kind, direction: number): Activate[] {
  const count = kind.activations.length;
  const names = textsOf(call, "activations")?.slice(direction * count, (direction + 1) * count) ?? kind.activations;
  if (names.length !== count)
    throw invalidNode(call.node, `it has ${names.length} activations for a direction, and needs ${count}`);
  return names.map((name) => {
    const found = activations.get(name.toLowerCase());
    if (found === undefined) throw refused(call.node, `its activation ${JSON.stringify(name)} is not supported`);
    return found;
  });
}

const recurrent =
  (kind: Kind): Apply =>
  (call) => {
    const isBatchFirst = numberOf(call, "layout", 0) === 1;
    const swapped = (x: Tensor) => (isBatchFirst ? x.transpose([1, 0, ...range(x.rank).slice(2)]) : x);
    const x = swapped(input(call));
    const [w, r] = [input(call, 1), input(call, 2)];
    const [length, batch] = x.shape as [number, number];
    const [directions, , size] = r.shape as [number, number, number];
    if (x.rank !== 3 || w.rank !== 3 || r.rank !== 3)
      throw invalidNode(call.node, `what comes has the shape [${x.shape}]`);
    if (length > longest) throw refused(call.node, `the sequence has ${length} steps, over ${longest}`);
    const direction = choiceOf(call, "direction", "forward", ["forward", "reverse", "bidirectional"]);
    if (directions !== (direction === "bidirectional" ? 2 : 1))
      throw invalidNode(call.node, `its weights are for ${directions} directions`);
    const lengths = staticInput(call, 4);
    if (numberOf(call, "clip", 0) !== 0 || numberOf(call, "input_forget", 0) !== 0)
      throw refused(call.node, "its clip or input_forget is not supported");
    const zeros = everywhere(0, [batch, size]);
    const begin = (i: number, d: number): Tensor => {
      const given = call.inputs[i];
      return given === undefined ? zeros : cut(swapped(given), 0, d, d + 1).reshape([batch, size]);
    };
    const runs = range(directions).map((d) => {
      const isBack = direction === "reverse" || d === 1;
      const own = (t: Tensor) => cut(t, 0, d, d + 1).reshape(t.shape.slice(1));
      const b = call.inputs[3] === undefined ? everywhere(0, [2 * kind.gates * size]) : own(call.inputs[3]);
      const [wb, rb] = split(b, 0, [kind.gates * size, kind.gates * size]) as [Tensor, Tensor];
      const p = call.inputs[7];
      const peepholes = p === undefined ? [] : split(own(p), 0, [size, size, size]);
      const weights: Weights = { w: own(w), r: own(r), wb, rb, peepholes };
      const activate = activationsOf(call, kind, d);
      let state: State = { h: begin(5, d), c: begin(6, d) };
      const steps: Tensor[] = [];
      for (const t of isBack ? range(length).reverse() : range(length)) {
        const next = kind.step(call, cut(x, 0, t, t + 1).reshape([batch, x.shape[2]!]), state, weights, activate);
        const isIn =
          lengths &&
          known(
            lengths.map((n) => (t < n ? 1 : 0)),
            [batch, 1],
            "bool",
          );
        const kept = (now: Tensor, old: Tensor) => (isIn === undefined ? now : where(isIn, now, old));
        steps.push(unsqueeze(isIn === undefined ? next.h : where(isIn, next.h, 0), 0));
        state = { h: kept(next.h, state.h), c: kept(next.c, state.c) };
      }
      const ys = join(isBack ? steps.reverse() : steps, 0);
      return { y: unsqueeze(ys, 1), h: unsqueeze(state.h, 0), c: unsqueeze(state.c, 0) };
    });
    const y = join(
      runs.map((one) => one.y),
      1,
    );
    const [h, c] = [
      join(
        runs.map((one) => one.h),
        0,
      ),
      join(
        runs.map((one) => one.c),
        0,
      ),
    ];
    return [isBatchFirst ? y.transpose([2, 0, 1, 3]) : y, swapped(h), swapped(c)];
  };

const names = "activations clip direction hidden_size layout";

export const recurrents = {
  GRU: op(`${names} linear_before_reset`, recurrent({ gates: 3, step: gated, activations: ["Sigmoid", "Tanh"] }), {
    statics: [4],
  }),
  LSTM: op(`${names} input_forget`, recurrent({ gates: 4, step: long, activations: ["Sigmoid", "Tanh", "Tanh"] }), {
    statics: [4],
  }),
  RNN: op(names, recurrent({ gates: 1, step: simple, activations: ["Tanh"] }), { statics: [4] }),
} satisfies Record<string, OnnxOp>;
