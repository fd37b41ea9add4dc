// Where a network's parts stand in a box: units in columns, edges between them, heat maps in place of edges where a layer is large.
import type { Element, Network } from "../../training/elements.ts";
import { type UnitParameter, unitParametersOf } from "../../training/network.ts";

/** Units of a column that are drawn one by one; of more, the layer is the heat map of its weights. */
export const mostUnits = 32;

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Place {
  readonly width: number;
  readonly height: number;
}

/** The features, or the units of a layer: one by one, or as the cells of a strip. */
export interface Column {
  readonly x: number;
  readonly count: number;
  readonly kind: "units" | "strip";
  /** Distance between two of them. */
  readonly gap: number;
  /** Of the first one's middle. */
  readonly top: number;
}

/** Between a column and the next: edges, or a heat map with a row for each unit behind it and a column for each in front. */
export type Link =
  | { readonly kind: "edges" }
  | { readonly kind: "map"; readonly cells: Box; readonly strips: Readonly<Partial<Record<UnitParameter, Box>>> };

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Half the size of a unit. */
  readonly radius: number;
  readonly columns: readonly Column[];
  /** One for each layer. */
  readonly links: readonly Link[];
  /** Whether a unit's number has room below it. */
  readonly hasValues: boolean;
}

const margin = { top: 30, bottom: 18 };
const largest = { radius: 26, gap: 124 };
/** Half the width of a strip's cells. */
const stripHalf = 7;
/** Of the strip of a parameter that each unit has one of, and the space before it. */
const stripWidth = 12;
const stripSpace = 4;

export interface Room {
  readonly width: number;
  readonly height: number;
  /** For names beside the first and the last column. */
  readonly left: number;
  readonly right: number;
}

/** Fills the room, and is wider where its columns would be too narrow to be pointed at. */
export function layoutOf({ features, layers }: Network, { width, height, left, right }: Room): Layout {
  const counts = [features.length, ...layers.map(({ outputs }) => outputs)];
  const isMap = layers.map(({ inputs, outputs }) => inputs > mostUnits || outputs > mostUnits);
  const least = width < 600 ? 56 : 44;
  const shares = isMap.map((map) => (map ? 2 : 1));
  const all = shares.reduce((sum, share) => sum + share, 0);
  const inner = Math.max(width - left - right, all * least);
  const tall = height - margin.top - margin.bottom;
  const gaps = counts.map((count) => (count > mostUnits ? tall / count : Math.min(largest.gap, tall / count)));
  const drawn = counts.flatMap((count, c) => (count > mostUnits ? [] : [gaps[c]!]));
  const tightest = drawn.reduce((a, b) => Math.min(a, b), largest.gap);
  const radius = Math.max(4, Math.min(largest.radius, tightest * 0.32, (inner / Math.max(1, all)) * 0.28));
  let x = layers.length === 0 ? left + inner / 2 : left;
  const columns = counts.map((count, c): Column => {
    if (c > 0) x += (inner * shares[c - 1]!) / all;
    const gap = gaps[c]!;
    const top = margin.top + tall / 2 - (gap * (count - 1)) / 2;
    return { x, count, kind: count > mostUnits ? "strip" : "units", gap, top };
  });
  const links = layers.map((layer, l): Link => {
    if (!isMap[l]) return { kind: "edges" };
    const [from, to] = [columns[l]!, columns[l + 1]!];
    const start = from.x + half(from, radius) + 18;
    const room = to.x - half(to, radius) - 18 - start;
    const own = { y: to.top - to.gap / 2, height: to.gap * to.count };
    const kinds = unitParametersOf(layer);
    const cells = { ...own, x: start, width: room - kinds.length * (stripWidth + stripSpace) };
    const end = cells.x + cells.width + stripSpace;
    const strips = Object.fromEntries(
      kinds.map((kind, i) => [kind, { ...own, x: end + i * (stripWidth + stripSpace), width: stripWidth }]),
    );
    return { kind: "map", cells, strips };
  });
  return {
    width: left + inner + right,
    height,
    radius,
    columns,
    links,
    hasValues: radius >= 11 && tightest >= 2 * radius + 20,
  };
}

const half = ({ kind }: Column, radius: number): number => (kind === "strip" ? stripHalf : radius);

export const halfWidth = (layout: Layout, column: number): number => half(layout.columns[column]!, layout.radius);

