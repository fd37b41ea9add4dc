// The data sets of the suite: seeded generators, and tables of real measurements that a checkout has.
import { fileURLToPath } from "node:url";
import { readTable } from "../dist/data/index.js";

const root = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Rows { features, target } as a table's rows: f1, f2, …, target. */
const named = ({ features, target }) => ({
  ...Object.fromEntries(features.map((value, i) => [`f${i + 1}`, value])),
  target,
});

const classes = ["ash", "birch", "cedar", "elm", "fir"];
const dot = (w, x) => w.reduce((sum, value, i) => sum + value * x[i], 0);
const normals = (draw, n) => Array.from({ length: n }, () => draw.normal());

/** Each generator: (draw) → a function that draws one row. Classes overlap, and values carry noise, as ordinary data does. */
const generators = {
  /** Normal clouds around random centres. */
  blobs: (draw) => {
    const width = draw.whole(3, 8);
    const count = draw.whole(3, 5);
    const centres = Array.from({ length: count }, () => normals(draw, width).map((c) => 2.2 * c));
    return () => {
      const c = draw.whole(0, count - 1);
      return { features: centres[c].map((centre) => centre + draw.normal()), target: classes[c] };
    };
  },
  /** Two half circles that reach into each other. */
  moons: (draw) => {
    const noise = draw.uniform(0.1, 0.25);
    return () => {
      const upper = draw.chance(0.5);
      const t = draw.uniform(0, Math.PI);
      const [x, y] = upper ? [Math.cos(t), Math.sin(t)] : [1 - Math.cos(t), 0.5 - Math.sin(t)];
      return {
        features: [x + noise * draw.normal(), y + noise * draw.normal()],
        target: upper ? classes[0] : classes[1],
      };
    };
  },
  /** A disc inside a ring. */
  circles: (draw) => {
    const noise = draw.uniform(0.08, 0.16);
    return () => {
      const inner = draw.chance(0.5);
      const t = draw.uniform(0, 2 * Math.PI);
      const r = (inner ? 0.5 : 1) + noise * draw.normal();
      return { features: [r * Math.cos(t), r * Math.sin(t)], target: inner ? classes[0] : classes[1] };
    };
  },
  /** Two arms of a spiral, three quarters of a turn each. */
  spirals: (draw) => {
    const noise = draw.uniform(0.03, 0.08);
    return () => {
      const arm = draw.whole(0, 1);
      const r = Math.sqrt(draw.uniform(0.02, 1));
      const t = 1.5 * Math.PI * r + arm * Math.PI;
      return {
        features: [r * Math.cos(t) + noise * draw.normal(), r * Math.sin(t) + noise * draw.normal()],
        target: classes[arm],
      };
    };
  },
  /** The sign of a product, with features beside that say nothing. */
  xor: (draw) => {
    const idle = draw.whole(0, 2);
    return () => {
      const [a, b] = [draw.uniform(-1, 1), draw.uniform(-1, 1)];
      return {
        features: [a, b, ...normals(draw, idle)],
        target: a * b + 0.05 * draw.normal() > 0 ? classes[0] : classes[1],
      };
    };
  },
  /** Classes drawn by the logistic function of a weighted sum. */
  logistic: (draw) => {
    const width = draw.whole(4, 10);
    const w = normals(draw, width).map((c) => (4 * c) / Math.sqrt(width));
    return () => {
      const features = normals(draw, width);
      return { features, target: draw.chance(1 / (1 + Math.exp(-dot(w, features)))) ? classes[0] : classes[1] };
    };
  },
  /** 30 features that are mostly 0; the class is the largest of three sums. */
  sparse: (draw) => {
    const weights = Array.from({ length: 3 }, () => normals(draw, 30));
    return () => {
      const features = Array.from({ length: 30 }, () => (draw.chance(0.15) ? draw.uniform(0.5, 2) : 0));
      // Centred, so that the classes are about as frequent.
      const centred = features.map((value) => value - 0.15 * 1.25);
      const sums = weights.map((w) => dot(w, centred) + 0.2 * draw.normal());
      return { features, target: classes[sums.indexOf(Math.max(...sums))] };
    };
  },
  linear: (draw) => {
    const width = draw.whole(4, 10);
    const w = normals(draw, width);
    const noise = draw.uniform(0.1, 0.5);
    return () => {
      const features = normals(draw, width);
      return { features, target: 20 + 5 * (dot(w, features) + noise * draw.normal()) };
    };
  },
  /** 10 sin(π x₁ x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅ + noise, five more features that say nothing (Friedman 1991). */
  friedman: (draw) => {
    return () => {
      const x = Array.from({ length: 10 }, () => draw.uniform());
      const y = 10 * Math.sin(Math.PI * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4];
      return { features: x, target: y + draw.normal() };
    };
  },
  /** A wave of one feature, tilted by others. */
  wave: (draw) => {
    const noise = draw.uniform(0.05, 0.2);
    const frequency = draw.uniform(1.5, 3);
    return () => {
      const x = [draw.uniform(-1, 1), draw.uniform(-1, 1), draw.uniform(-1, 1)];
      return {
        features: x,
        target: Math.sin(frequency * x[0]) * (1 + 0.5 * x[1]) + 0.5 * x[2] + noise * draw.normal(),
      };
    };
  },
};

const tables = {
  iris: ["bench/data/iris.csv", "target"],
  penguins: ["node_modules/vega-datasets/data/penguins.json", "Species"],
  cars: ["node_modules/vega-datasets/data/cars.json", "Miles_per_Gallon"],
};

const readRows = async (path) => {
  const table = await readTable(root(path));
  return Array.from({ length: table.rows }, (_, r) =>
    Object.fromEntries(table.columns.map(({ name, cells }) => [name, cells.at(r)])),
  );
};

export const regressions = ["linear", "friedman", "wave", "cars"];
export const classifications = [
  "blobs",
  "moons",
  "circles",
  "spirals",
  "xor",
  "logistic",
  "sparse",
  "iris",
  "penguins",
];

/** Rows of a data set as objects, its target column, and its task; `count` is for the generated ones. */
export async function dataSet(name, draw, count) {
  const task = regressions.includes(name) ? "regression" : "classification";
  if (name in tables) {
    const [path, target] = tables[name];
    return { name, rows: await readRows(path), target, task };
  }
  const row = generators[name](draw);
  return { name, rows: Array.from({ length: count }, () => named(row())), target: "target", task };
}
