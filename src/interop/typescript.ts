// TypeScript: a file that predicts by itself.
import type { ModelExporter } from "./exporter.ts";

export const typescript: ModelExporter = {
  holds:
    "one file without imports: the type of a row, preprocessing, forward pass and weights; its predict(row) and predictAll(rows) answer as the network does",
  extension: "ts",
  from: "model",
  async write(trained, name) {
    const { writeTypeScript } = await import("./typescript/write.ts");
    return writeTypeScript(trained, name);
  },
};
