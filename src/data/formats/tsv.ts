// TSV: cells parted by tabs.
import { parseDelimited } from "./delimited.ts";
import { openDelimited } from "./delimited-blocks.ts";
import type { FileFormat } from "./format.ts";

export const tsv: FileFormat = {
  name: "TSV",
  endings: ["tsv", "tab"],
  read: (content) => parseDelimited(content.text(), { delimiter: "\t", ...content.options, source: content.source }),
  open: (path, size, options) => openDelimited(path, size, { delimiter: "\t", ...options }),
};
