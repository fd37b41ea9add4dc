// `npm start`: builds the package, then trains on the Palmer penguins (from the npm package vega-datasets).
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};
run("scripts/build.mjs");
run("dist/cli/main.js", "train", "node_modules/vega-datasets/data/penguins.json", "--target", "Species");
