// Lesson 4 as text: the programs in examples/, to run and to change.
import { maximum } from "../../ir/stats.ts";
import type { Style } from "../terminal/style.ts";
import { padEnd } from "../terminal/text.ts";
import { paragraph, title } from "./layout.ts";

/** Programs in examples/, and what each one shows. */
export const examples: readonly (readonly [file: string, shows: string])[] = [
  ["01-one-neuron", "gradient descent"],
  ["02-hidden-layer", "backpropagation"],
  ["03-vanishing", "a deep network's gradients"],
  ["04-train-xor", "a model, trained"],
  ["05-second-derivatives", "grad(grad(f)), Hessian"],
  ["06-penguins", "a table from a file"],
  ["07-characters", "a transformer writes verse"],
  ["08-serve", "a trained network behind HTTP"],
];

export function renderLesson4(style: Style): string[] {
  const width = maximum(examples.map(([file]) => file.length));
  return [
    ...title("4  Run it yourself", style),
    ...paragraph("Short complete programs. Start one, change a number, start it again:", style),
    "",
    ...examples.map(([file, shows]) => {
      const command = padEnd(`  node examples/${file}.mjs`, width + 20);
      return `${style.colors.bold(command)}${style.width < 74 ? "" : `  ${style.colors.dim(shows)}`}`.trimEnd();
    }),
    "",
    ...paragraph("Your own table: chainrule train <file> --target <column>", style),
  ];
}
