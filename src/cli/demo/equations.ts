// Equations step by step: the symbols, the numbers put in, the value.
import { maximum } from "../../ir/stats.ts";
import type { Style } from "../terminal/style.ts";
import { displayWidth, padEnd } from "../terminal/text.ts";

export type Equation = readonly [name: string, symbols: string, numbers: string, value: string];

const indent = "  ";

/** A line each where all of them fit side by side; otherwise the steps of each stand below each other. */
export function renderEquations(equations: readonly Equation[], { width, colors }: Style): string[] {
  const widths = [0, 1, 2, 3].map((i) => maximum(equations.map((equation) => displayWidth(equation[i]!))));
  const [nameWidth, symbolsWidth, numbersWidth, valueWidth] = widths as [number, number, number, number];
  const equals = colors.dim(" = ");
  // Values without a minus sign leave its place free, so that decimal points stand below each other.
  const signed = (value: string) => colors.bold(value.startsWith("−") ? value : ` ${value}`);
  const sideBySide = indent.length + nameWidth + symbolsWidth + numbersWidth + valueWidth + 10;
  if (sideBySide <= width) {
    return equations.map(
      ([name, symbols, numbers, value]) =>
        indent +
        padEnd(name, nameWidth) +
        equals +
        colors.dim(padEnd(symbols, symbolsWidth)) +
        equals +
        padEnd(numbers, numbersWidth) +
        equals +
        signed(value),
    );
  }
  const below = indent + " ".repeat(nameWidth);
  return equations.flatMap(([name, symbols, numbers, value]) => {
    const first = indent + padEnd(name, nameWidth) + equals + colors.dim(symbols);
    const second = numbers === "" ? [] : [below + equals + numbers];
    return [first, ...second, below + equals + colors.bold(value)];
  });
}
