// What exported TypeScript files are put together from: declarations of this package's source, and expressions of its records.

import type { ValueTypeName } from "../../data/types/index.ts";
import type { DType } from "../../ir/dtype.ts";
import type { ElementwiseOpName } from "../../ir/graph.ts";
import type { KernelOpName } from "../../plan/plan.ts";

/** A declaration, and the names of others that must stand before it: those of pieces, and of attributes as "OpAttributes.matmul". */
export interface Piece {
  readonly text: string;
  readonly needs: readonly string[];
}

export type Pieces = Readonly<Record<string, Piece>>;

/** Where an argument is to be written, or an attribute of the op; the attribute "" is all of them. */
export type Hole = { readonly argument: number } | { readonly attribute: string };

/** The text of an expression of its arguments, or of a function. */
export interface Template {
  readonly kind: "expression" | "function";
  readonly parts: readonly (string | Hole)[];
  readonly needs: readonly string[];
}

/** Of every elementwise op: of one text for all element types, or one each. */
export type ScalarTemplates = Readonly<
  Record<ElementwiseOpName, { readonly any: Template } | Readonly<Record<DType, Template>>>
>;

/** Of every type of values, what reads a cell; its one attribute is the notation. */
export type ReaderTemplates = Readonly<Record<ValueTypeName, Template>>;

/** Of every op that is not elementwise, the name of its kernel's declaration, and its attributes as a type. */
export type KernelPieces = Readonly<Record<KernelOpName, { readonly piece: string; readonly attributes: Piece }>>;
