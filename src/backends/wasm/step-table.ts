// The machine's elementwise steps as the encoder knows them: what the build wrote of steps.ts.
import * as table from "./tables.generated.ts";

export interface Step {
  /** In the machine's instructions. */
  readonly number: number;
  /**
   * WebAssembly in hexadecimal, with x, y and z where operands are pushed; empty where the step calls a function.
   * Without calls, generated functions can hold it.
   */
  readonly template: string;
  /** Nanoseconds an element, where the machine interprets the step. */
  readonly cost: number;
}

/** Numbers of an op's steps: see steps.ts. */
export type StepsOfOp =
  | "convert"
  | { readonly select: number }
  | {
      readonly float: number;
      readonly int?: number;
      readonly compares?: true;
      readonly reversed?: true;
      readonly attribute?: string;
    };

/** Of every elementwise op, as steps.ts says. */
export const elementwise: Readonly<Record<string, StepsOfOp>> = table.elementwise;
export const casts = table.casts;

const steps = table.templates.map((template, number): Step => ({ number, template, cost: template ? 0.15 : 2 }));
export const stepOf = (number: number): Step => steps[number]!;
