// Pass: attention by heads, as graphs spell it out, becomes ops that work block by block, without scores and copies of the heads.
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { splatOf } from "./simplify.ts";

/** What e to it is 0 beside any score that counts. */
const hidden = -1e30;

/** The weights of a head and what comes of them: weights [batch, heads, queries, keys], or the gradient to their scores. */
interface Weights {
  readonly causal: boolean;
}

export function fuseAttention(graph: Graph): Graph {
  return new Pass(graph).run();
}

class Pass {
  readonly #graph: Graph;
  readonly #nodes: Node[];
  readonly #users: NodeId[][];
  readonly #weights = new Map<NodeId, Weights>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#nodes = [...graph.nodes];
    this.#users = graph.nodes.map(() => []);
    for (const { id, inputs } of graph.nodes) for (const input of inputs) this.#users[input]!.push(id);
    for (const id of graph.outputs) this.#users[id]!.push(-1);
  }

  run(): Graph {
    for (const { id, op } of this.#graph.nodes) {
      if (op === "softmax") this.#fuseWeights(id);
      else if (op === "mul" && this.#weights.size > 0) this.#fuseGradient(id);
      else if (op === "transpose" && this.#weights.size > 0) this.#fuseProduct(id);
    }
    return this.#weights.size === 0 ? this.#graph : this.#gathered();
  }

  /** Products as soon as there is what they read, so that all that is done with a head's weights may be done at once. */
  #gathered(): Graph {
    const products = new Map<NodeId, Node[]>();
    for (const node of this.#nodes) {
      if (node.op !== "attentionProduct") continue;
      const last = Math.max(node.inputs[0]!, node.inputs[1]!);
      products.set(last, [...(products.get(last) ?? []), node]);
    }
    const renamed: NodeId[] = [];
    const nodes: Node[] = [];
    const put = (node: Node): void => {
      if (renamed[node.id] !== undefined) return;
      renamed[node.id] = nodes.length;
      nodes.push({ ...node, id: nodes.length, inputs: node.inputs.map((id) => renamed[id]!) } as Node);
      for (const product of products.get(node.id) ?? []) put(product);
    };
    for (const node of this.#nodes) put(node);
    const rename = (id: NodeId) => renamed[id]!;
    return { nodes, inputs: this.#graph.inputs.map(rename), outputs: this.#graph.outputs.map(rename) };
  }

  /** The node's input at `i`. */
  #input(node: Node, i = 0): Node {
    return this.#nodes[node.inputs[i]!]!;
  }

  #number(node: Node, i: number): number | undefined {
    return splatOf(this.#input(node, i));
  }

  #isOnlyFor(node: Node, user: NodeId): boolean {
    return this.#users[node.id]!.every((id) => id === user);
  }

  #replace(id: NodeId, node: Pick<Node, "op" | "inputs" | "attributes">): void {
    const { shape, dtype } = this.#nodes[id]!;
    this.#nodes[id] = { ...node, id, shape, dtype } as Node;
  }

  /** What stands under [batch, heads, time, width] as [batch, time, heads, width]. */
  #rows(id: NodeId): NodeId | undefined {
    const node = this.#nodes[id]!;
    return node.op === "transpose" && node.attributes.permutation.join() === "0,2,1,3" ? node.inputs[0] : undefined;
  }

  /** Rows of x and y, where a node is x yᵀ in each head. */
  #scoresOf(node: Node): readonly [NodeId, NodeId] | undefined {
    if (node.op !== "matmul" || node.attributes.transposeX || !node.attributes.transposeY) return undefined;
    const [x, y] = node.inputs.map((id) => this.#rows(id));
    if (x === undefined || y === undefined || node.shape.includes(0)) return undefined;
    const isAlike = [0, 2, 3].every((axis) => this.#nodes[x]!.shape[axis] === this.#nodes[y]!.shape[axis]);
    return isAlike && this.#nodes[x]!.shape[3]! > 0 ? [x, y] : undefined;
  }

  /** softmax of [where(later, −∞,] [c ·] q kᵀ */
  #fuseWeights(id: NodeId): void {
    const softmax = this.#nodes[id] as Node<"softmax">;
    if (softmax.shape.length !== 4 || softmax.attributes.axis !== 3) return;
    let scores = this.#input(softmax);
    const chain = [scores];
    const isMasked = scores.op === "where";
    if (isMasked) {
      if (!this.#isLater(this.#input(scores), scores) || !(this.#number(scores, 1)! <= hidden)) return;
      scores = this.#input(scores, 2);
      chain.push(scores);
    }
    let scale = 1;
    if (scores.op === "mul" && this.#number(scores, 1) !== undefined) {
      scale = this.#number(scores, 1)!;
      scores = this.#input(scores);
      chain.push(scores);
    }
    const inputs = this.#scoresOf(scores);
    const isLeft = chain.every((node, i) => this.#isOnlyFor(node, i === 0 ? id : chain[i - 1]!.id));
    if (inputs === undefined || !isLeft || !Number.isFinite(scale)) return;
    if (chain.some(({ shape }) => shape.some((n, axis) => n !== softmax.shape[axis]))) return;
    this.#replace(id, { op: "attentionWeights", inputs, attributes: { scale, causal: isMasked } });
    this.#weights.set(id, { causal: isMasked });
  }

  /** Whether a mask is true for keys after the query alone, of as many keys as queries. */
  #isLater(mask: Node, { shape }: Node): boolean {
    const [queries, keys] = shape.slice(-2) as [number, number];
    if (queries !== keys || mask.shape.length > 2 || mask.op !== "constant" || mask.dtype !== "bool") return false;
    const { data } = mask.attributes;
    return data.length === queries * keys && data.every((x, i) => x === (i % keys > Math.floor(i / keys) ? 1 : 0));
  }

  /** c · p (d − Σ d p), d = dy vᵀ, with or without c and masks on it. */
  #fuseGradient(id: NodeId): void {
    const product = this.#nodes[id]!;
    const [p, difference] = [this.#input(product), this.#input(product, 1)];
    const weights = this.#weights.get(p.id);
    if (weights === undefined || difference?.op !== "sub") return;
    const [d, sum] = [this.#input(difference), this.#input(difference, 1)];
    if (sum.op !== "sum" || sum.attributes.axes.join() !== "3" || !sum.attributes.keepDims) return;
    const terms = this.#input(sum);
    const isTerms = terms.op === "mul" && [...terms.inputs].sort().join() === [d.id, p.id].sort().join();
    const inputs = this.#scoresOf(d);
    if (!isTerms || inputs === undefined || this.#users[d.id]!.length !== 2) return;
    if (![difference, terms, sum].every((node) => this.#users[node.id]!.length === 1)) return;
    let [end, scale, isScaled] = [id, 1, false];
    for (;;) {
      const [user, another] = this.#users[end]!;
      if (user === undefined || user < 0 || another !== undefined) break;
      const node = this.#nodes[user]!;
      const factor = node.op === "mul" && node.inputs[0] === end ? this.#number(node, 1) : undefined;
      if (factor !== undefined && !isScaled) [scale, isScaled] = [factor, true];
      else if (!weights.causal || !this.#leavesOutLater(node, end)) break;
      end = user;
    }
    if (!Number.isFinite(scale)) return;
    const { causal } = weights;
    this.#replace(end, { op: "attentionScoresGradient", inputs: [p.id, ...inputs], attributes: { scale, causal } });
    this.#weights.set(end, weights);
  }

  /** where(later, 0, x), or where(later = 0, x, 0) */
  #leavesOutLater(node: Node, x: NodeId): boolean {
    if (node.op !== "where") return false;
    const condition = this.#input(node);
    if (node.inputs[2] === x) return this.#number(node, 1) === 0 && this.#isLater(condition, node);
    const isEarlier = condition.op === "equal" && this.#number(condition, 1) === 0;
    return isEarlier && this.#number(node, 2) === 0 && this.#isLater(this.#input(condition), node);
  }

  /** p x or pᵀ x with the heads side by side again; xᵀ p, as the gradient to keys has it, is the second of these. */
  #fuseProduct(id: NodeId): void {
    let node: Node = this.#nodes[id]!;
    let axes = node.shape.map((_, axis) => axis);
    while (node.op === "transpose") {
      const { permutation }: { permutation: readonly number[] } = node.attributes;
      axes = axes.map((axis) => permutation[axis]!);
      node = this.#input(node);
    }
    if (node.op !== "matmul") return;
    const { transposeX, transposeY } = node.attributes;
    const [left, right] = node.inputs as readonly [NodeId, NodeId];
    const isTurned = axes.join() === "0,3,1,2" && this.#weights.has(right) && transposeX && !transposeY;
    const [p, rows] = isTurned ? [right, this.#rows(left)] : [left, this.#rows(right)];
    const weights = this.#weights.get(p);
    if (weights === undefined || rows === undefined || (!isTurned && (axes.join() !== "0,2,1,3" || transposeY))) return;
    const [x, { shape }] = [this.#nodes[rows]!.shape, this.#nodes[p]!];
    if (x[0] !== shape[0] || x[2] !== shape[1] || x[3] === 0) return;
    const attributes = { transpose: transposeX, causal: weights.causal };
    this.#replace(id, { op: "attentionProduct", inputs: [p, rows], attributes });
  }
}
