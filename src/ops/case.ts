// What tests apply an op to: shapes of its operands with attributes, and where their numbers lie. They stand beside the records, as functions, so that no page loads them.
import type { OpAttributes, OpName } from "../ir/graph.ts";
import type { Shape } from "../ir/shape.ts";

/** One configuration to test an op in. */
export interface Case<N extends OpName> {
  readonly shapes: readonly Shape[];
  readonly attributes: OpAttributes[N];
}

/** Values to sample for an operand: from an interval, class indices below a bound, zeros and ones, or a key. */
export type Domain = readonly [low: number, high: number] | { readonly indexBelow: number } | "bool" | "key";

export interface OpCases<N extends OpName> {
  /** Of elementwise ops only the attributes count: they are tested in every broadcast form. */
  cases(): readonly Case<N>[];
  /** Cases of a size: of ops whose kernels work by vectors, blocks or tiles along it. */
  sized?(n: number): readonly Case<N>[];
  /** Of each operand; the last one serves for all further operands. Default: [−2, 2] for all. */
  readonly domain?: readonly Domain[];
  /**
   * Where the derivative jumps: at these values of any operand ("equal": where two operands, or two elements that compete
   * for a maximum, are equal). Samples keep away from them.
   */
  readonly kinks?: readonly number[] | "equal";
}

/** The cases of every op of a family of records. */
export type CasesOf<Records> = { readonly [N in keyof Records & OpName]: OpCases<N> };

/** Rows of operand shapes with the attributes last. */
export const rows = <A>(...list: readonly (readonly [...Shape[], A])[]) =>
  list.map((row) => ({ shapes: row.slice(0, -1) as Shape[], attributes: row.at(-1) as A }));

// Of elementwise ops without attributes, by their number of operands.
export const ofOne = () => rows([[3, 5], {}]);
export const ofTwo = () => rows([[3, 5], [3, 5], {}]);
export const ofThree = () => rows([[3, 5], [3, 5], [3, 5], {}]);

export const one = { cases: ofOne };
export const two = { cases: ofTwo };

export const float = { dtype: "float64" } as const;
