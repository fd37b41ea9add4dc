// Applies an op's scalar expression to the first n elements of its operands.
import type { TypedArray } from "../../ir/dtype.ts";

export type Scalar = (...inputs: number[]) => number;

export function applyElementwise(f: Scalar, operands: readonly TypedArray[], out: TypedArray, n: number): void {
  const a = operands[0]!;
  if (operands.length === 1) {
    for (let i = 0; i < n; i++) out[i] = f(a[i]!);
    return;
  }
  const b = operands[1]!;
  if (operands.length === 2) {
    for (let i = 0; i < n; i++) out[i] = f(a[i]!, b[i]!);
    return;
  }
  const c = operands[2]!;
  for (let i = 0; i < n; i++) out[i] = f(a[i]!, b[i]!, c[i]!);
}
