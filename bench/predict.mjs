// `node bench/predict.mjs`: a trained network of irises exported, loaded and asked for one raw row, in each way that there is; times and sizes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { prepare, readTable, tableFromRows, transform } from "../dist/data/index.js";
import { exporters } from "../dist/interop/index.js";
import { decodeModel, predictTable, trainTable } from "../dist/train/index.js";
import { median, table } from "./measure.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "chainrule-predict-"));

/** Milliseconds of each of so many calls. */
function timesOf(work, calls) {
  const times = [];
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return times;
}
const micro = (work) => {
  timesOf(work, 2000);
  return `${(1000 * median(timesOf(work, 5000))).toFixed(1)} µs`;
};
const milli = (times) => `${median(times).toFixed(1)} ms`;

try {
  const prepared = prepare(await readTable(join(root, "bench/data/iris.csv")), { target: "target" });
  const { trained } = await trainTable(prepared, { epochs: 30 }).result();
  const row = { "sepal length (cm)": 5.1, "sepal width (cm)": 3.5, "petal length (cm)": 1.4, "petal width (cm)": 0.2 };

  const lines = [];
  for (const format of ["chainrule", "typescript"]) {
    const times = [];
    let content;
    for (let i = 0; i < 15; i++) {
      const start = performance.now();
      content = await exporters[format].write(trained, "iris");
      times.push(performance.now() - start);
    }
    const file = join(folder, `iris.${exporters[format].extension}`);
    writeFileSync(file, content);
    const size = `${(Buffer.byteLength(content) / 1000).toFixed(1)} kB`;
    if (format === "chainrule") {
      const load = timesOf(() => decodeModel(content).predict([row]), 15);
      const model = decodeModel(content);
      lines.push([format, milli(times), size, milli(load), micro(() => model.predict([row]))]);
      const fresh = () => {
        const { x } = transform(trained.preprocessing, tableFromRows([row], { source: "row" }));
        predictTable(trained, x, 1);
      };
      lines.push(["compiled at each call", "", "", "", `${(1000 * median(timesOf(fresh, 100))).toFixed(0)} µs`]);
    } else {
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const options = ["--strict", "--target", "es2022", "--module", "esnext", "--outDir", folder];
      execFileSync(process.execPath, [tsc, ...options, file], { cwd: folder });
      writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
      const start = performance.now();
      const module = await import(pathToFileURL(join(folder, "iris.js")).href);
      module.predict(row);
      const load = performance.now() - start;
      lines.push([format, milli(times), size, milli([load]), micro(() => module.predict(row))]);
    }
  }
  console.log(table(["format", "export", "size", "load, first answer", "one raw row"], lines));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
