// Columns that know the target: copies, codes, parts of it, and what is recorded after it.
import { addLateColumn, codesOf, deviation, isClasses, isRegression, quantile } from "../parts.mjs";

const text = (value) => String(Number(value.toPrecision(6)));

export const mechanisms = [
  {
    name: "noisy copy",
    half: "choosing",
    how: "the target, or a number for its class, with noise of 5 % of its deviation",
    apply: (training, draw) => {
      const codes = codesOf(training);
      const noise = 0.05 * deviation(codes);
      addLateColumn(training, draw, "index", (_, i) => text(codes[i] + noise * draw.normal()));
    },
  },
  {
    name: "rank",
    half: "choosing",
    how: "the place of a row in the order of the target",
    suits: isRegression,
    apply: (training, draw) => {
      const codes = codesOf(training);
      const order = codes.map((_, i) => i).sort((a, b) => codes[a] - codes[b]);
      const ranks = [];
      order.forEach((row, place) => {
        ranks[row] = place + 1;
      });
      addLateColumn(training, draw, "place", (_, i) => String(ranks[i]));
    },
  },
  {
    name: "bins as words",
    half: "choosing",
    how: "the target in 8 bins, as a category",
    suits: isRegression,
    apply: (training, draw) => {
      const codes = codesOf(training);
      const cuts = [1, 2, 3, 4, 5, 6, 7].map((k) => quantile(codes, k / 8));
      const names = ["H", "C", "F", "A", "D", "B", "G", "E"];
      addLateColumn(training, draw, "band", (_, i) => names[cuts.filter((cut) => cut <= codes[i]).length]);
    },
  },
  {
    name: "outcome recorded later",
    half: "choosing",
    how: "a category of what was done after the class was known, wrong in 4 % of the rows",
    suits: isClasses,
    apply: (training, draw) => {
      const codes = codesOf(training);
      addLateColumn(training, draw, "action", (_, i) => `step ${draw.chance(0.04) ? draw.one(codes) : codes[i]}`);
    },
  },
  {
    name: "another scale",
    half: "reported",
    how: "a bent function of the target, such as its exponential",
    suits: isRegression,
    apply: (training, draw) => {
      const codes = codesOf(training);
      const scale = deviation(codes);
      addLateColumn(training, draw, "converted", (_, i) => text(Math.sinh(codes[i] / scale)));
    },
  },
  {
    name: "codes of the class",
    half: "reported",
    how: "a category with three codes of its own for each class",
    suits: isClasses,
    apply: (training, draw) => {
      const codes = codesOf(training);
      addLateColumn(
        training,
        draw,
        "code",
        (_, i) => `K${codes[i] + training.table.classes.length * draw.whole(0, 2)}`,
      );
    },
  },
  {
    name: "two parts",
    half: "reported",
    how: "two columns whose sum is the target, each of which tells little",
    suits: isRegression,
    apply: (training, draw) => {
      const codes = codesOf(training);
      const spread = 3 * deviation(codes);
      const parts = codes.map(() => spread * draw.normal());
      addLateColumn(training, draw, "first", (_, i) => text(parts[i]));
      addLateColumn(training, draw, "second", (_, i) => text(codes[i] - parts[i]));
    },
  },
  {
    name: "known for some",
    half: "reported",
    how: "the target in 6 of 10 rows, missing in the others",
    apply: (training, draw) => {
      const codes = codesOf(training);
      addLateColumn(training, draw, "final", (_, i) => (draw.chance(0.6) ? text(codes[i]) : ""));
    },
  },
  {
    name: "numbered in order",
    half: "reported",
    how: "numbers of the rows, sorted by their class",
    suits: isClasses,
    apply: (training, draw) => {
      const codes = codesOf(training);
      const order = codes.map((_, i) => i).sort((a, b) => codes[a] - codes[b]);
      const numbers = [];
      order.forEach((row, place) => {
        numbers[row] = 1000 + place;
      });
      addLateColumn(training, draw, "id", (_, i) => String(numbers[i]));
    },
  },
];
