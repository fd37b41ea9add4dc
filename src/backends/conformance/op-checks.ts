// Checks of ops one by one: each at all its cases and sizes, for every element type that its record accepts.
import { convert, type DType, isFloat, type TypedArray } from "../../ir/dtype.ts";
import type { OpName } from "../../ir/graph.ts";
import { acceptedAt, isElementwise, isShared, type OpRecord } from "../../ir/op.ts";
import { formatShape, type Shape, sizeOf, type TensorType } from "../../ir/shape.ts";
import type { Case } from "../../ops/case.ts";
import { casesOf, domainOf, sizedCasesOf } from "../../ops/cases.ts";
import { records } from "../../ops/index.ts";
import { generator, isContinuous, sampleInputs } from "../../ops/sample.ts";
import { GraphBuilder } from "../../trace/graph-builder.ts";
import { attributesFor, type ConformanceCheck, checkGraph, sizes } from "./check.ts";

/** Operands' shapes for elementwise ops of each arity. */
const forms: Record<number, readonly (readonly Shape[])[]> = {
  1: [...sizes.map((n) => [[n]]), [[]], [[0, 3]], [[3, 7, 5]]],
  2: [
    ...sizes.map((n) => [[n], [n]]),
    ...[
      [[], []],
      [[5, 17], []],
      [[], [5, 17]],
      [[5, 17], [17]],
      [[17], [5, 17]],
      [
        [257, 1],
        [1, 5],
      ],
    ],
    ...[
      [
        [1, 5],
        [257, 1],
      ],
      [
        [3, 5],
        [4, 3, 5],
      ],
      [
        [4, 3, 5],
        [3, 5],
      ],
      [
        [4, 1, 5],
        [3, 1],
      ],
      [[0, 3], [3]],
      [
        [2, 0],
        [2, 1],
      ],
    ],
    ...[
      [
        [2, 1, 3, 1],
        [5, 1, 7],
      ],
      [
        [1031, 1],
        [1031, 3],
      ],
    ],
  ],
  3: [
    ...sizes.map((n) => [[n], [n], [n]]),
    ...[
      [[5, 17], [], [17]],
      [[], [5, 17], [5, 1]],
      [[17], [5, 1], [5, 17]],
      [[4, 3, 5], [5], [3, 1]],
      [[0], [], [0]],
    ],
  ],
};

const configurationsOf = (record: OpRecord): readonly Case<OpName>[] =>
  isElementwise(record)
    ? casesOf(record.name).flatMap(({ attributes }) => forms[record.arity]!.map((shapes) => ({ shapes, attributes })))
    : [...casesOf(record.name), ...sizes.flatMap((n) => sizedCasesOf(record.name, n))];

/** What the operands that share a type hold. */
type Variant = "float" | "int32" | "bool";

/** The variants that a record accepts: each must be computed. */
function variantsOf(record: OpRecord): readonly Variant[] {
  const accepts = record.accepts.find(isShared);
  if (record.arity === 0 || accepts === undefined || accepts === "float") return ["float"];
  return accepts === "number" ? ["float", "int32"] : ["float", "int32", "bool"];
}

function typesOf(record: OpRecord, shapes: readonly Shape[], variant: Variant, float: DType): TensorType[] {
  const shared = variant === "float" ? float : variant;
  return shapes.map((shape, i) => {
    const accepted = acceptedAt(record, i);
    return { shape, dtype: accepted === undefined || isShared(accepted) ? shared : accepted };
  });
}

/** Where int32 wraps, and where float32 has no room for all digits. */
const edges = [2 ** 31 - 1, -(2 ** 31), -1, 0, 1, 2 ** 31 - 2, 1 - 2 ** 31, 46341, -46341, 65536, 2 ** 24 + 1];

/** Numbers of all of int32, small ones, and its edges. */
const integers = (length: number, next: () => number): Int32Array =>
  Int32Array.from({ length }, () => {
    const kind = next();
    if (kind < 0.3) return edges[Math.floor(next() * edges.length)]!;
    return kind < 0.5 ? Math.floor(next() * 17) - 8 : Math.floor((next() - 0.5) * 2 ** 32);
  });

const bools = (length: number, next: () => number): Uint8Array =>
  Uint8Array.from({ length }, () => (next() < 0.5 ? 0 : 1));

/** Elements for operands of `types`: those of one variant from all that it holds, floats from the op's domains. */
function samplesOf(op: OpName, types: readonly TensorType[], variant: Variant): TypedArray[] {
  const next = generator(3);
  const wide = types.map(({ shape, dtype }) => ({ shape, dtype: isFloat(dtype) ? ("float64" as const) : dtype }));
  return sampleInputs(op, wide, next).map((data, i) => {
    if (!isContinuous(domainOf(op, i))) return data;
    if (variant === "float") return convert(data, types[i]!.dtype);
    return (variant === "int32" ? integers : bools)(sizeOf(types[i]!.shape), next);
  });
}

/** One check per configuration and variant. */
function opChecks(record: OpRecord): ConformanceCheck[] {
  return configurationsOf(record).flatMap(({ shapes, attributes }) =>
    variantsOf(record).map((variant): ConformanceCheck => {
      const { data: _, ...shown } = attributes as { data?: unknown };
      return {
        op: record.name,
        name: `${shapes.map(formatShape).join(", ")} ${variant} ${JSON.stringify(shown)}`,
        run(backend, tolerance) {
          const types = typesOf(record, shapes, variant, backend.float);
          const g = new GraphBuilder(backend.float);
          const values = types.map((type, i) => g.input(type, `x${i}`));
          const y = g.apply(record.name, values, attributesFor(attributes, backend.float) as never);
          checkGraph(backend, tolerance, g.finish([y]), samplesOf(record.name, types, variant), record.exact);
        },
      };
    }),
  );
}

/** In the table's order. */
export const checksOfOps: readonly ConformanceCheck[] = records.flatMap(opChecks);
