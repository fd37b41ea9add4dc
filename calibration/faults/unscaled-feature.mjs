// Features on scales of their own.
import { addColumn, changeNumbers, deviation, editFeatures, numberOf } from "../parts.mjs";

const hasNumbers = ({ numbers }) => numbers.length >= 2;
const raw = ({ data }) => {
  data.standardize = false;
};

export const mechanisms = [
  {
    name: "a small unit",
    half: "choosing",
    how: "one column in ten-thousandths of its unit, nothing standardised",
    suits: hasNumbers,
    apply: (training, draw) => {
      raw(training);
      changeNumbers(training, [draw.one(training.table.numbers)], (value) => 1e4 * value);
    },
  },
  {
    name: "one encoded column",
    half: "choosing",
    how: "one of the standardised features × 1000",
    apply: (training, draw) => {
      const place = draw.uniform();
      editFeatures(training, (value, _, column, width) =>
        column === Math.floor(place * width) ? 1000 * value : value,
      );
    },
  },
  {
    name: "seconds since 1970",
    half: "choosing",
    how: "a further column of seconds since 1970, nothing standardised",
    apply: (training, draw) => {
      raw(training);
      addColumn(training, "recorded", () => String(Math.round(1.6e9 + 3e7 * draw.uniform())));
    },
  },
  {
    name: "far from 0",
    half: "reported",
    how: "a column plus 20,000, nothing standardised",
    suits: hasNumbers,
    apply: (training, draw) => {
      raw(training);
      changeNumbers(training, [draw.one(training.table.numbers)], (value) => value + 2e4);
    },
  },
  {
    name: "all tiny",
    half: "reported",
    how: "all features × 0.0002",
    apply: (training) => editFeatures(training, (value) => 2e-4 * value),
  },
  {
    name: "raw money",
    half: "reported",
    how: "numbers in cents rather than in hundreds, nothing standardised",
    suits: hasNumbers,
    apply: (training) => {
      raw(training);
      const gains = Object.fromEntries(
        training.table.numbers.map((name) => {
          const values = training.rows.map((row) => numberOf(row[name])).filter(Number.isFinite);
          return [name, 1e4 / (deviation(values) || 1)];
        }),
      );
      changeNumbers(training, training.table.numbers, (value, name) => Math.round(gains[name] * value));
    },
  },
  {
    name: "an identity number",
    half: "reported",
    how: "a further column of numbers of nine digits, nothing standardised",
    apply: (training, draw) => {
      raw(training);
      addColumn(training, "account", () => String(Math.floor(1e8 + 9e8 * draw.uniform())));
    },
  },
];
