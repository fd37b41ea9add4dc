// How a network is drawn: edges whose width and hue are a number, dashed below zero; units with their view of the plane; heat maps of large layers.
import type { Moment } from "../../page/moment.ts";
import type { NetworkLook } from "../../page/network-look.ts";
import { type Element, elementOf, type Network, nameOf } from "../../training/elements.ts";
import type { Frame } from "../../training/frame.ts";
import { shown, signed } from "../../view/numbers.ts";
import { diverging, paint } from "../../view/scale.ts";
import type { Tokens } from "../../view/tokens.ts";
import {
  alongEdge,
  biasPlace,
  biasSize,
  boxOf,
  edgeEnds,
  halfWidth,
  type Layout,
  labelsOf,
  type Place,
  placeOf,
} from "./geometry.ts";

/** The values of the full width and hue. */
export interface Scales {
  readonly edges: number;
  readonly units: number;
}

/** What a step looks like on the way: `share` of the moment's motion, 1 at rest; `before`: parameters before the step. */
export interface MomentOnWay {
  readonly name: Moment;
  readonly share: number;
  readonly before: Readonly<Record<string, Float32Array>> | undefined;
}

export interface Scene {
  readonly network: Network & {
    readonly names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
  };
  readonly layout: Layout;
  readonly frame: Frame;
  readonly look: NetworkLook;
  readonly scales: Scales;
  /** Names of what is lit. */
  readonly lit: readonly string[];
  /** Names of what stays as it is while the rest is dim. */
  readonly related: ReadonlySet<string> | undefined;
  readonly moment: MomentOnWay | undefined;
  /** Views of the plane by the names of their units. */
  readonly planes: ReadonlyMap<string, CanvasImageSource>;
  readonly colours: Tokens;
}

const dimmed = 0.16;
const font = (size: number): string => `${size}px "Inter Variable", sans-serif`;

export function drawNetwork(context: CanvasRenderingContext2D, scene: Scene): void {
  context.textBaseline = "middle";
  context.lineCap = "butt";
  for (const layer of scene.network.layers.keys()) {
    if (scene.layout.links[layer]!.kind === "map") drawMap(context, scene, layer);
    else drawEdges(context, scene, layer);
  }
  for (const layer of scene.network.layers.keys()) drawLabels(context, scene, layer);
  for (const column of scene.layout.columns.keys()) drawColumn(context, scene, column);
  for (const name of scene.lit) {
    const element = elementOf(scene.network, name);
    if (element) drawLight(context, scene, element);
  }
  drawLoss(context, scene);
  context.globalAlpha = 1;
}

const isDim = ({ related, network }: Scene, element: Element): boolean =>
  related !== undefined && !related.has(nameOf(network, element));

/** How far a column has come in a moment that goes from one column to the next: 0 to 1. */
function reached({ moment, layout }: Scene, column: number): number {
  if (moment === undefined) return 1;
  const count = layout.columns.length;
  const place = moment.name === "forward" ? column : count - 1 - column;
  return Math.max(0, Math.min(1, moment.share * count - place));
}

/** Numbers of a layer's edges or biases, as they are shown at this moment. */
function numbersFor(scene: Scene, name: string, layer: number): Float32Array {
  const { frame, moment, look } = scene;
  const parameters = frame.parameters[name]!;
  const isBack = moment?.name === "backward" && reached(scene, layer + 1) > 0.5;
  if (isBack || (moment === undefined && look.edges === "gradient")) return frame.gradients[name]!;
  const before = moment?.name === "update" ? moment.before?.[name] : undefined;
  if (before === undefined || before.length !== parameters.length) return parameters;
  return parameters.map((value, i) => before[i]! + (value - before[i]!) * moment!.share);
}

/** The scale of what `numbersFor` gives. */
const scaleFor = ({ moment, scales, frame }: Scene, numbers: Float32Array): number => {
  if (moment?.name !== "backward") return scales.edges;
  const isGradient = Object.values(frame.gradients).includes(numbers);
  return isGradient ? largestOf(Object.values(frame.gradients)) : largestOf(Object.values(frame.parameters));
};

