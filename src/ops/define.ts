// Helpers that turn a short description of an op into its record.
import type { Builder, Value } from "../ir/builder.ts";
import type { DType } from "../ir/dtype.ts";
import type { ElementwiseOpName, OpAttributes, OpName } from "../ir/graph.ts";
import type { ElementwiseRecord, GradientContext, GradientRule, OpRecord } from "../ir/op.ts";
import type { TensorType } from "../ir/shape.ts";
import { requireAccepted, requireBroadcast } from "./check.ts";

/** As many operands as the arity says, so that rules can take them apart by position. */
type Operands<A, T> = A extends 0
  ? readonly []
  : A extends 1
    ? readonly [T]
    : A extends 2
      ? readonly [T, T]
      : A extends 3
        ? readonly [T, T, T]
        : readonly T[];

type Rule<C> = { rule(context: C, g: Builder): readonly (Value | undefined)[] }["rule"];

interface Context<N extends OpName, A> extends GradientContext<N> {
  readonly inputs: Operands<A, Value>;
}

interface OpSpec<N extends OpName, A extends number | "any"> extends Omit<OpRecord<N>, "accepts"> {
  readonly name: N;
  readonly arity: A;
  infer(inputs: Operands<A, TensorType>, attributes: OpAttributes[N]): TensorType;
  readonly gradient: Rule<Context<N, A>> | "none";
  /** Default: "float" for all operands. */
  readonly accepts?: OpRecord["accepts"];
}

/** `infer` is asked once the operands have types that the op accepts. */
export const opRecord = <N extends OpName, A extends number | "any">(spec: OpSpec<N, A>): OpRecord<N> => {
  const { name, accepts = ["float"] } = spec;
  return {
    ...spec,
    accepts,
    infer(inputs: Operands<A, TensorType>, attributes: OpAttributes[N]) {
      requireAccepted(name, inputs, accepts);
      return spec.infer(inputs, attributes);
    },
  };
};

type ElementwiseSpec<N extends ElementwiseOpName, C> = Pick<
  ElementwiseRecord<N>,
  "name" | "saves" | "scalar" | "identity" | "steep" | "flat" | "exact"
> & {
  readonly gradient: Rule<C> | "none";
  /** Element types of the operands. Default: "float". */
  readonly accepts?: "float" | "number" | "any";
  /** Element type of the result. Default: that of the operands. */
  readonly result?: (attributes: OpAttributes[N]) => DType;
  /** Throws INVALID_ARGUMENT. */
  readonly check?: (attributes: OpAttributes[N]) => void;
};

interface UnaryContext<N extends OpName> {
  readonly dy: Value;
  readonly x: Value;
  readonly y: Value;
  readonly attributes: OpAttributes[N];
}

/** y = f(x), element by element. */
export const unary = <N extends ElementwiseOpName>(spec: ElementwiseSpec<N, UnaryContext<N>>): ElementwiseRecord<N> =>
  elementwise(spec, 1, ({ dy, inputs, y, attributes }) => ({ dy, x: inputs[0]!, y, attributes }));

interface BinaryContext<N extends OpName> {
  readonly dy: Value;
  readonly a: Value;
  readonly b: Value;
  readonly y: Value;
  readonly attributes: OpAttributes[N];
}

/** y = f(a, b), element by element; the operands broadcast. */
export const binary = <N extends ElementwiseOpName>(spec: ElementwiseSpec<N, BinaryContext<N>>): ElementwiseRecord<N> =>
  elementwise(spec, 2, ({ dy, inputs, y, attributes }) => ({ dy, a: inputs[0]!, b: inputs[1]!, y, attributes }));

function elementwise<N extends ElementwiseOpName, C>(
  spec: ElementwiseSpec<N, C>,
  arity: number,
  named: (context: GradientContext<N>) => C,
): ElementwiseRecord<N> {
  const { gradient, accepts = "float", result, check, ...rest } = spec;
  const rule: GradientRule<N> | "none" =
    gradient === "none" ? "none" : (context: GradientContext<N>, g: Builder) => gradient(named(context), g);
  return {
    ...rest,
    arity,
    accepts: [accepts],
    gradient: rule,
    infer(inputs, attributes) {
      check?.(attributes);
      requireAccepted(rest.name, inputs, [accepts]);
      return { shape: requireBroadcast(rest.name, inputs), dtype: result?.(attributes) ?? inputs[0]!.dtype };
    },
  };
}
