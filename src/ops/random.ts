// Random numbers as functions of a key: the same key and stream give the same numbers on every backend.
import type { OpAttributes } from "../ir/graph.ts";
import { formatShape, type TensorType } from "../ir/shape.ts";
import { type CasesOf, float, rows } from "./case.ts";
import { operandError, requireDType, requireInt32, requireIntegers, requireShape } from "./check.ts";
import { opRecord } from "./define.ts";
import type { Notations } from "./notation.ts";

type Random = "randomUniform" | "randomNormal";

function inferRandom(
  op: Random,
  key: TensorType,
  { shape, dtype, stream, block = 0 }: OpAttributes[Random],
): TensorType {
  requireInt32(op, "the key", key);
  if (key.shape.length !== 1 || key.shape[0] !== 4) {
    throw operandError("SHAPE_MISMATCH", op, `the key must have shape [4]; got ${formatShape(key.shape)}.`, [key]);
  }
  requireShape(op, shape);
  requireDType(op, { shape, dtype }, "float");
  requireIntegers(op, "stream", [stream], 0);
  requireIntegers(op, "block", [block], 0);
  return { shape, dtype };
}

export const draws = {
  randomUniform: opRecord({
    name: "randomUniform",
    arity: 1,
    accepts: ["int32"],
    infer: ([key], attributes) => inferRandom("randomUniform", key, attributes),
    exact: true,
    saves: "nothing",
    gradient: "none",
  }),

  randomNormal: opRecord({
    name: "randomNormal",
    arity: 1,
    accepts: ["int32"],
    infer: ([key], attributes) => inferRandom("randomNormal", key, attributes),
    saves: "nothing",
    gradient: "none",
  }),
};

export const drawsNotation: Notations<typeof draws> = {
  randomUniform: { formula: { text: "y ~ U[0, 1), multiples of 2⁻²⁴", tex: "y \\sim \\mathcal U[0, 1)" } },
  randomNormal: { formula: { text: "y ~ N(0, 1)", tex: "y \\sim \\mathcal N(0, 1)" } },
};

const drawn = () =>
  rows<OpAttributes["randomUniform"]>(
    [[4], { ...float, shape: [3, 5], stream: 0 }],
    [[4], { ...float, shape: [17], stream: 7 }],
    [[4], { ...float, shape: [], stream: 1 }],
    [[4], { ...float, shape: [8], stream: 2 ** 31 + 1 }],
    [[4], { ...float, shape: [0, 3], stream: 0 }],
    [[4], { ...float, shape: [11], stream: 3, block: 5 }],
  );

export const drawsCases: CasesOf<typeof draws> = {
  randomUniform: { domain: ["key"], cases: drawn },
  randomNormal: { domain: ["key"], cases: drawn },
};
