// TSV: cells parted by tabs.
import { parseDelimited } from "./delimited.ts";
import { openDelimited } from "./delimited-blocks.ts";
import type { FileFormat } from "./format.ts";

export const tsv: FileFormat = {
  name: "TSV",
  endings: ["tsv", "tab"],
  read: (content) => parseDelimited(content.text(), { source: content.source, delimiter: "\t" }),
  open: (path, blockRows) => openDelimited(path, blockRows, "\t"),
};
