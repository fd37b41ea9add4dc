// The attention layer beside PyTorch's scaled_dot_product_attention: golden/ops.json has its figures and gradients in float64.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, concat, type Tensor, tensor, vjp, zeros } from "../src/index.ts";
import { apply, multiHeadAttention } from "../src/nn/index.ts";
import { expectClose } from "../src/nn/layer-checks.ts";

describe("attention agrees with PyTorch", () => {
  interface Figures {
    readonly shape: readonly number[];
    readonly data: readonly number[];
  }
  interface Golden {
    readonly op: string;
    readonly args: { readonly scale?: number };
    readonly inputs: Readonly<Record<"q" | "k" | "v", Figures>>;
    readonly output: Figures;
    readonly upstream: Figures;
    readonly grads: Readonly<Record<"q" | "k" | "v", Figures>>;
  }
  const file = new URL("golden/ops.json", import.meta.url);
  const golden = (JSON.parse(readFileSync(file, "utf8")) as Golden[]).find(({ op }) => op === "causal_attention")!;
  const { q, k, v } = golden.inputs;
  const of = ({ shape, data }: Figures) => tensor(Float64Array.from(data), { shape });
  const width = q.shape.at(-1)!;
  /** q, k and v side by side are x: three heads, each of which projects the same of the three, give the same three times over. */
  const layer = multiHeadAttention(3 * width, 3, { causal: true, bias: false });
  const takes = (part: number) =>
    tensor(
      Float64Array.from({ length: 9 * width ** 2 }, (_, at) => {
        const [i, j] = [Math.floor(at / (3 * width)), at % (3 * width)];
        return Number(Math.floor(i / width) === part && i % width === j % width);
      }),
      { shape: [3 * width, 3 * width] },
    );
  const parameters = {
    ...{ queryWeight: takes(0), keyWeight: takes(1), valueWeight: takes(2) },
    outputWeight: tensor(
      Float64Array.from({ length: 9 * width ** 2 }, (_, at) => Number(at % (3 * width + 1) === 0)),
      { shape: [3 * width, 3 * width] },
    ),
  };
  const x = concat([q, k, v].map(of), 2);
  const differentiated = (input: Tensor, upstream: Tensor) => {
    const { value, pullback } = vjp((inner: Tensor) => apply(layer, { parameters, buffers: {} }, inner), input);
    return [value, pullback(upstream)[0]] as const;
  };
  const upstream = concat([of(golden.upstream), zeros(q.shape), zeros(q.shape)], 2);

  it.each([
    ["reference", 1e-9],
    ["wasm", 2e-5],
  ] as const)("%s: the figures and gradients of scaled_dot_product_attention, is_causal", (backend, tolerance) => {
    expect(golden.args.scale).toBe(1 / Math.sqrt(width));
    const [y, dx] = compile(differentiated, { backend })(x, upstream);
    for (const part of [0, 1, 2]) {
      expectClose(y.slice([0, 0, part * width], [2, 4, (part + 1) * width]), q.shape, golden.output.data, tolerance);
    }
    const { grads } = golden;
    [grads.q, grads.k, grads.v].forEach(({ shape, data }, part) => {
      expectClose(dx.slice([0, 0, part * width], [2, 4, (part + 1) * width]), shape, data, tolerance);
    });
  });
});
