// Expressions on vectors of four elements, from which both AssemblyScript and WebAssembly are written.
import { floatBits } from "./float-bits.ts";
import { type InstructionWriter, type SimdName, simdNames } from "./webassembly.ts";

export type Expression =
  | { readonly kind: "operand"; readonly index: number }
  /** A number in every lane. */
  | { readonly kind: "splat"; readonly lanes: "f32x4" | "i32x4"; readonly value: number }
  /** The number of bits of a shift. */
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "instruction"; readonly name: SimdName; readonly operands: readonly Expression[] }
  /** A function of machine/functions.ts. */
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly Expression[] };

type Build = (...operands: readonly (Expression | number)[]) => Expression;

/** Instructions on lanes of one type, as AssemblyScript writes them: `f32x4.add(x, y)`. */
type Lanes<T extends string> = { readonly [N in SimdName as N extends `${T}.${infer Short}` ? Short : never]: Build };

function instructionsOf<T extends "v128" | "f32x4" | "i32x4">(lanes: T): Lanes<T> {
  const own = simdNames.filter((name) => name.startsWith(`${lanes}.`));
  const build =
    (name: SimdName): Build =>
    (...operands) => ({
      kind: "instruction",
      name,
      operands: operands.map((value) => (typeof value === "number" ? { kind: "integer", value } : value)),
    });
  return Object.fromEntries(own.map((name) => [name.slice(lanes.length + 1), build(name)])) as Lanes<T>;
}

export const v128 = instructionsOf("v128");
export const f32x4 = {
  ...instructionsOf("f32x4"),
  splat: (value: number): Expression => ({ kind: "splat", lanes: "f32x4", value }),
};
export const i32x4 = {
  ...instructionsOf("i32x4"),
  splat: (value: number): Expression => ({ kind: "splat", lanes: "i32x4", value }),
};

/** A function of machine/functions.ts, as "Float4.exp". */
export const call = (name: string, ...operands: readonly Expression[]): Expression => ({
  kind: "call",
  name,
  operands,
});

export const operand = (index: number): Expression => ({ kind: "operand", index });

const operandNames = ["x", "y", "z"] as const;

/** The expression in AssemblyScript, its operands called x, y and z. */
export function assemblyScriptOf(expression: Expression): string {
  switch (expression.kind) {
    case "operand":
      return operandNames[expression.index]!;
    case "splat":
      return `${expression.lanes}.splat(${expression.value})`;
    case "integer":
      return `${expression.value}`;
    case "instruction":
    case "call":
      return `${expression.name}(${expression.operands.map(assemblyScriptOf).join(", ")})`;
  }
}

/** Whether the expression is made of instructions alone. */
export function isInline(expression: Expression): boolean {
  if (expression.kind === "call") return false;
  return expression.kind !== "instruction" || expression.operands.every(isInline);
}

/** The expression as WebAssembly; `operand` pushes the operand with an index. */
export function writeExpression(
  code: InstructionWriter,
  expression: Expression,
  operand: (index: number) => void,
): void {
  switch (expression.kind) {
    case "operand":
      operand(expression.index);
      return;
    case "splat":
      code.splat(expression.lanes === "f32x4" ? floatBits(expression.value) : expression.value);
      return;
    case "integer":
      code.i32Const(expression.value);
      return;
    case "instruction":
      for (const part of expression.operands) writeExpression(code, part, operand);
      code.op(expression.name);
      return;
    case "call":
      throw new Error(`${expression.name} has no WebAssembly of its own.`);
  }
}