function drawEdges(context: CanvasRenderingContext2D, scene: Scene, layer: number): void {
  const { layout, network } = scene;
  const { weight, inputs, outputs } = network.layers[layer]!;
  const numbers = numbersFor(scene, weight, layer);
  const scale = scaleFor(scene, numbers);
  const strength = scene.moment?.name === "forward" ? 0.25 + 0.75 * reached(scene, layer) : 1;
  const widest = Math.min(7, 1.5 + layout.radius / 4);
  for (let from = 0; from < inputs; from++)
    for (let to = 0; to < outputs; to++) {
      const t = numbers[from * outputs + to]! / scale;
      const size = Math.min(1, Math.abs(t));
      context.globalAlpha = isDim(scene, { kind: "weight", layer, from, to }) ? dimmed : strength;
      strokeEdge(context, edgeEnds(layout, layer, from, to), {
        width: 0.75 + widest * size,
        colour: size < 0.004 ? scene.colours.line! : diverging(Math.sign(t) * (0.3 + 0.7 * size)),
        isDashed: t < 0,
      });
    }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

interface Stroke {
  readonly width: number;
  readonly colour: string;
  readonly isDashed: boolean;
}

function strokeEdge(
  context: CanvasRenderingContext2D,
  [a, b]: readonly [Place, Place],
  { width, colour, isDashed }: Stroke,
): void {
  const middle = (a.x + b.x) / 2;
  context.beginPath();
  context.moveTo(a.x, a.y);
  context.bezierCurveTo(middle, a.y, middle, b.y, b.x, b.y);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.setLineDash(isDashed ? [5 + width, 3 + width / 2] : []);
  context.stroke();
}

/** Numbers of edges, where there is room. */
function drawLabels(context: CanvasRenderingContext2D, scene: Scene, layer: number): void {
  const places = labelsOf(scene.layout, layer);
  if (places === undefined) return;
  const { weight, outputs } = scene.network.layers[layer]!;
  const numbers = numbersFor(scene, weight, layer);
  context.font = font(11);
  context.textAlign = "center";
  for (const [from, row] of places.entries())
    for (const [to, { x, y }] of row.entries()) {
      const text = signed(numbers[from * outputs + to]!, 3);
      const { width } = context.measureText(text);
      context.globalAlpha = isDim(scene, { kind: "weight", layer, from, to }) ? dimmed : 1;
      context.fillStyle = scene.colours.ground!;
      context.fillRect(x - width / 2 - 3, y - 7, width + 6, 14);
      context.fillStyle = scene.colours.ink!;
      context.fillText(text, x, y + 0.5);
    }
  context.globalAlpha = 1;
}

const images = new WeakMap<Layout, Map<string, OffscreenCanvas>>();

/** An image of numbers, one pixel each, kept with its layout. */
function imageOf(layout: Layout, key: string, width: number, height: number): OffscreenCanvas {
  const known = images.get(layout) ?? new Map<string, OffscreenCanvas>();
  images.set(layout, known);
  const image = known.get(key) ?? new OffscreenCanvas(width, height);
  known.set(key, image);
  return image;
}

/** A heat map: a row for each unit, a column for each unit in front of it, and the biases at the right. */
function drawMap(context: CanvasRenderingContext2D, scene: Scene, layer: number): void {
  const { layout, network, colours } = scene;
  const link = layout.links[layer]!;
  if (link.kind !== "map") return;
  const { weight, bias, inputs, outputs } = network.layers[layer]!;
  context.imageSmoothingEnabled = false;
  context.globalAlpha = scene.related === undefined ? 1 : 0.45;
  const put = (key: string, numbers: Float32Array, width: number, turned: boolean, box: typeof link.cells) => {
    const image = imageOf(layout, key, width, outputs);
    const pixels = new ImageData(width, outputs);
    const values = turned ? numbers.map((_, at) => numbers[(at % width) * outputs + Math.floor(at / width)]!) : numbers;
    paint(pixels.data, values, scaleFor(scene, numbers));
    image.getContext("2d")!.putImageData(pixels, 0, 0);
    context.drawImage(image, box.x, box.y, box.width, box.height);
    context.lineWidth = 1;
    context.strokeStyle = colours.line!;
    context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
  };
  put(weight, numbersFor(scene, weight, layer), inputs, true, link.cells);
  if (bias && link.bias) put(bias, numbersFor(scene, bias, layer), 1, false, link.bias);
  context.globalAlpha = 1;
}

function drawColumn(context: CanvasRenderingContext2D, scene: Scene, c: number): void {
  const { layout, network, frame, look, scales, moment } = scene;
  const column = layout.columns[c]!;
  const layer = network.layers[c - 1];
  const isDelta = moment === undefined ? look.units === "delta" : moment.name === "backward" && reached(scene, c) > 0.5;
  const all = isDelta ? frame.deltas[layer?.z ?? "x"] : frame.values[layer?.output ?? "x"];
  const values = all ?? new Float32Array(column.count);
  const scale = isDelta && moment ? largestOf(Object.values(frame.deltas)) : scales.units;
  drawCaption(context, scene, c);
  if (column.kind === "strip") {
    drawStrip(context, scene, c, values, scale);
    return;
  }
  const share = moment?.name === "forward" ? reached(scene, c) : 1;
  for (let unit = 0; unit < column.count; unit++) {
    const element: Element = c === 0 ? { kind: "input", from: unit } : { kind: "unit", layer: c - 1, to: unit };
    context.globalAlpha = isDim(scene, element) ? dimmed * 1.5 : 1;
    const plane = share >= 0.5 ? scene.planes.get(nameOf(network, element)) : undefined;
    drawUnit(context, scene, placeOf(layout, c, unit), (values[unit]! / scale) * share, plane);
    if (layer?.bias) drawBias(context, scene, c, unit);
    drawName(context, scene, c, unit);
    if (layout.hasValues && share > 0) {
      const { x, y } = placeOf(layout, c, unit);
      context.font = font(11);
      context.textAlign = "center";
      context.fillStyle = scene.colours.faint!;
      context.fillText(signed(values[unit]!, 4), x, y + layout.radius + 11);
    }
  }
  context.globalAlpha = 1;
}

/** The view of the plane in a frame of the unit's number; a disc of its hue where there is none. The frame is dashed below zero. */
function drawUnit(
  context: CanvasRenderingContext2D,
  { layout, colours }: Scene,
  { x, y }: Place,
  t: number,
  plane: CanvasImageSource | undefined,
): void {
  const { radius } = layout;
  const outline = (size: number): void => {
    context.beginPath();
    if (plane) context.roundRect(x - size, y - size, 2 * size, 2 * size, Math.min(6, size / 2.5));
    else context.arc(x, y, size, 0, 2 * Math.PI);
  };
  outline(radius);
  context.fillStyle = plane ? colours.ground! : diverging(t);
  context.fill();
  if (plane) {
    context.save();
    outline(radius - 2);
    context.clip();
    context.imageSmoothingEnabled = true;
    // Rows come from the lowest value up.
    context.translate(x, y);
    context.scale(1, -1);
    context.drawImage(plane, -radius, -radius, 2 * radius, 2 * radius);
    context.restore();
  }
  context.lineWidth = 1;
  context.strokeStyle = colours.faint!;
  context.setLineDash(t < 0 ? [3, 2.5] : []);
  outline(radius);
  context.stroke();
  const size = Math.min(1, Math.abs(t));
  if (plane && size > 0.02) {
    context.lineWidth = 1 + 2.5 * size;
    context.strokeStyle = diverging(Math.sign(t) * (0.4 + 0.6 * size));
    context.stroke();
  }
  context.setLineDash([]);
}

function drawBias(context: CanvasRenderingContext2D, scene: Scene, c: number, unit: number): void {
  const { layout, network, colours } = scene;
  const { bias } = network.layers[c - 1]!;
  const numbers = numbersFor(scene, bias!, c - 1);
  const { x, y } = biasPlace(layout, c, unit);
  const size = biasSize(layout);
  const t = numbers[unit]! / scaleFor(scene, numbers);
  const before = context.globalAlpha;
  context.globalAlpha = isDim(scene, { kind: "bias", layer: c - 1, to: unit }) ? dimmed * 1.5 : 1;
  context.beginPath();
  context.roundRect(x - size / 2, y - size / 2, size, size, 2);
  context.fillStyle = colours.ground!;
  context.fill();
  context.fillStyle = diverging(Math.sign(t) * Math.min(1, 0.15 + 0.85 * Math.abs(t)));
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = colours.faint!;
  context.setLineDash(t < 0 ? [2, 1.5] : []);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = before;
}

/** A layer that is too large for circles: a cell for each unit. */
function drawStrip(
  context: CanvasRenderingContext2D,
  { layout, colours }: Scene,
  c: number,
  values: Float32Array,
  scale: number,
): void {
  const { x, top, gap, count } = layout.columns[c]!;
  const half = halfWidth(layout, c);
  const image = imageOf(layout, `column ${c}`, 1, count);
  const pixels = new ImageData(1, count);
  paint(pixels.data, values, scale);
  image.getContext("2d")!.putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(image, x - half, top - gap / 2, 2 * half, gap * count);
  context.lineWidth = 1;
  context.strokeStyle = colours.faint!;
  context.strokeRect(x - half, top - gap / 2, 2 * half, gap * count);
}

function drawCaption(context: CanvasRenderingContext2D, { layout, network, colours }: Scene, c: number): void {
  const { x, count, kind } = layout.columns[c]!;
  const layer = network.layers[c - 1];
  const words = [
    c === 0 ? "input" : (layer!.activation ?? (c === network.layers.length ? "output" : "linear")),
    ...(layer?.others ?? []),
    ...(kind === "strip" ? [String(count)] : []),
  ];
  context.font = font(11);
  context.textAlign = "center";
  context.fillStyle = colours.faint!;
  const room = Math.min(...[c - 1, c + 1].map((other) => Math.abs((layout.columns[other]?.x ?? x + 200) - x))) - 4;
  const text = words.join(", ");
  if (context.measureText(text).width <= room) context.fillText(text, x, 10);
}

function drawName(
  context: CanvasRenderingContext2D,
  { layout, network, colours }: Scene,
  c: number,
  unit: number,
): void {
  const isFirst = c === 0;
  const isLast = c === layout.columns.length - 1;
  if (!isFirst && !isLast) return;
  const { x, y } = placeOf(layout, c, unit);
  const name = (isFirst ? network.names.inputs : network.names.outputs)[unit];
  if (name === undefined) return;
  const room = isFirst ? x - layout.radius - 10 : layout.width - x - layout.radius - 10;
  context.font = font(13);
  context.textAlign = isFirst ? "right" : "left";
  context.fillStyle = colours.ink!;
  const text = shortened(context, name, room);
  context.fillText(text, isFirst ? x - layout.radius - 8 : x + layout.radius + 8, y + 0.5);
}

/** With "…" where it is wider than its room. */
function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length--;
  return `${text.slice(0, length)}…`;
}

