// One line of arithmetic on the page: symbols that are typeset once, and numbers as text that is written anew without them.
import type { Equation } from "chainrule/explain";
import type { Network } from "../../training/elements.ts";
import { exact, shown } from "../../view/numbers.ts";
import { numberOf, symbolTex, type Token, tokensOf } from "./notation.ts";

/** How lines are written. */
export interface Writing {
  readonly network: Network;
  /** The index of the row says nothing. */
  isOneRow: boolean;
  /** All digits, or four. */
  isExact: boolean;
  typeset(tex: string): HTMLElement;
}

export const numberText = (value: number, { isExact }: Writing): string => (isExact ? exact(value) : shown(value));

/** Creates an element of a class. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

export class EquationView {
  readonly element: HTMLElement;
  readonly #writing: Writing;
  readonly #symbols = make("span", "equation-symbols");
  readonly #numbers = make("span", "equation-numbers number");
  /** What is typeset, and the signs between the numbers. */
  #tex = "";
  #signs = "";
  #texts: Text[] = [];

  constructor(writing: Writing, tag: "li" | "p" = "li") {
    this.#writing = writing;
    this.element = make(tag, "equation");
    this.element.append(this.#symbols, this.#numbers);
  }

  /** `lights`: names of what is lit with the whole line. */
  write({ left, symbols, numbers, value }: Equation, lights: readonly string[] = []): void {
    const { network, isOneRow } = this.#writing;
    const tex = symbolTex(network, `${left.tex} = ${symbols.tex}`, isOneRow);
    if (tex !== this.#tex) {
      this.#tex = tex;
      this.#symbols.replaceChildren(this.#writing.typeset(tex));
    }
    const own = lights.join(" ");
    if (this.element.dataset.lights !== own && own !== "") this.element.dataset.lights = own;
    const line = numbers === undefined || isNumeral(numbers.text) ? [] : tokensOf(network, symbols.text, numbers.text);
    this.#writeNumbers(line, value);
  }

  /** "= 0.5 · (−0.6) + … = −0.46": only texts that are others, unless the signs between them are. */
  #writeNumbers(tokens: readonly Token[], value: number): void {
    const parts: Token[] = [
      ...(tokens.length > 0 ? [sign("= "), ...tokens, sign(" = ")] : [sign("= ")]),
      { text: String(value), isNumber: true, isConstant: false, name: undefined },
    ];
    const signs = parts.map(({ text, isNumber, name }) => (isNumber ? `#${name ?? ""}` : text)).join("|");
    if (signs !== this.#signs) {
      this.#signs = signs;
      this.#texts = [];
      this.#numbers.replaceChildren(
        ...parts.map(({ text, isNumber, name }, i) => {
          if (!isNumber) return document.createTextNode(text);
          const number = make("span", i === parts.length - 1 ? "equation-value" : "equation-number");
          if (name !== undefined) {
            number.dataset.lights = name;
            number.dataset.opens = name;
          }
          const own = document.createTextNode("");
          number.append(own);
          this.#texts.push(own);
          return number;
        }),
      );
    }
    let at = 0;
    for (const { text, isNumber, isConstant } of parts) {
      if (!isNumber) continue;
      const own = this.#texts[at++]!;
      const next = isConstant ? text : numberText(numberOf(text), this.#writing);
      if (own.data !== next) own.data = next;
    }
  }
}

const sign = (text: string): Token => ({ text, isNumber: false, isConstant: false, name: undefined });

/** One number alone adds nothing to the value behind it. */
const isNumeral = (text: string): boolean => /^−?[\d.]+(?:e−?\d+)?$/.test(text);
