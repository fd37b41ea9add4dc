// CSV: cells parted by commas, semicolons or tabs, whichever the header row holds most of.
import { hasDelimiter, parseDelimited } from "./delimited.ts";
import { openDelimited } from "./delimited-blocks.ts";
import type { FileFormat } from "./format.ts";

export const csv: FileFormat = {
  name: "CSV",
  endings: ["csv", "txt"],
  // Text with tabs too: TSV is told by its endings alone.
  recognizes: (text) => text.trim() === "" || hasDelimiter(text),
  read: (content) => parseDelimited(content.text(), { source: content.source }),
  open: (path, blockRows) => openDelimited(path, blockRows),
};
