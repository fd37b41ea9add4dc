// TSV: cells parted by tabs.
import { readDelimited } from "./delimited.ts";
import { openDelimited } from "./delimited-blocks.ts";
import type { FileFormat } from "./format.ts";

export const tsv: FileFormat = {
  name: "TSV",
  endings: ["tsv", "tab"],
  async read(content) {
    const options = { delimiter: "\t", ...content.options } as const;
    return content.utf8((pieces) =>
      readDelimited(pieces, content.bytes.length, { ...options, source: content.source }),
    );
  },
  open: (path, size, options) => openDelimited(path, size, { delimiter: "\t", ...options }),
};
