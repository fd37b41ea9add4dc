// What is drawn of a network, by what a recorder in place of a canvas is told.
import { describe, expect, it, vi } from "vitest";
import type { Frame } from "../../training/frame.ts";
import { drawNetwork } from "./drawing.ts";
import { layoutOf } from "./geometry.ts";
import type { MomentOnWay, Scene } from "./scene.ts";

vi.mock("../../view/tokens.ts", () => {
  const colours = {
    zero: "rgb(0, 0, 0)",
    negative: "rgb(255, 0, 0)",
    positive: "rgb(0, 0, 255)",
    ground: "rgb(0, 0, 0)",
  };
  return { tokens: () => colours };
});

/** One input, one hidden unit and one output: weights 2 and −1. */
const network = {
  features: ["a"],
  names: { inputs: ["a"], outputs: ["b"] },
  layers: [0, 1].map((l) => ({
    ...{ path: `layers.${2 * l}`, inputs: 1, outputs: 1, weight: `layers.${2 * l}.weight`, others: [] },
    ...{
      input: l === 0 ? "x" : "layers.1",
      z: `layers.${2 * l}`,
      values: [`layers.${2 * l}`, `layers.${2 * l + 1}`],
      output: `layers.${2 * l + 1}`,
    },
  })),
};

const one = (value: number) => Float32Array.of(value);
const frame = {
  ...{ step: 1, epoch: 0, learningRate: 1, loss: 0.25, batch: [0], shapes: {} },
  parameters: { "layers.0.weight": one(2), "layers.2.weight": one(-1) },
  gradients: { "layers.0.weight": one(-4), "layers.2.weight": one(4) },
  values: { x: one(1), "layers.1": one(0.5), "layers.3": one(-0.5) },
  deltas: { x: one(0), "layers.0": one(1), "layers.2": one(-1) },
} satisfies Frame;

interface Stroke {
  readonly isDashed: boolean;
  readonly width: number;
  readonly alpha: number;
}

interface Drawn {
  readonly edges: Stroke[];
  readonly texts: string[];
  /** Sizes of the marks of units' parameters. */
  readonly marks: number[];
}

/** Edges as they are stroked, texts, and marks. */
function drawn(change: Partial<Scene> = {}): Drawn {
  const edges: Stroke[] = [];
  const texts: string[] = [];
  const marks: number[] = [];
  const state = { dash: [] as number[], isEdge: false, lineWidth: 1, globalAlpha: 1 };
  const own: Readonly<Record<string, unknown>> = {
    beginPath: () => (state.isEdge = false),
    bezierCurveTo: () => (state.isEdge = true),
    lineTo: () => (state.isEdge = true),
    roundRect: (_x: number, _y: number, width: number) => marks.push(width),
    setLineDash: (dash: number[]) => (state.dash = dash),
    stroke: () =>
      state.isEdge && edges.push({ isDashed: state.dash.length > 0, width: state.lineWidth, alpha: state.globalAlpha }),
    fillText: (text: string) => texts.push(text),
    measureText: (text: string) => ({ width: 6 * text.length }),
  };
  const context = new Proxy(state as object, {
    get: (target, name) => own[String(name)] ?? Reflect.get(target, name) ?? (() => {}),
  }) as CanvasRenderingContext2D;
  const parts = drawNetwork(context, {
    ...{ network, frame, layout: layoutOf(network, { width: 600, height: 300, left: 60, right: 60 }) },
    ...{ look: { edges: "weight", units: "value" }, scales: { edges: 2, units: 1 }, lit: [], related: undefined },
    ...{ moment: undefined, planes: new Map(), colours: {} },
    ...change,
  });
  for (const _ of parts);
  return { edges, texts, marks };
}

describe("a network's drawing", () => {
  it("has wide edges for large weights, and dashes below zero", () => {
    const { edges, texts } = drawn();
    expect(edges.map(({ isDashed }) => isDashed)).toEqual([false, true]);
    expect(edges[0]!.width).toBeGreaterThan(edges[1]!.width);
    expect(texts).toEqual(expect.arrayContaining(["a", "b", "+2.00", "−1.00", "+0.5000", "−0.5000"]));
  });

  it("has gradients and δ where they are asked for", () => {
    const { edges, texts } = drawn({ look: { edges: "gradient", units: "delta" }, scales: { edges: 5, units: 1 } });
    expect(edges.map(({ isDashed }) => isDashed)).toEqual([true, false]);
    expect(texts).toEqual(expect.arrayContaining(["−4.00", "+4.00", "+1.000", "−1.000"]));
  });

  it("has marks for γ and β, and an edge without a hue for what is added as it is", () => {
    const [first, last] = network.layers;
    const normalised = { ...first!, scale: "norm.weight", shift: "norm.bias", skips: [0] };
    const parameters = { ...frame.parameters, "norm.weight": one(-1), "norm.bias": one(0) };
    const change = { network: { ...network, layers: [normalised, last!] }, frame: { ...frame, parameters } };
    expect(drawn().marks).toHaveLength(0);
    expect(drawn(change).marks).toHaveLength(2);
    expect(drawn(change).edges).toHaveLength(3);
    expect(drawn(change).edges[1]).toEqual({ isDashed: false, width: 1, alpha: 1 });
    // Only a unit that shows it has its edge lit.
    expect(drawn({ ...change, lit: ["layers.1[0]"] }).edges.at(-1)).toMatchObject({ width: 2 });
  });

  it("dims what the open number has nothing to do with", () => {
    const { edges } = drawn({ related: new Set(["layers.2.weight[0,0]"]) });
    expect(edges[0]!.alpha).toBeLessThan(0.3);
    expect(edges[1]!.alpha).toBe(1);
  });

  it("goes through the moments of a step: values, the loss, δ from the output back, the change of weights", () => {
    const at = (name: MomentOnWay["name"], share: number, before?: MomentOnWay["before"]) =>
      drawn({ moment: { name, share, before } }).texts;
    expect(at("forward", 0.5)).toContain("+0.5000");
    expect(at("forward", 0.5)).not.toContain("−0.5000");
    expect(at("forward", 1)).toContain("−0.5000");
    expect(at("loss", 1)).toContain("loss 0.2500");
    // The output's side first.
    expect(at("backward", 0.5)).toEqual(expect.arrayContaining(["+4.00", "+2.00"]));
    expect(at("backward", 1)).toEqual(expect.arrayContaining(["+4.00", "−4.00"]));
    const before = { "layers.0.weight": one(0), "layers.2.weight": one(1) };
    expect(at("update", 0.5, before)).toEqual(expect.arrayContaining(["+1.00", "+0.00"]));
    expect(at("update", 1, before)).toEqual(expect.arrayContaining(["+2.00", "−1.00"]));
  });
});
