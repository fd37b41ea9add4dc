// Features that say nothing of the target.
import { addColumn, numberOf } from "../parts.mjs";

const noise = (training, draw, count) => {
  for (let k = 1; k <= count; k++) addColumn(training, `reading ${k}`, () => String(Number(draw.normal().toFixed(4))));
};
const leaveOut = (training, names) => {
  training.columns = training.columns.filter((name) => !names.includes(name));
};

export const mechanisms = [
  {
    name: "targets of other rows",
    half: "choosing",
    how: "all targets exchanged among each other",
    apply: (training, draw) => {
      const moved = draw.shuffled(training.rows.map((row) => row[training.target]));
      training.rows.forEach((row, i) => {
        row[training.target] = moved[i];
      });
    },
  },
  {
    name: "columns of noise alone",
    half: "choosing",
    how: "8 columns of noise in place of all others",
    apply: (training, draw) => {
      leaveOut(training, [...training.table.numbers, ...training.table.categories]);
      noise(training, draw, 8);
    },
  },
  {
    name: "joined a row off",
    half: "choosing",
    how: "all targets displaced by some rows",
    apply: ({ rows, target }, draw) => {
      const by = draw.whole(3, 40);
      const targets = rows.map((row) => row[target]);
      rows.forEach((row, i) => {
        row[target] = targets[(i + by) % rows.length];
      });
    },
  },
  {
    name: "columns sorted on their own",
    half: "reported",
    how: "each column in another order",
    apply: ({ rows, table }, draw) => {
      for (const name of [...table.numbers, ...table.categories]) {
        const moved = draw.shuffled(rows.map((row) => row[name]));
        rows.forEach((row, i) => {
          row[name] = moved[i];
        });
      }
    },
  },
  {
    name: "random classes",
    half: "reported",
    how: "targets drawn anew: classes by a coin, values by chance",
    apply: ({ rows, target, table }, draw) => {
      const values = table.all.map((row) => numberOf(row[target]));
      for (const row of rows)
        row[target] = table.task === "regression" ? String(draw.one(values)) : draw.one(table.classes).name;
    },
  },
  {
    name: "identities alone",
    half: "reported",
    how: "an identity number, a day of the week and a batch number in place of all columns",
    apply: (training, draw) => {
      leaveOut(training, [...training.table.numbers, ...training.table.categories]);
      addColumn(training, "id", () => String(draw.whole(10_000, 99_999)));
      addColumn(training, "day", () => draw.one(["Mon", "Tue", "Wed", "Thu", "Fri"]));
      addColumn(training, "batch", () => String(draw.whole(1, 40)));
    },
  },
];
