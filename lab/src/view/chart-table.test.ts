// A chart's table: joined, bounded, as CSV and as a sentence.
import { expect, it } from "vitest";
import { bounded, csvOf, joined, sentenceOf } from "./chart-table.ts";

const column = (name: string, step: number[], mean: number[]) => ({
  name,
  column: {
    name,
    step: Float64Array.from(step),
    mean: Float64Array.from(mean),
    low: Float64Array.from(mean, (value) => value - 1),
    high: Float64Array.from(mean, (value) => value + 1),
  },
});

it("joins lines of different steps, with gaps", () => {
  const lines = [column("training", [1, 2, 5], [3, 2, 1]), column("validation", [2, 8], [7, 6])];
  expect(joined(lines)).toEqual({
    header: ["step", "training", "validation"],
    rows: [
      [1, 3, Number.NaN],
      [2, 2, 7],
      [5, 1, Number.NaN],
      [8, Number.NaN, 6],
    ],
  });
  expect(joined([lines[1]!], { extremes: true })).toEqual({
    header: ["step", "validation", "validation low", "validation high"],
    rows: [
      [2, 7, 6, 8],
      [8, 6, 5, 7],
    ],
  });
});

it("writes CSV that quotes what must be quoted, all digits, and empty cells", () => {
  const table = {
    header: ["step", 'a, "b"'],
    rows: [
      [1, 0.1 + 0.2],
      [2, Number.NaN],
      ["x\ny", -1e-7],
    ],
  };
  expect(csvOf(table)).toBe('step,"a, ""b"""\r\n1,0.30000000000000004\r\n2,\r\n"x\ny",-1e-7\r\n');
});

it("is bounded, with its ends", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => [i]);
  const few = bounded({ header: ["step"], rows }, 50).rows;
  expect(few).toHaveLength(50);
  expect([few[0], few.at(-1)]).toEqual([[0], [999]]);
});

it("reads as a sentence", () => {
  expect(sentenceOf([column("training", [1, 300], [0.6543, 0.0102]), column("validation", [20], [0.5])])).toBe(
    "training falls from 0.6543 at step 1 to 0.01020 at step 300; validation is 0.5000 at step 20",
  );
  expect(sentenceOf([column("rate", [1, 9], [0.5, 0.5])])).toBe("rate stays at 0.5000 from step 1 to step 9");
  expect(sentenceOf([])).toBe("no figures yet");
});
