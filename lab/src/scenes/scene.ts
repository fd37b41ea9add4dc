// What a scene is: a lesson told in beats over the page's own panels.
import type { ReactNode } from "react";
import type { LabState } from "../recipe/recipe.ts";
import type { OpenedTraining } from "../worker/service.ts";

/** At most 60 words, one motion, rest: the reader sets the pace. */
export interface Beat {
  readonly text: ReactNode;
  /** What the reader is asked before it is shown. */
  readonly guess?: Guess;
  /** What the page is when the beat begins, beside what it was. */
  readonly change?: Partial<LabState>;
  /** What stands on the right, in place of the output. */
  readonly Aside?: (props: { readonly training: OpenedTraining }) => ReactNode;
}

export interface Guess {
  readonly question: string;
  readonly answers: readonly string[];
  /** Index of the right one. */
  readonly right: number;
  /** Said once an answer is given, whichever it is. */
  readonly because: ReactNode;
}

export interface Scene {
  readonly title: string;
  /** What the page is when it begins. */
  readonly start: Partial<LabState>;
  readonly beats: readonly Beat[];
}
