// Which steps of a training that plays are looked into: every tenth at first, rarer as it gets longer. It depends on the step alone.

/** Steps between two looks in the first `dense` steps; from there on it doubles with every doubling of the steps. */
const interval = 10;
const dense = 1000;

const intervalAt = (step: number): number => interval * 2 ** Math.max(0, Math.ceil(Math.log2(step / dense)));

/** The first such step after one: of 10, 20, … 1000, 1020, … 2000, 2040, … */
export function nextLook(step: number): number {
  const every = intervalAt(step + 1);
  return (Math.floor(step / every) + 1) * every;
}
