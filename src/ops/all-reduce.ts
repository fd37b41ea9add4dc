// The sum over the ranks of one training: what each has of a tensor, added up, on all of them.
import { type CasesOf, rows } from "./case.ts";
import { opRecord } from "./define.ts";
import type { Notations } from "./notation.ts";

export const collectives = {
  allReduce: opRecord({
    name: "allReduce",
    arity: 1,
    accepts: ["number"],
    infer: ([x]) => x,
    isCollective: true,
    saves: "nothing",
    // y_r = Σ_s x_s on every rank r, and what is minimised is L = Σ_r L_r: dx_s = Σ_r ∂L_r/∂y_r = Σ_r dy_r.
    gradient: ({ dy }, g) => [g.apply("allReduce", [dy], {})],
  }),
};

export const collectivesNotation: Notations<typeof collectives> = {
  allReduce: { formula: { text: "y = Σ x over ranks", tex: "y = \\sum_{\\text{ranks}} x" } },
};

export const collectivesCases: CasesOf<typeof collectives> = {
  allReduce: { cases: () => rows([[3, 5], {}], [[17], {}], [[], {}], [[0, 3], {}]), sized: (n) => rows([[n], {}]) },
};
