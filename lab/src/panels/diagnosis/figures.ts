// Figures of a verdict's evidence, in words and digits.
import type { DiagnosedVerdict } from "../../training/diagnosis.ts";
import { shown } from "../../view/numbers.ts";

type Figure = DiagnosedVerdict["evidence"][string];

/** "lossesBefore" → "losses before" */
export const figureWords = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Numbers of a list, at most so many. */
const most = 6;

export function figureText(figure: Figure): string {
  if (typeof figure === "number")
    return Number.isInteger(figure) && Math.abs(figure) < 1e9 ? figure.toLocaleString("en-US") : shown(figure);
  if (typeof figure === "boolean") return figure ? "yes" : "no";
  if (typeof figure === "string") return figure;
  const parts = figure.slice(0, most).map(figureText);
  return figure.length > most ? `${parts.join(", ")} …` : parts.join(", ");
}

export const lossText = (loss: number): string => (Number.isNaN(loss) ? "not finite" : shown(loss));
