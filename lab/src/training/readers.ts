// What reads files of all formats: in a chunk of its own, which built-in sets do without.
export { parseTable } from "chainrule/data";