export const placeOf = ({ columns }: Layout, column: number, unit: number): Place => {
  const { x, top, gap } = columns[column]!;
  return { x, y: top + unit * gap };
};

/** Corners of a unit, where marks stand: its bias at the lower left, γ and β of its normalisation at the upper left and right. */
const corners: Readonly<Record<UnitParameter, readonly [number, number]>> = {
  bias: [-1, 1],
  scale: [-1, -1],
  shift: [1, -1],
};

/** The middle of the mark of one of a unit's parameters. */
export function markPlace(layout: Layout, column: number, unit: number, kind: UnitParameter): Place {
  const { x, y } = placeOf(layout, column, unit);
  const [across, down] = corners[kind];
  return { x: x + across * (layout.radius + 1), y: y + down * (layout.radius + 1) };
}

export const markSize = ({ radius }: Layout): number => Math.max(5, Math.min(10, radius * 0.45));

/** Ends of an edge, at the rims of its units. */
export function edgeEnds(layout: Layout, layer: number, from: number, to: number): readonly [Place, Place] {
  const [a, b] = [placeOf(layout, layer, from), placeOf(layout, layer + 1, to)];
  return [
    { x: a.x + layout.radius, y: a.y },
    { x: b.x - layout.radius, y: b.y },
  ];
}

/** How far above its units an identity passes. */
const skipHeight = (radius: number, { gap }: Column): number => Math.max(4, Math.min(20, gap / 2 - radius - 2));

/**
 * The way of a value that is added as it is, from above a unit of one column to above the same of another: begin, two controls and end of a
 * cubic curve.
 */
export function skipCurve(
  layout: Layout,
  from: number,
  to: number,
  unit: number,
): readonly [Place, Place, Place, Place] {
  const [a, b] = [from, to].map((c) => {
    const { x, y } = placeOf(layout, c, unit);
    const column = layout.columns[c]!;
    return { x, y: y - (column.kind === "strip" ? column.gap / 2 : layout.radius), column };
  });
  const height = Math.min(...[a!, b!].map(({ column }) => skipHeight(layout.radius, column)));
  const inward = (b!.x - a!.x) / 5;
  // The middle of the curve is 3/4 of its controls' height.
  const rise = (height * 4) / 3;
  return [a!, { x: a!.x + inward, y: a!.y - rise }, { x: b!.x - inward, y: b!.y - rise }, b!];
}

/** A point of an edge, a cubic curve that leaves and arrives level: t from 0 to 1. */
export function alongEdge([a, b]: readonly [Place, Place], t: number): Place {
  const s = 1 - t;
  const across = 3 * s * t * t + t * t * t;
  const middle = (a.x + b.x) / 2;
  return {
    x: s * s * s * a.x + (3 * s * s * t + 3 * s * t * t) * middle + t * t * t * b.x,
    y: a.y + (b.y - a.y) * across,
  };
}

/** Where an element stands, as the box that its arithmetic grows from. */
export function boxOf(layout: Layout, element: Element): Box {
  const around = ({ x, y }: Place, size: number): Box => ({
    x: x - size,
    y: y - size,
    width: 2 * size,
    height: 2 * size,
  });
  if (element.kind === "input") return around(placeOf(layout, 0, element.from), halfWidth(layout, 0));
  const link = layout.links[element.layer]!;
  const column = layout.columns[element.layer + 1]!;
  if (element.kind === "unit")
    return around(placeOf(layout, element.layer + 1, element.to), halfWidth(layout, element.layer + 1));
  if (link.kind === "edges") {
    if (element.kind !== "weight")
      return around(markPlace(layout, element.layer + 1, element.to, element.kind), markSize(layout) / 2);
    return around(alongEdge(edgeEnds(layout, element.layer, element.from, element.to), 0.5), 4);
  }
  const y = column.top + (element.to - 0.5) * column.gap;
  if (element.kind !== "weight") {
    const box = link.strips[element.kind] ?? link.cells;
    return { x: box.x, y, width: box.width, height: column.gap };
  }
  const width = link.cells.width / layout.columns[element.layer]!.count;
  return { x: link.cells.x + element.from * width, y, width, height: column.gap };
}

/** How near the pointer must come: half of 24 px. */
const reach = 12;

