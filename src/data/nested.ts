// Columns of lists and maps: what is said of them.
import { quoteList } from "./wording.ts";

/** Lists and maps become text. */
export type Nested = "lists" | "maps";

export function remarksOnNested(
  source: string,
  columns: readonly { readonly name: string; readonly nested?: Nested }[],
): string[] {
  return (["lists", "maps"] as const).flatMap((kind) => {
    const names = columns.filter(({ nested }) => nested === kind).map(({ name }) => name);
    if (names.length === 0) return [];
    return [
      `${quoteList(names, 5)} of ${source} ${names.length === 1 ? "holds" : "hold"} ${kind}: each is one text here. To learn from what they hold, make columns of it.`,
    ];
  });
}
