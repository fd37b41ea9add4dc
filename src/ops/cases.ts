// What the tests apply every op to, exhaustive by type. No part of the package.
import type { OpName } from "../ir/graph.ts";
import { activationsCases } from "./activations.ts";
import { collectivesCases } from "./all-reduce.ts";
import { arithmeticCases } from "./arithmetic.ts";
import { attentionsCases } from "./attention.ts";
import type { Case, Domain, OpCases } from "./case.ts";
import { castsCases } from "./cast.ts";
import { comparisonsCases } from "./comparison.ts";
import { convolutionsCases } from "./convolution.ts";
import { sourcesCases } from "./create.ts";
import { customCases } from "./custom.ts";
import { exponentialsCases } from "./exponential.ts";
import { gathersCases } from "./gather.ts";
import { matmulCases } from "./matmul.ts";
import { movementsCases } from "./movement.ts";
import { poolingsCases } from "./pooling.ts";
import { powersCases } from "./power.ts";
import { drawsCases } from "./random.ts";
import { reductionsCases } from "./reduce.ts";
import { sketchCases } from "./sketch.ts";
import { softmaxesCases } from "./softmax.ts";
import { trigonometryCases } from "./trigonometric.ts";

const table: { readonly [N in OpName]: OpCases<N> } = {
  ...sourcesCases,
  ...drawsCases,
  ...arithmeticCases,
  ...powersCases,
  ...exponentialsCases,
  ...trigonometryCases,
  ...activationsCases,
  ...comparisonsCases,
  ...castsCases,
  matmul: matmulCases,
  ...reductionsCases,
  ...softmaxesCases,
  ...attentionsCases,
  ...movementsCases,
  ...gathersCases,
  ...convolutionsCases,
  ...poolingsCases,
  custom: customCases,
  sketch: sketchCases,
  ...collectivesCases,
};

/** The domain of an operand. */
export function domainOf(op: OpName, operand: number): Domain {
  const { domain = [[-2, 2]] } = table[op];
  return domain[operand] ?? domain.at(-1)!;
}

export const kinksOf = (op: OpName): readonly number[] | "equal" => table[op].kinks ?? [];

export const casesOf = (op: OpName): readonly Case<OpName>[] => table[op].cases();

/** Cases of the size n; none where an op's kernels have no size to go by. */
export const sizedCasesOf = (op: OpName, n: number): readonly Case<OpName>[] => table[op].sized?.(n) ?? [];