/** What stands at a point; the nearest where several do. */
export function elementAt(layout: Layout, { layers }: Network, at: Place): Element | undefined {
  const far = (place: Place): number => Math.hypot(place.x - at.x, place.y - at.y);
  const { radius, links, columns } = layout;
  for (const [c, column] of columns.entries()) {
    const near = nearestUnit(column, at.y);
    for (const unit of [near - 1, near, near + 1]) {
      if (unit < 0 || unit >= column.count || c === 0 || links[c - 1]!.kind === "map") continue;
      const most = Math.max(markSize(layout) / 2 + 2, Math.min(reach, radius * 0.6));
      const kind = unitParametersOf(layers[c - 1]!).find((each) => far(markPlace(layout, c, unit, each)) <= most);
      if (kind !== undefined) return { kind, layer: c - 1, to: unit };
    }
    const isIn =
      column.kind === "strip"
        ? Math.abs(at.x - column.x) <= reach && at.y >= column.top - column.gap / 2 && isWithin(column, at.y)
        : far(placeOf(layout, c, near)) <= Math.max(radius, Math.min(reach, column.gap / 2));
    if (isIn) return c === 0 ? { kind: "input", from: near } : { kind: "unit", layer: c - 1, to: near };
  }
  for (const [layer, link] of links.entries()) {
    if (link.kind === "map") {
      const to = nearestUnit(columns[layer + 1]!, at.y);
      if (contains(link.cells, at)) {
        const count = columns[layer]!.count;
        const from = Math.min(count - 1, Math.floor(((at.x - link.cells.x) / link.cells.width) * count));
        return { kind: "weight", layer, from, to };
      }
      for (const kind of unitParametersOf(layers[layer]!))
        if (contains(link.strips[kind]!, at)) return { kind, layer, to };
    } else if (at.x > columns[layer]!.x && at.x < columns[layer + 1]!.x) return edgeAt(layout, layer, far);
  }
  return undefined;
}

function edgeAt({ columns, ...rest }: Layout, layer: number, far: (place: Place) => number): Element | undefined {
  const layout = { columns, ...rest };
  const pieces = 24;
  let best: Element | undefined;
  let least = reach * 0.75;
  for (let from = 0; from < columns[layer]!.count; from++)
    for (let to = 0; to < columns[layer + 1]!.count; to++) {
      const ends = edgeEnds(layout, layer, from, to);
      for (let i = 0; i <= pieces; i++) {
        const distance = far(alongEdge(ends, i / pieces));
        if (distance >= least) continue;
        least = distance;
        best = { kind: "weight", layer, from, to };
      }
    }
  return best;
}

const nearestUnit = ({ top, gap, count }: Column, y: number): number =>
  Math.max(0, Math.min(count - 1, Math.round((y - top) / gap)));

const isWithin = ({ top, gap, count }: Column, y: number): boolean => y <= top + (count - 0.5) * gap;

const contains = ({ x, y, width, height }: Box, at: Place): boolean =>
  at.x >= x && at.x < x + width && at.y >= y && at.y < y + height;

/** The size of an edge's number. */
const label = { width: 46, height: 14 };

/** Where the numbers of a layer's edges stand, so that none lies on another: one of a few places along each edge. Undefined without room. */
export function labelsOf(layout: Layout, layer: number): readonly (readonly Place[])[] | undefined {
  const [from, to] = [layout.columns[layer]!, layout.columns[layer + 1]!];
  if (layout.links[layer]!.kind === "map" || to.x - from.x - 2 * layout.radius < 96) return undefined;
  if (from.count * to.count > 8) return undefined;
  const taken: Place[] = [];
  const isFree = ({ x, y }: Place): boolean =>
    taken.every((other) => Math.abs(other.x - x) >= label.width || Math.abs(other.y - y) >= label.height);
  const places: Place[][] = [];
  for (let i = 0; i < from.count; i++) {
    const row: Place[] = [];
    for (let j = 0; j < to.count; j++) {
      const ends = edgeEnds(layout, layer, i, j);
      const found = [0.5, 0.36, 0.64, 0.26, 0.74].map((t) => alongEdge(ends, t)).find(isFree);
      if (found === undefined) return undefined;
      taken.push(found);
      row.push(found);
    }
    places.push(row);
  }
  return places;
}

/** The next larger of 1, 2, 5 · 10ⁿ; the one before while the largest number stays between a quarter of it and all, so that it is quiet. */
export function niceScale(most: number, before?: number): number {
  if (!Number.isFinite(most) || most <= 0) return before ?? 1;
  if (before !== undefined && most <= before && most >= before / 4) return before;
  const power = 10 ** Math.floor(Math.log10(most));
  const digit = most / power;
  return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power;
}