/** What is pointed at, in the accent. */
function drawLight(context: CanvasRenderingContext2D, scene: Scene, element: Element): void {
  const { layout, colours } = scene;
  context.globalAlpha = 1;
  context.setLineDash([]);
  const isEdge = element.kind === "weight" && layout.links[element.layer]!.kind === "edges";
  if (isEdge) {
    const ends = edgeEnds(layout, element.layer, element.from, element.to);
    strokeEdge(context, ends, { width: 2, colour: colours.accent!, isDashed: false });
    const middle = alongEdge(ends, 0.5);
    context.beginPath();
    context.arc(middle.x, middle.y, 4, 0, 2 * Math.PI);
    context.fillStyle = colours.accent!;
    context.fill();
    return;
  }
  const { x, y, width, height } = boxOf(layout, element);
  const around = element.kind === "weight" ? 1 : 3;
  context.lineWidth = 2;
  context.strokeStyle = colours.accent!;
  context.beginPath();
  context.roundRect(x - around, y - around, width + 2 * around, height + 2 * around, element.kind === "weight" ? 1 : 6);
  context.stroke();
}

/** In the moments of a step: the loss, once the values have gone through. */
function drawLoss(context: CanvasRenderingContext2D, { layout, frame, moment, colours }: Scene): void {
  if (moment === undefined || moment.name === "forward") return;
  const { x, top } = layout.columns.at(-1)!;
  context.globalAlpha = moment.name === "loss" ? moment.share : 1;
  context.font = font(13);
  context.textAlign = "center";
  context.fillStyle = colours.accent!;
  context.fillText(`loss ${shown(frame.loss)}`, x, Math.max(26, top - layout.radius - 14));
}

/** max |value| over arrays; 1 where all are zero. */
export function largestOf(all: readonly Float32Array[]): number {
  let most = 0;
  for (const values of all) for (const value of values) most = Math.max(most, Math.abs(value));
  return most || 1;
}
