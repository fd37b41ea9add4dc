// What is lit everywhere: numbers of the network, by the names that training/elements.ts gives them.
import { Cell } from "./cell.ts";

const none: readonly string[] = [];

/**
 * Under the pointer or the keyboard's focus: an edge, a factor, a term, a point of a chart. Who shows one of these numbers lights it; who is
 * pointed at sets it.
 *
 * highlight.set(["layers.0.weight[1,2]"]); // … and highlight.set(noHighlight) when the pointer leaves
 */
export const highlight = new Cell<readonly string[]>(none);
export const noHighlight = none;

/** What the open arithmetic is about: the network dims all else. Undefined where none is open. */
export const related = new Cell<ReadonlySet<string> | undefined>(undefined);
