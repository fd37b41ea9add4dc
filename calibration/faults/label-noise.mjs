// Targets that are wrong in some rows.
import {
  anotherClass,
  deviation,
  exchangeTargets,
  hasRows,
  isClasses,
  isRegression,
  numberOf,
  quantile,
  wrongTargets,
} from "../parts.mjs";

/** What a practitioner wants to be told of needs something that is learnt. */
const text = (value) => String(Number(value.toPrecision(6)));
const change = ({ rows, target }, draw, share, of) => {
  for (const row of rows) if (draw.chance(share)) row[target] = text(of(numberOf(row[target])));
};

export const mechanisms = [
  {
    name: "any label",
    half: "choosing",
    how: "20 % of the labels replaced by another",
    suits: isClasses,
    apply: (training, draw) => wrongTargets(training, draw, 0.2),
  },
  {
    name: "one class",
    half: "choosing",
    how: "40 % of the rows of the second most frequent class under other labels",
    suits: isClasses,
    apply: (training, draw) => {
      const second = training.table.classes[1].name;
      for (const row of training.rows)
        if (row[training.target] === second && draw.chance(0.4))
          row[training.target] = anotherClass(training, draw, second);
    },
  },
  {
    name: "displaced block",
    half: "choosing",
    how: "targets of a third of the rows, one after the other, a row too low",
    suits: hasRows(300),
    apply: ({ rows, target }) => {
      const from = Math.floor(rows.length / 4);
      const count = Math.floor(rows.length / 3);
      for (let r = from + count; r > from; r--) rows[r][target] = rows[r - 1][target];
    },
  },
  {
    name: "another unit",
    half: "choosing",
    how: "8 % of the values ten times as large",
    suits: isRegression,
    apply: (training, draw) => change(training, draw, 0.08, (value) => 10 * value),
  },
  {
    name: "exchanged values",
    half: "choosing",
    how: "a fifth of the values exchanged among each other",
    suits: isRegression,
    apply: (training, draw) => wrongTargets(training, draw, 0.2),
  },
  {
    name: "two classes mixed up",
    half: "reported",
    how: "30 % of the rows of the two most frequent classes under the other's label",
    suits: isClasses,
    apply: ({ rows, target, table }, draw) => {
      const [a, b] = table.classes.map(({ name }) => name);
      for (const row of rows) {
        if ((row[target] === a || row[target] === b) && draw.chance(0.3)) row[target] = row[target] === a ? b : a;
      }
    },
  },
  {
    name: "one labeller",
    half: "reported",
    how: "where one column is in its upper third, half of the targets are those of other rows",
    suits: ({ numbers }) => numbers.length > 0,
    apply: (training, draw) => {
      const { rows, table } = training;
      const column = draw.one(table.numbers);
      const cut = quantile(
        rows.map((row) => numberOf(row[column])),
        2 / 3,
      );
      const region = rows.filter((row) => numberOf(row[column]) >= cut);
      exchangeTargets(
        training,
        draw,
        region.filter(() => draw.chance(0.5)),
      );
    },
  },
  {
    name: "a default typed in",
    half: "reported",
    how: "15 % of the rows have the most frequent class, or 0",
    apply: ({ rows, target, table }, draw) => {
      const usual = isRegression(table) ? "0" : table.classes[0].name;
      for (const row of rows) if (draw.chance(isRegression(table) ? 0.15 : 0.25)) row[target] = usual;
    },
  },
  {
    name: "signs lost",
    half: "reported",
    how: "15 % of the values with the other sign",
    suits: isRegression,
    apply: (training, draw) => change(training, draw, 0.15, (value) => -value),
  },
  {
    name: "thousands",
    half: "reported",
    how: "3 % of the values a thousand times as large",
    suits: isRegression,
    apply: (training, draw) => change(training, draw, 0.03, (value) => 1000 * value),
  },
  {
    name: "noise of measurement",
    half: "reported",
    how: "a quarter of the values off by two standard deviations and more",
    suits: isRegression,
    apply: (training, draw) => {
      const spread = deviation(training.rows.map((row) => numberOf(row[training.target])));
      change(training, draw, 0.25, (value) => value + draw.one([-1, 1]) * spread * draw.uniform(2, 3));
    },
  },
];
