// ONNX's operators of matrix products.
import type { Tensor } from "../../trace/tensor.ts";
import { type Apply, allInputs, input, invalidNode, numberOf, type OnnxOp, op, textOf } from "./op.ts";
import { range, take } from "./parts.ts";

const gemm: Apply = (call) => {
  const [a, b] = [input(call, 0), input(call, 1)];
  const turned = (x: Tensor, name: string) => (numberOf(call, name, 0) === 1 ? x.T : x);
  if (a.rank !== 2 || b.rank !== 2)
    throw invalidNode(call.node, `its matrices have shapes [${a.shape}] and [${b.shape}]`);
  const alpha = numberOf(call, "alpha", 1);
  const beta = numberOf(call, "beta", 1);
  const product = turned(a, "transA").matmul(turned(b, "transB"));
  const scaled = alpha === 1 ? product : product.mul(alpha);
  const c = call.inputs[2];
  if (c === undefined) return scaled;
  return scaled.add(beta === 1 ? c : c.mul(beta));
};

interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/** Labels that come twice: the diagonal. */
function diagonal({ x, labels }: Labelled): Labelled {
  const [first, second] =
    labels.flatMap((label, i) => (labels.indexOf(label) < i ? [[labels.indexOf(label), i]] : []))[0] ?? [];
  if (first === undefined || second === undefined) return { x, labels };
  const order = [...range(labels.length).filter((i) => i !== first && i !== second), first, second];
  const n = x.shape[first]!;
  const rest = order.slice(0, -2);
  const flat = x.transpose(order).reshape([...rest.map((i) => x.shape[i]!), n * n]);
  const found = take(
    flat,
    rest.length,
    range(n).map((i) => i * (n + 1)),
  );
  return diagonal({ x: found, labels: [...rest.map((i) => labels[i]!), labels[first]!] });
}

/** Axes in the order of `to`, with size 1 where it has none. */
const aligned = ({ x, labels }: Labelled, to: readonly string[]): Tensor => {
  const own = to.filter((label) => labels.includes(label));
  const y = x.transpose(own.map((label) => labels.indexOf(label)));
  return y.reshape(to.map((label) => (labels.includes(label) ? x.shape[labels.indexOf(label)]! : 1)));
};

/** The labels of a term; "..." stands for so many axes. */
function labelsOf(term: string, rank: number, dots: number): string[] {
  const [before, after] = term.includes("...") ? term.split("...") : [term, undefined];
  if (after === undefined) return [...term];
  const own = rank - before!.length - after.length;
  return [...before!, ...range(own).map((i) => `.${dots - own + i}`), ...after];
}

const einsum: Apply = (call) => {
  const equation = textOf(call, "equation", "").replaceAll(" ", "");
  const xs = allInputs(call);
  const [left, right] = equation.split("->");
  const terms = left!.split(",");
  if (terms.length !== xs.length || !/^[A-Za-z.,]*(->[A-Za-z.]*)?$/.test(equation))
    throw invalidNode(
      call.node,
      `its equation ${JSON.stringify(equation)} has no term for each of ${xs.length} inputs`,
    );
  const dots = terms.reduce(
    (most, term, i) => (term.includes("...") ? Math.max(most, xs[i]!.rank - term.replace("...", "").length) : most),
    0,
  );
  const parts = terms.map((term, i) => ({ x: xs[i]!, labels: labelsOf(term, xs[i]!.rank, dots) }));
  for (const { x, labels } of parts)
    if (labels.length !== x.rank)
      throw invalidNode(call.node, `its equation ${JSON.stringify(equation)} does not fit the shape [${x.shape}]`);
  const all = parts.flatMap(({ labels }) => labels);
  const out =
    right === undefined
      ? [...new Set(all)]
          .filter((label) => label.startsWith(".") || all.filter((one) => one === label).length === 1)
          .sort()
      : labelsOf(right, right.replace("...", "").length + (right.includes("...") ? dots : 0), dots);
  let product = diagonal(parts[0]!);
  parts.slice(1).forEach((part, i) => {
    const later = new Set([...out, ...parts.slice(i + 2).flatMap(({ labels }) => labels)]);
    product = contracted(product, diagonal(part), later);
  });
  const gone = product.labels.flatMap((label, i) => (out.includes(label) ? [] : [i]));
  const summed = gone.length === 0 ? product.x : product.x.sum(gone);
  return aligned({ x: summed, labels: product.labels.filter((label) => out.includes(label)) }, out);
};

/** Product over labels of both that come no more, as one matrix product. */
function contracted(a: Labelled, b: Labelled, later: ReadonlySet<string>): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => later.has(label) || sizeOf(a, label) !== sizeOf(b, label));
  const summed = shared.filter((label) => !batch.includes(label));
  const onlyA = a.labels.filter((label) => !shared.includes(label));
  const onlyB = b.labels.filter((label) => !shared.includes(label));
  const size = (of: Labelled, labels: readonly string[]) => labels.reduce((n, label) => n * sizeOf(of, label), 1);
  const left = aligned(a, [...batch, ...onlyA, ...summed]).reshape([
    ...batch.map((l) => sizeOf(a, l)),
    size(a, onlyA),
    size(a, summed),
  ]);
  const right = aligned(b, [...batch, ...summed, ...onlyB]).reshape([
    ...batch.map((l) => sizeOf(b, l)),
    size(b, summed),
    size(b, onlyB),
  ]);
  const y = left.matmul(right);
  const shape = [
    ...batch.map((label) => Math.max(sizeOf(a, label), sizeOf(b, label))),
    ...onlyA.map((label) => sizeOf(a, label)),
    ...onlyB.map((label) => sizeOf(b, label)),
  ];
  return { x: y.reshape(shape), labels: [...batch, ...onlyA, ...onlyB] };
}

const sizeOf = ({ x, labels }: Labelled, label: string): number => x.shape[labels.indexOf(label)]!;

export const products = {
  Einsum: op("equation", einsum),
  Gemm: op("alpha beta transA transB broadcast", gemm, { weights: [1, 2] }),
  MatMul: op("", (call) => input(call, 0).matmul(input(call, 1))),
} satisfies Record<string, OnnxOp>;
