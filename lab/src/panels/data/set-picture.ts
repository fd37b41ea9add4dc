// A built-in set as a small picture: its points in the colours of their targets.
import type { SetRows, TableSet } from "../../sets/index.ts";
import { classToken } from "../../view/class-colours.ts";
import { diverging } from "../../view/scale.ts";
import { type Tokens, tokens } from "../../view/tokens.ts";

/** Points that a small picture has room for. */
const mostPoints = 160;
const margin = 4;

export async function drawSet(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  set: TableSet,
): Promise<void> {
  const { picture = ["x1", "x2"] } = set;
  if (typeof picture === "string") {
    context.fillStyle = tokens().faint!;
    context.font = `300 ${Math.round(height * 0.6)}px ${getComputedStyle(context.canvas).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(picture, width / 2, height / 2);
    return;
  }
  const [x, y] = picture;
  const rows = await set.rows({});
  const colour = coloursOf(rows, set.target, tokens());
  const points = rows
    .filter((_, i) => (i * mostPoints) % rows.length < mostPoints)
    .flatMap((row) => {
      const [a, b] = [row[x], row[y]];
      return typeof a === "number" && typeof b === "number" ? [{ a, b, colour: colour(row[set.target]!) }] : [];
    });
  const across = placed(
    points.map(({ a }) => a),
    width,
  );
  const up = placed(
    points.map(({ b }) => b),
    height,
  );
  context.clearRect(0, 0, width, height);
  for (const point of points) {
    context.fillStyle = point.colour;
    context.beginPath();
    context.arc(across(point.a), height - up(point.b), 1.3, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Classes by their order: two have the colours of sign, more those of series; numbers by their sign and size. */
function coloursOf(rows: SetRows, target: string, colours: Tokens): (value: number | string) => string {
  const classes = [...new Set(rows.map((row) => row[target]))].sort();
  if (typeof classes[0] === "number") return (value) => diverging(Number(value));
  return (value) => colours[classToken(classes.length, classes.indexOf(value))]!;
}

function placed(values: readonly number[], length: number): (value: number) => number {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return (value) => margin + ((value - low) / (high - low)) * (length - 2 * margin);
}
