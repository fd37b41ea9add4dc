// The lines of a chart among the columns: those of the training; beside twins one of each, of the first figure that there is.
import type { ColumnMap } from "../../page/figures.ts";
import { twinColumn } from "../../page/twins.ts";
import type { NamedColumn } from "../../view/chart-table.ts";

/** `words`: what the lines are called, by the names of their columns. The same function for the same chart. */
export function linesOf(words: Readonly<Record<string, string>>): (columns: ColumnMap) => readonly NamedColumn[] {
  return (columns) => {
    const own = Object.entries(words).flatMap(([name, word]) => {
      const column = columns.get(name);
      return column === undefined ? [] : [{ name: word, column, of: name }];
    });
    const [first] = own;
    if (first === undefined) return [];
    const prefix = twinColumn(first.of, "");
    const twins = [...columns].flatMap(([name, column]) =>
      name.startsWith(prefix) ? [{ name: name.slice(prefix.length), column }] : [],
    );
    return twins.length > 0 ? [{ name: "as it is", column: first.column }, ...twins] : own;
  };
}
