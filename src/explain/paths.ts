// The chain rule written out: every path from one number to the loss is a product of local derivatives; their sum is the gradient.
import type { Reading, Step } from "./reading.ts";
import type { Element } from "./scalar-graph.ts";

export interface Path {
  /** From the number to the loss. */
  readonly steps: readonly Step[];
  /** Product of the steps' derivatives. */
  readonly product: number;
}

export interface Paths {
  /** The largest products first. */
  readonly shown: readonly Path[];
  /** How many paths of products other than 0 there are, `shown` included; at least so many, where not `exhaustive`. */
  readonly count: number;
  /** Sum of the products of the paths that are not shown. */
  readonly rest: number;
  /** False where there were too many to compare all: then `shown` follows the largest terms at every step. */
  readonly exhaustive: boolean;
}

/** Elements on paths beyond which only the largest terms are followed. */
const mostElements = 4000;
/** Terms that are followed from an element then. */
const widest = 4;

interface Suffix {
  readonly product: number;
  readonly step?: Step;
  readonly next?: Suffix;
}

interface Suffixes {
  /** The largest first. */
  readonly best: readonly Suffix[];
  readonly count: number;
}

const keyOf = ({ node, index }: Element): string => `${node}:${index}`;

/** The suffixes from an element on, by those from the elements that its steps lead to. */
function joined(steps: readonly Step[], suffixesFrom: (at: Element) => Suffixes, most: number): Suffixes {
  const candidates: Suffix[] = [];
  let count = 0;
  for (const step of steps) {
    const rest = suffixesFrom(step);
    count += rest.count;
    for (const next of rest.best) candidates.push({ product: step.value * next.product, step, next });
  }
  candidates.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  return { best: candidates.slice(0, most), count };
}

/** The `most` largest paths from an element to the loss. */
export function pathsFrom(reading: Reading, start: Element, most: number): Paths {
  const { scalars } = reading;
  const known = new Map<string, Suffixes>();
  const end: Suffixes = { best: [{ product: 1 }], count: 1 };
  const suffixesFrom = (at: Element) => (at.node === scalars.loss ? end : known.get(keyOf(at)));
  let exhaustive = true;
  const stepsFrom = (at: Element): Step[] => {
    const steps = reading.steps(at);
    if (known.size <= mostElements || steps.length <= widest) return steps;
    exhaustive = false;
    const size = ({ node, index, value }: Step) => Math.abs(value * scalars.gradients[node]![index]!);
    return steps.toSorted((a, b) => size(b) - size(a)).slice(0, widest);
  };
  // Depth first, with a stack of its own: a path is as long as the network is deep.
  const stack = suffixesFrom(start) ? [] : [{ at: start, steps: stepsFrom(start), next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const step = top.steps[top.next++];
    if (step === undefined) {
      known.set(
        keyOf(top.at),
        joined(top.steps, (at) => suffixesFrom(at)!, most),
      );
      stack.pop();
    } else if (!suffixesFrom(step)) stack.push({ at: step, steps: stepsFrom(step), next: 0 });
  }
  const { best, count } = suffixesFrom(start)!;
  const shown = best.map((suffix): Path => {
    const steps: Step[] = [];
    for (let at: Suffix | undefined = suffix; at?.step !== undefined; at = at.next) steps.push(at.step);
    return { steps, product: suffix.product };
  });
  const gradient = scalars.gradients[start.node]?.[start.index] ?? 0;
  // Exact where nothing is left out, whatever rounding made of the sum.
  const rest = exhaustive && count === shown.length ? 0 : gradient - shown.reduce((sum, path) => sum + path.product, 0);
  return { shown, count, rest, exhaustive };
}

/** Where no path leads to the loss: the elements that are reached, and the steps that end there. */
export function endsFrom(reading: Reading, start: Element, most: number) {
  const reached: Element[] = [start];
  const ends: { from: Element; step: Step }[] = [];
  const seen = new Set<string>();
  for (const at of reached) {
    if (ends.length >= most) break;
    for (const step of reading.ends(at)) ends.push({ from: at, step });
    for (const step of reading.steps(at)) {
      const key = keyOf(step);
      if (!seen.has(key)) reached.push(step);
      seen.add(key);
    }
  }
  return { reached: reached.slice(1), ends: ends.slice(0, most) };
}
