// The list of bridges: files for other programs that train, with which these write run folders.

export interface BridgeRecord {
  /** The program, as people write it. */
  readonly title: string;
  /** Beside this module; the build copies it. */
  readonly file: string;
  /** What it needs, as the rest of a sentence. */
  readonly needs: string;
}

export const bridges = {
  pytorch: { title: "PyTorch", file: "chainrule.py", needs: "Python 3.9 and torch 2.1 or later, and nothing else" },
} satisfies Readonly<Record<string, BridgeRecord>>;

export type BridgeName = keyof typeof bridges;
