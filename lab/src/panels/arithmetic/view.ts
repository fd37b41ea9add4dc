// The arithmetic of one number, written into an element: forward, the paths of its gradient, a check by difference, its update.
import type { Equation, ExplainedPath, Explanation } from "chainrule/explain";
import { type Element, type Network, nameOf } from "../../training/elements.ts";
import { shown } from "../../view/numbers.ts";
import { EquationView, make, numberText, type Writing } from "./equation-view.ts";
import { namesIn, namesOfFactor } from "./notation.ts";

/** What is shown: an explanation in float64, and the numbers of the step itself in float32, where they are of the same rows. */
export interface Shown {
  readonly explanation: Explanation;
  readonly single: { readonly value: number; readonly gradient: number } | undefined;
  readonly isOneRow: boolean;
}

/** A part of the arithmetic with its lines, as many as there are. */
class Lines {
  readonly element = make("section", "arithmetic-part");
  readonly list = make("ol", "arithmetic-lines");
  readonly #writing: Writing;
  readonly #views: EquationView[] = [];

  constructor(writing: Writing, title: string) {
    this.#writing = writing;
    this.element.append(make("h3", "panel-title", title), this.list);
  }

  write(equations: readonly Equation[], lightsOf: (equation: Equation) => readonly string[]): void {
    this.element.hidden = equations.length === 0;
    while (this.#views.length > equations.length) this.#views.pop()!.element.remove();
    for (const [i, equation] of equations.entries()) {
      let view = this.#views[i];
      if (view === undefined) {
        view = new EquationView(this.#writing);
        this.#views.push(view);
        this.list.append(view.element);
      }
      view.write(equation, lightsOf(equation));
    }
  }
}

/** One path: its factors as lines, and their product. */
class PathView {
  readonly lines: Lines;
  readonly #writing: Writing;
  readonly #title: HTMLElement;
  readonly #product = make("p", "arithmetic-product number");
  #lights = "";
  #texts: Text[] = [];

  constructor(writing: Writing) {
    this.#writing = writing;
    this.lines = new Lines(writing, "");
    this.#title = this.lines.element.querySelector("h3")!;
    this.lines.element.append(this.#product);
  }

  write({ factors, product }: ExplainedPath, title: string): void {
    if (this.#title.textContent !== title) this.#title.textContent = title;
    const { network } = this.#writing;
    const lightsOf = ({ left, symbols }: Equation) => namesOfFactor(network, left.text, symbols.text);
    this.lines.write(factors, lightsOf);
    this.lines.element.hidden = false;
    const lights = factors.map((factor) => lightsOf(factor).join(" "));
    if (lights.join("|") !== this.#lights || this.#texts.length !== factors.length + 1) {
      this.#lights = lights.join("|");
      this.#texts = Array.from({ length: factors.length + 1 }, () => document.createTextNode(""));
      this.#product.replaceChildren(
        ...factors.flatMap((_, i) => {
          const number = make("span", "equation-number");
          if (lights[i] !== "") number.dataset.lights = lights[i]!;
          number.append(this.#texts[i]!);
          return i === 0 ? [number] : [document.createTextNode(" × "), number];
        }),
        document.createTextNode(" = "),
        this.#texts.at(-1)!,
      );
    }
    for (const [i, { value }] of factors.entries()) put(this.#texts[i]!, numberText(value, this.#writing));
    put(this.#texts.at(-1)!, numberText(product, this.#writing));
  }
}

const put = (node: Text, text: string): void => {
  if (node.data !== text) node.data = text;
};

/** A part of words and numbers: texts by their places. */
class Sentences {
  readonly element = make("section", "arithmetic-part");
  readonly #lines: HTMLElement[] = [];

  constructor(title: string) {
    if (title !== "") this.element.append(make("h3", "panel-title", title));
  }

  write(texts: readonly string[]): void {
    this.element.hidden = texts.length === 0;
    while (this.#lines.length > texts.length) this.#lines.pop()!.remove();
    for (const [i, text] of texts.entries()) {
      let line = this.#lines[i];
      if (line === undefined) {
        line = make("p", "arithmetic-sentence number");
        this.#lines.push(line);
        this.element.append(line);
      }
      if (line.textContent !== text) line.textContent = text;
    }
  }
}

export class ArithmeticView {
  readonly #root: HTMLElement;
  readonly #writing: Writing;
  readonly #about = new Sentences("");
  readonly #forward: Lines;
  readonly #paths = make("div", "arithmetic-paths");
  readonly #pathViews: PathView[] = [];
  readonly #ends: Lines;
  readonly #gradient = new Sentences("Gradient");
  readonly #check = new Sentences("Check by difference");
  readonly #update: Lines;
  #last: Shown | undefined;

  constructor(root: HTMLElement, network: Network, typeset: (tex: string) => HTMLElement) {
    this.#root = root;
    root.replaceChildren();
    root.hidden = true;
    this.#writing = { network, isOneRow: true, isExact: false, typeset };
    this.#forward = new Lines(this.#writing, "Forward");
    this.#ends = new Lines(this.#writing, "No path: these derivatives are 0");
    this.#update = new Lines(this.#writing, "Update");
    const parts = [
      [this.#about, this.#forward],
      [this.#paths, this.#ends, this.#gradient, this.#check],
      [this.#update],
    ] as const;
    for (const [i, name] of ["forward", "back", "update"].entries()) {
      const part = make("div", `arithmetic-${name}`);
      part.append(...parts[i]!.map((each) => ("element" in each ? each.element : each)));
      root.append(part);
    }
  }

  set isExact(isExact: boolean) {
    this.#writing.isExact = isExact;
    if (this.#last) this.write(this.#last);
  }

  write(next: Shown): void {
    this.#last = next;
    this.#root.hidden = false;
    const { explanation, single, isOneRow } = next;
    const { network } = this.#writing;
    this.#writing.isOneRow = isOneRow;
    this.#about.write(explanation.about ?? []);
    this.#forward.write(explanation.forward, ({ left }) => namesIn(network, left.text));
    this.#writePaths(explanation);
    this.#ends.write(explanation.ends, ({ left, symbols }) => namesOfFactor(network, left.text, symbols.text));
    this.#gradient.write(this.#gradientWords(explanation, single));
    this.#check.write(this.#checkWords(explanation));
    this.#update.write(explanation.update?.equations ?? [], () => []);
  }

  /** Lights what shows one of these numbers. */
  light(names: readonly string[]): void {
    for (const element of this.#root.querySelectorAll<HTMLElement>("[data-lights]")) {
      const own = element.dataset.lights!.split(" ");
      element.classList.toggle(
        "is-lit",
        names.some((name) => own.includes(name)),
      );
    }
  }

  #writePaths({ paths, pathCount }: Explanation): void {
    while (this.#pathViews.length > paths.length) this.#pathViews.pop()!.lines.element.remove();
    for (const [i, path] of paths.entries()) {
      let view = this.#pathViews[i];
      if (view === undefined) {
        view = new PathView(this.#writing);
        this.#pathViews.push(view);
        this.#paths.append(view.lines.element);
      }
      view.write(path, pathCount === 1 ? "Back along its path" : `Back along path ${i + 1} of ${pathCount}`);
    }
  }

  #gradientWords({ gradient, paths, pathCount, rest }: Explanation, single: Shown["single"]): string[] {
    const text = (value: number) => numberText(value, this.#writing);
    const others = pathCount - paths.length;
    const sum =
      pathCount > 1
        ? [
            `${paths.map(({ product }) => text(product)).join(" + ")}${others > 0 ? ` + ${text(rest)} of ${others} other paths` : ""}`,
          ]
        : [];
    const apart = single && ` The step's own, float32: ${text(single.gradient)}${agreement(single.gradient, gradient)}`;
    return [...sum.map((terms) => `${terms} = ${text(gradient)}`), `${text(gradient)} in float64.${apart ?? ""}`];
  }

  #checkWords({ check, gradient }: Explanation): string[] {
    const text = (value: number) => numberText(value, this.#writing);
    const { step, above, below, slope } = check;
    return [
      `(${text(above)} − ${text(below)}) / (2 · ${shown(step, 1)}) = ${text(slope)}${agreement(slope, gradient)}`,
    ];
  }
}

/** ", relative difference 4.5e−10" */
function agreement(a: number, b: number): string {
  const size = Math.max(Math.abs(a), Math.abs(b));
  if (!Number.isFinite(size)) return "";
  return size === 0 ? ", the same" : `, relative difference ${shown(Math.abs(a - b) / size, 2)}`;
}

/** Names of what an explanation is about: the number, its paths, and of a unit what comes in. */
export function relatedOf(
  network: Network,
  element: Element,
  { forward, paths, ends }: Explanation,
): ReadonlySet<string> {
  const names = new Set([nameOf(network, element)]);
  for (const { left, symbols } of [...paths.flatMap(({ factors }) => factors), ...ends])
    for (const name of namesOfFactor(network, left.text, symbols.text)) names.add(name);
  for (const { left } of forward) for (const name of namesIn(network, left.text)) names.add(name);
  const [first] = forward;
  if (element.kind === "unit" && first) for (const name of namesIn(network, first.symbols.text)) names.add(name);
  return names;
}
