// Networks that learn rows by heart.
import { addColumn, hasRows, isClasses, numberOf, withoutStop, wrongTargets } from "../parts.mjs";

const keep = (training, draw, count) => {
  training.rows = draw.shuffled(training.rows).slice(0, count);
};
/** Without decay, which holds it back. */
const undecayed = { optimizer: "adam", schedule: "constant" };

export const mechanisms = [
  {
    name: "few rows, wide network",
    half: "choosing",
    how: "of a table of 80 rows, two layers of 192 units, 200 epochs to the end",
    suits: hasRows(300),
    start: () => undecayed,
    before: (training, draw) => keep(training, draw, 80),
    apply: (training) => {
      withoutStop(training, 200);
      training.settings.hidden = [192, 192];
    },
  },
  {
    name: "columns of noise",
    half: "choosing",
    how: "60 columns of noise beside the others of a table of 200 rows, 120 epochs to the end",
    suits: hasRows(400),
    start: () => undecayed,
    before: (training, draw) => keep(training, draw, 200),
    apply: (training, draw) => {
      for (let k = 1; k <= 60; k++) addColumn(training, `noise ${k}`, () => draw.normal().toFixed(3));
      withoutStop(training, 120);
    },
  },
  {
    name: "wrong labels, no stop",
    half: "choosing",
    how: "200 epochs to the end of a table where 25 % of the targets are those of other rows",
    causes: ["label-noise"],
    suits: ({ rows }) => rows >= 300 && rows <= 900,
    start: () => ({ ...undecayed, hidden: [128, 64] }),
    before: (training, draw) => wrongTargets(training, draw, 0.25),
    apply: (training) => withoutStop(training, 200),
  },
  {
    name: "a category of many levels",
    half: "reported",
    how: "a category of half as many levels as a table of 350 rows has, 100 epochs to the end",
    suits: ({ rows }) => rows >= 300,
    start: () => undecayed,
    before: (training, draw) => keep(training, draw, 350),
    apply: (training, draw) => {
      const levels = Math.round(training.rows.length / 2);
      addColumn(training, "street", () => `street ${draw.whole(1, levels)}`);
      training.data.columnTypes = { street: "category" };
      withoutStop(training, 100);
    },
  },
  {
    name: "products of columns",
    half: "reported",
    how: "products of all pairs of numbers as columns of a table of 150 rows, 150 epochs to the end",
    suits: ({ rows, numbers }) => rows >= 250 && numbers.length >= 4,
    start: () => undecayed,
    before: (training, draw) => keep(training, draw, 150),
    apply: (training) => {
      const names = training.table.numbers.slice(0, 12);
      names.forEach((a, i) => {
        for (const b of names.slice(i))
          addColumn(training, `${a} × ${b}`, (row) => {
            const product = numberOf(row[a]) * numberOf(row[b]);
            return Number.isFinite(product) ? String(Number(product.toPrecision(6))) : "";
          });
      });
      withoutStop(training, 150);
    },
  },
  {
    name: "far too many epochs",
    half: "reported",
    how: "400 epochs to the end of 250 rows, three layers of 96 units",
    suits: hasRows(375),
    start: () => undecayed,
    before: (training, draw) => keep(training, draw, 250),
    apply: (training) => {
      withoutStop(training, 400);
      training.settings.hidden = [96, 96, 96];
      training.settings.batchSize = 32;
    },
  },
  {
    name: "a small table",
    half: "reported",
    how: "300 epochs to the end of a table of 60 rows",
    suits: (table) => isClasses(table),
    start: () => undecayed,
    before: (training, draw) => keep(training, draw, 60),
    apply: (training) => withoutStop(training, 300),
  },
];
