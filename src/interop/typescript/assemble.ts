// Pieces of source in an order in which each stands behind what it needs.
import type { KernelOpName } from "../../plan/plan.ts";
import type { Hole, Piece, Pieces, Template } from "./piece.ts";

const attributesOf = "OpAttributes.";
const writtenByOpTypes = new Set(["OpAttributes", "OpName", "KernelOpName"]);

export interface Sources {
  readonly pieces: Pieces;
  readonly kernels: Readonly<Record<KernelOpName, { readonly attributes: Piece }>>;
}

/** Writes pieces, each once. */
export class Assembly {
  readonly #sources: Sources;
  readonly #written = new Set<string>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The text of what `roots` need and is not written yet, and of themselves. */
  take(roots: readonly string[]): string {
    const order: string[] = [];
    // Depth first, with a list in the place of the stack: `left` are names, or those that are written when all they need is.
    const left: { readonly name: string; readonly isDone: boolean }[] = roots.map((name) => ({ name, isDone: false }));
    left.reverse();
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { name, isDone } = next;
      if (isDone) order.push(name);
      if (isDone || this.#written.has(name)) continue;
      this.#written.add(name);
      left.push({ name, isDone: true });
      for (const need of this.#piece(name).needs.toReversed()) left.push({ name: need, isDone: false });
    }
    const texts = order.map((name) => this.#piece(name).text);
    return texts.filter((text) => text !== "").join("\n\n");
  }

  /** Of types of all ops of the file: at its end, when all pieces are taken. */
  opTypes(): string {
    const ops = [...this.#written].flatMap((name) =>
      name.startsWith(attributesOf) ? [name.slice(attributesOf.length) as KernelOpName] : [],
    );
    if (ops.length === 0) return "";
    const members = ops.map((op) => `  ${op}: ${this.#sources.kernels[op].attributes.text};`);
    return `/** What is said of each op. */\ninterface OpAttributes {\n${members.join("\n")}\n}\ntype OpName = keyof OpAttributes;\ntype KernelOpName = OpName;`;
  }

  #piece(name: string): Piece {
    const { pieces, kernels } = this.#sources;
    if (name.startsWith(attributesOf))
      return { text: "", needs: kernels[name.slice(attributesOf.length) as KernelOpName].attributes.needs };
    if (writtenByOpTypes.has(name)) return { text: "", needs: [] };
    return pieces[name]!;
  }
}

/** A template with its holes filled. */
export const fill = ({ parts }: Template, hole: (hole: Hole) => string): string =>
  parts.map((part) => (typeof part === "string" ? part : hole(part))).join("");
