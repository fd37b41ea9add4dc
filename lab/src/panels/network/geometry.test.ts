// Where a network's parts stand: found again where they are drawn, and apart from one another.
import { describe, expect, it } from "vitest";
import { type Element, elementOf, nameOf } from "../../training/elements.ts";
import { type NetworkLayer, type UnitParameter, unitParameters } from "../../training/network.ts";
import { boxOf, elementAt, labelsOf, layoutOf, niceScale } from "./geometry.ts";

const network = (...counts: readonly number[]) => ({
  features: Array.from({ length: counts[0]! }, (_, i) => `x${i + 1}`),
  layers: counts.slice(1).map(
    (outputs, l): NetworkLayer => ({
      path: `layers.${2 * l}`,
      inputs: counts[l]!,
      outputs,
      weight: `layers.${2 * l}.weight`,
      bias: `layers.${2 * l}.bias`,
      scale: `layers.${2 * l}.norm.weight`,
      shift: `layers.${2 * l}.norm.bias`,
      input: l === 0 ? "x" : `layers.${2 * l - 1}`,
      z: `layers.${2 * l}`,
      values: [`layers.${2 * l}`, `layers.${2 * l + 1}`],
      output: `layers.${2 * l + 1}`,
      activation: "tanh",
      others: [],
    }),
  ),
});

const room = { width: 800, height: 600, left: 80, right: 80 };

const isMark = (element: Element): element is Element & { readonly kind: UnitParameter } =>
  unitParameters.some((each) => each === element.kind);

const everyElement = (counts: readonly number[]): Element[] => [
  ...Array.from({ length: counts[0]! }, (_, from): Element => ({ kind: "input", from })),
  ...counts
    .slice(1)
    .flatMap((outputs, layer) =>
      Array.from({ length: outputs }, (_, to): Element[] => [
        { kind: "unit", layer, to },
        ...unitParameters.map((kind) => ({ kind, layer, to })),
        ...Array.from({ length: counts[layer]! }, (_, from): Element => ({ kind: "weight", layer, from, to })),
      ]).flat(),
    ),
];

describe("a network's parts", () => {
  it.each([[[2, 4, 3, 2]], [[3, 2, 1]], [[2, 40, 2]], [[64, 10]]])(
    "of %j are found in the middle of their boxes",
    (counts) => {
      const made = network(...counts);
      const layout = layoutOf(made, room);
      const isBig = counts.some((count) => count > 32);
      for (const element of everyElement(counts)) {
        // An edge's middle may lie on another edge.
        if (element.kind === "weight" && layout.links[element.layer]!.kind === "edges") continue;
        // A unit's box goes a little over its neighbour's where cells are low.
        const { x, y, width, height } = boxOf(layout, element);
        const found = elementAt(layout, made, { x: x + width / 2, y: y + height / 2 });
        if (isMark(element) && isBig && layout.links[element.layer]!.kind === "edges") continue;
        expect(found).toEqual(element);
      }
    },
  );

  it("are found along an edge that stands alone", () => {
    const made = network(1, 1);
    const layout = layoutOf(made, room);
    const { x, y, width } = boxOf(layout, { kind: "weight", layer: 0, from: 0, to: 0 });
    expect(elementAt(layout, made, { x: x + width / 2, y: y + 6 })).toEqual({
      kind: "weight",
      layer: 0,
      from: 0,
      to: 0,
    });
    expect(elementAt(layout, made, { x: x + width / 2, y: y + 60 })).toBeUndefined();
  });

  it("fit into their room, and are wider where they could not be pointed at", () => {
    const fits = layoutOf(network(2, 8, 8, 2), room);
    expect(fits.width).toBe(800);
    for (const { top, gap, count } of fits.columns) {
      expect(top - fits.radius).toBeGreaterThanOrEqual(0);
      expect(top + gap * (count - 1) + fits.radius).toBeLessThanOrEqual(600);
    }
    const deep = layoutOf(network(...Array.from({ length: 21 }, () => 4)), {
      ...room,
      width: 340,
      left: 60,
      right: 60,
    });
    expect(deep.width).toBeGreaterThan(340);
  });

  it("have names that say them, with rows left out", () => {
    const made = network(2, 4, 3, 2);
    for (const element of everyElement([2, 4, 3, 2])) expect(elementOf(made, nameOf(made, element))).toEqual(element);
    expect(elementOf(made, "layers.2[7,1]")).toEqual({ kind: "unit", layer: 1, to: 1 });
    for (const none of ["layers.0.weight[2,0]", "layers.9[0]", "loss", "x[0,2]", "["])
      expect(elementOf(made, none)).toBeUndefined();
  });
});

it("puts the numbers of edges where none lies on another, or nowhere", () => {
  const places = labelsOf(layoutOf(network(3, 2), room), 0)!.flat();
  expect(places).toHaveLength(6);
  for (const [i, a] of places.entries())
    for (const b of places.slice(0, i)) expect(Math.abs(a.x - b.x) >= 46 || Math.abs(a.y - b.y) >= 14).toBe(true);
  expect(labelsOf(layoutOf(network(8, 8), room), 0)).toBeUndefined();
});

it("has a quiet scale of 1, 2 or 5", () => {
  expect([0.3, 0.8, 1, 1.2, 3, 7, 0.0011].map((most) => niceScale(most))).toEqual([0.5, 1, 1, 2, 5, 10, 0.002]);
  expect(niceScale(0.9, 2)).toBe(2);
  expect(niceScale(0.4, 2)).toBe(0.5);
  expect(niceScale(2.1, 2)).toBe(5);
  expect(niceScale(Number.NaN, 2)).toBe(2);
});
