// A topological order with priorities.
import { ChainruleError } from "../ir/errors.ts";
import { Heap } from "./heap.ts";

/**
 * The nodes, each after those whose edges lead to it; of those that may come next the one of the lowest rank. Ranks are
 * 0 … n − 1, each once. Throws INVALID_GRAPH where there is a cycle.
 */
export function topological(next: readonly (readonly number[])[], rank: ArrayLike<number>): number[] {
  const waiting = new Int32Array(next.length);
  for (const targets of next) for (const target of targets) waiting[target]!++;
  const nodeOf = new Int32Array(next.length);
  const ready = new Heap();
  next.forEach((_, node) => {
    nodeOf[rank[node]!] = node;
    if (waiting[node] === 0) ready.push(rank[node]!);
  });
  const order: number[] = [];
  for (let least = ready.pop(); least !== undefined; least = ready.pop()) {
    const node = nodeOf[least]!;
    order.push(node);
    for (const target of next[node]!) if (--waiting[target]! === 0) ready.push(rank[target]!);
  }
  if (order.length === next.length) return order;
  throw new ChainruleError("INVALID_GRAPH", "order: groups of nodes wait for each other; no pass may make cycles.");
}
