// Classes that are rare.
import { isClasses } from "../parts.mjs";

/** So many rows of a class are left, the first ones. */
const thin = (training, name, count) => {
  let left = count;
  training.rows = training.rows.filter((row) => row[training.target] !== name || left-- > 0);
};
const countOf = ({ rows, target }, name) => rows.filter((row) => row[target] === name).length;
const others = (training, name) => training.rows.length - countOf(training, name);
const ofTwo = (table) => isClasses(table) && table.classes.length === 2 && table.rows >= 500;
const ofSeveral = (table) => isClasses(table) && table.classes.length > 2;

const list = [
  {
    name: "one of two",
    half: "choosing",
    how: "3 % of the rows are of the rarer of two classes",
    suits: ofTwo,
    apply: (training) => {
      const { name } = training.table.classes.at(-1);
      thin(training, name, Math.max(8, Math.round(0.03 * others(training, name))));
    },
  },
  {
    name: "one of several",
    half: "choosing",
    how: "3 % of the rows are of the second most frequent of several classes",
    suits: ofSeveral,
    apply: (training) => {
      const { name } = training.table.classes[1];
      thin(training, name, Math.max(5, Math.round(0.03 * others(training, name))));
    },
  },
  {
    name: "the frequent one rare",
    half: "choosing",
    how: "5 % of the rows are of what was the most frequent of two classes",
    suits: ofTwo,
    apply: (training) => {
      const { name } = training.table.classes[0];
      thin(training, name, Math.max(8, Math.round(0.05 * others(training, name))));
    },
  },
  {
    name: "two of several",
    half: "reported",
    how: "two classes with 3 % of the rows each",
    suits: ofSeveral,
    apply: (training) => {
      const [a, b] = training.table.classes;
      for (const { name } of [a, b]) thin(training, name, Math.max(5, Math.round(0.03 * others(training, name))));
    },
  },
  {
    name: "a dozen rows",
    half: "reported",
    how: "12 rows of the rarer of two classes",
    suits: (table) => ofTwo(table),
    apply: (training) => thin(training, training.table.classes.at(-1).name, 12),
  },
  {
    name: "either of two",
    half: "reported",
    how: "4 % of the rows are of one of two classes, which one a coin decides",
    suits: ofTwo,
    apply: (training, draw) => {
      const { name } = draw.one(training.table.classes);
      thin(training, name, Math.max(10, Math.round(0.04 * others(training, name))));
    },
  },
  {
    name: "one of ten",
    half: "reported",
    how: "the rarest class of several has 1.5 % of the rows",
    suits: ofSeveral,
    apply: (training) => {
      const { name } = training.table.classes.at(-1);
      thin(training, name, Math.max(4, Math.round(0.015 * others(training, name))));
    },
  },
];

/** Rare classes are rare where little tells them apart, too. */
export const mechanisms = list.map((mechanism) => ({ ...mechanism, isForAll: true }));
