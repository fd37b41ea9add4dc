// CSV: cells parted by commas, semicolons, tabs, pipes or blanks, whichever the rows come apart by.
import { hasDelimiter, readDelimited } from "./delimited.ts";
import { openDelimited } from "./delimited-blocks.ts";
import type { FileFormat } from "./format.ts";

export const csv: FileFormat = {
  name: "CSV",
  endings: ["csv", "txt", "dat"],
  // Text with tabs too: TSV is told by its endings alone.
  recognizes: (text) => text.trim() === "" || hasDelimiter(text),
  async read(content) {
    return content.utf8((pieces) =>
      readDelimited(pieces, content.bytes.length, { ...content.options, source: content.source }),
    );
  },
  open: openDelimited,
};
