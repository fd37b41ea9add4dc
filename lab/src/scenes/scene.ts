// What a scene is: a lesson told in beats over the page's own panels.
import type { ReactNode } from "react";
import type { LabState } from "../recipe/recipe.ts";

/** At most 60 words; what it changes in the page is a committed change like any other. */
export interface Beat {
  readonly text: ReactNode;
  /** What the reader is asked for before it is shown. */
  readonly guess?: {
    readonly question: string;
    readonly answers: readonly string[];
    /** Index of the right one. */
    readonly right: number;
    readonly because: string;
  };
  /** What the page is when the beat begins. */
  readonly change?: Partial<LabState>;
}

export interface Scene {
  readonly title: string;
  /** What the page is when it begins. */
  readonly start: Partial<LabState>;
  readonly beats: readonly Beat[];
}
