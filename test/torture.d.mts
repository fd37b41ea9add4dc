// Types of torture.mjs.
export interface TortureCounts {
  readonly kills: number;
  /** Times that a training went on from a checkpoint. */
  readonly resumed: number;
  readonly finished: number;
}

export function tortureBoth(kills: number, seed: number): Promise<{ memory: TortureCounts; blocks: TortureCounts }>;
