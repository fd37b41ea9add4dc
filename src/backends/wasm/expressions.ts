// Expressions on vectors of four elements, from which both AssemblyScript and WebAssembly are written.
import { floatBits } from "./float-bits.ts";
import { InstructionWriter } from "./webassembly.ts";
import * as opcodes from "./webassembly-opcodes.ts";

export type Expression =
  | { readonly kind: "operand"; readonly index: number }
  /** A number in every lane. */
  | { readonly kind: "splat"; readonly lanes: "f32x4" | "i32x4"; readonly value: number }
  /** The number of bits of a shift. */
  | { readonly kind: "integer"; readonly value: number }
  | {
      readonly kind: "instruction";
      readonly name: string;
      readonly opcode: number;
      readonly operands: readonly Expression[];
    }
  /** A function of machine/functions.ts. */
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly Expression[] };

type Build = (...operands: readonly (Expression | number)[]) => Expression;

/** Instructions on lanes of one type, as AssemblyScript writes them: F32X4_ADD is `f32x4.add(x, y)`. */
type Lanes<T extends string> = {
  readonly [C in keyof typeof opcodes as C extends `${T}_${infer Name}` ? Lowercase<Name> : never]: Build;
};

function instructionsOf<T extends "V128" | "F32X4" | "I32X4">(lanes: T): Lanes<T> {
  const own = Object.entries(opcodes).filter(([constant]) => constant.startsWith(`${lanes}_`));
  const build =
    (name: string, opcode: number): Build =>
    (...operands) => ({
      ...{ kind: "instruction", name, opcode },
      operands: operands.map((value) => (typeof value === "number" ? { kind: "integer", value } : value)),
    });
  return Object.fromEntries(
    own.map(([constant, opcode]) => {
      const name = constant.slice(lanes.length + 1).toLowerCase();
      return [name, build(`${lanes.toLowerCase()}.${name}`, opcode)];
    }),
  ) as Lanes<T>;
}

export const v128 = instructionsOf("V128");
export const f32x4 = {
  ...instructionsOf("F32X4"),
  splat: (value: number): Expression => ({ kind: "splat", lanes: "f32x4", value }),
};
export const i32x4 = {
  ...instructionsOf("I32X4"),
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
function isInline(expression: Expression): boolean {
  if (expression.kind === "call") return false;
  return expression.kind !== "instruction" || expression.operands.every(isInline);
}

/** The expression as WebAssembly in hexadecimal, with x, y and z where the operands are pushed; "" where it calls. */
export function templateOf(expression: Expression): string {
  if (!isInline(expression)) return "";
  const hex = (write: (code: InstructionWriter) => unknown): string => {
    const code = new InstructionWriter();
    write(code);
    return Array.from(code.written(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  switch (expression.kind) {
    case "operand":
      return operandNames[expression.index]!;
    case "splat":
      return hex((code) => code.splat(expression.lanes === "f32x4" ? floatBits(expression.value) : expression.value));
    case "integer":
      return hex((code) => code.i32Const(expression.value));
    case "instruction":
      return expression.operands.map(templateOf).join("") + hex((code) => code.op(expression.opcode));
    case "call":
      throw new Error(`${expression.name} has no WebAssembly of its own.`);
  }
}
