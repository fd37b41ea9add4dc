// Copies what `chainrule bridge` prints, files in other languages, into dist/, beside the module that reads them.
import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { bridges } = await import("../dist/cli/bridge/bridges.js");
for (const { file } of Object.values(bridges))
  copyFileSync(join(root, "src/cli/bridge", file), join(root, "dist/cli/bridge", file));
