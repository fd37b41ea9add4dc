// Formulas as they are typeset: KaTeX, in a chunk of its own.
import "katex/dist/katex-swap.min.css";
import katex from "katex";

/** Each formula is typeset once; its copies are copies. */
const known = new Map<string, HTMLElement>();
const mostKnown = 2000;

/** An element with the formula, as HTML for eyes and MathML for screen readers. */
export function typeset(tex: string): HTMLElement {
  let made = known.get(tex);
  if (made === undefined) {
    made = document.createElement("span");
    try {
      katex.render(tex, made, { throwOnError: true, output: "htmlAndMathml" });
    } catch {
      // What KaTeX cannot read stays readable, without the inline style that it would give it.
      made.textContent = tex;
    }
    if (known.size >= mostKnown) known.clear();
    known.set(tex, made);
  }
  return made.cloneNode(true) as HTMLElement;
}
