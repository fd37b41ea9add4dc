// How series are told apart: by their colours, and by dashes too.
import type { Token } from "./tokens.ts";

/** Colours of series; further ones have the same again. */
export const hues = 7;

export const seriesToken = (at: number): Token => `series-${(at % hues) + 1}` as Token;

/** Every other line of a few, and all beyond the hues, so that lines are told apart without their colours; empty: a whole line. */
export const seriesDash = (at: number): readonly number[] => (at >= hues || at % 2 === 1 ? [6, 4] : []);
