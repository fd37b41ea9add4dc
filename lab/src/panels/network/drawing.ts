// How a network is drawn: edges whose width and hue are a number, dashed below zero; units with their view of the plane; heat maps of large layers.
import { type Element, elementOf, layerOf } from "../../training/elements.ts";
import { unitParametersOf } from "../../training/network.ts";
import { shown, signed } from "../../view/numbers.ts";
import { diverging, paint } from "../../view/scale.ts";
import { alongEdge, boxOf, edgeEnds, halfWidth, labelsOf, type Place, skipCurve } from "./geometry.ts";
import { dimmed, font, imageOf, isDim, numbersFor, reached, type Scene, scaleFor } from "./scene.ts";
import { drawColumn } from "./units.ts";

/** Edges that are drawn in about a millisecond. */
const edgesInPart = 64;

/** In parts of a millisecond or so, one after the other. */
export function* drawNetwork(context: CanvasRenderingContext2D, scene: Scene): Generator<void> {
  context.textBaseline = "middle";
  context.lineCap = "butt";
  for (const layer of scene.network.layers.keys()) {
    if (scene.layout.links[layer]!.kind === "map") drawMap(context, scene, layer);
    else yield* drawEdges(context, scene, layer);
    drawSkips(context, scene, layer);
    yield;
  }
  for (const layer of scene.network.layers.keys()) drawLabels(context, scene, layer);
  for (const column of scene.layout.columns.keys()) {
    drawColumn(context, scene, column);
    yield;
  }
  for (const name of scene.lit) {
    const element = elementOf(scene.network, name);
    const layer = element ? undefined : layerOf(scene.network, name);
    if (element) drawLight(context, scene, element);
    if (layer !== undefined) drawLayerLight(context, scene, layer);
  }
  drawLoss(context, scene);
  context.globalAlpha = 1;
}

function* drawEdges(context: CanvasRenderingContext2D, scene: Scene, layer: number): Generator<void> {
  const { layout, network } = scene;
  const { weight, inputs, outputs } = network.layers[layer]!;
  const numbers = numbersFor(scene, weight, layer);
  const scale = scaleFor(scene, numbers);
  const strength = scene.moment?.name === "forward" ? 0.25 + 0.75 * reached(scene, layer) : 1;
  const widest = Math.min(7, 1 + layout.radius / 4);
  for (let from = 0; from < inputs; from++)
    for (let to = 0; to < outputs; to++) {
      if ((from * outputs + to) % edgesInPart === edgesInPart - 1) yield;
      const t = numbers[from * outputs + to]! / scale;
      const size = Math.min(1, Math.abs(t));
      context.globalAlpha = isDim(scene, { kind: "weight", layer, from, to }) ? dimmed : strength;
      strokeEdge(context, edgeEnds(layout, layer, from, to), {
        width: widthOf(widest * size),
        colour: size < 0.004 ? scene.colours.line! : diverging(Math.sign(t) * (0.3 + 0.7 * size)),
        isDashed: t < 0,
      });
    }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Up to a pixel, lines are drawn several times as fast. */
const widthOf = (width: number): number => (width < 0.6 ? 1 : 0.75 + width);

interface Stroke {
  readonly width: number;
  readonly colour: string;
  readonly isDashed: boolean;
}

/** Of a dashed curve. */
const pieces = 12;

const lineTo = (context: CanvasRenderingContext2D, { x, y }: Place): void => context.lineTo(x, y);

function strokeEdge(
  context: CanvasRenderingContext2D,
  [a, b]: readonly [Place, Place],
  { width, colour, isDashed }: Stroke,
): void {
  const middle = (a.x + b.x) / 2;
  context.beginPath();
  context.moveTo(a.x, a.y);
  // Dashes of a curve are measured out along it, which takes three times as long as along short lines.
  if (isDashed) for (let piece = 1; piece <= pieces; piece++) lineTo(context, alongEdge([a, b], piece / pieces));
  else context.bezierCurveTo(middle, a.y, middle, b.y, b.x, b.y);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.setLineDash(isDashed ? [5 + width, 3 + width / 2] : []);
  context.stroke();
}

/** Values that are added as they are: no number is on these edges, so they have no hue. */
function drawSkips(context: CanvasRenderingContext2D, scene: Scene, layer: number): void {
  const { layout, network, colours } = scene;
  const { outputs, skips = [] } = network.layers[layer]!;
  const strength = scene.moment?.name === "forward" ? 0.25 + 0.75 * reached(scene, layer) : 1;
  const count = layout.columns[layer + 1]!.kind === "strip" ? 1 : outputs;
  for (const from of skips)
    for (let unit = 0; unit < count; unit++) {
      const isFar = isDim(scene, unitAt(from, unit)) || isDim(scene, unitAt(layer + 1, unit));
      context.globalAlpha = isFar ? dimmed : strength;
      strokeSkip(context, scene, { from, to: layer + 1, unit }, { width: 1, colour: colours.faint! });
    }
  context.globalAlpha = 1;
}

const unitAt = (column: number, unit: number): Element =>
  column === 0 ? { kind: "input", from: unit } : { kind: "unit", layer: column - 1, to: unit };

function strokeSkip(
  context: CanvasRenderingContext2D,
  { layout }: Scene,
  { from, to, unit }: { readonly from: number; readonly to: number; readonly unit: number },
  { width, colour }: { readonly width: number; readonly colour: string },
): void {
  const [a, b, c, d] = skipCurve(layout, from, to, unit);
  context.beginPath();
  context.moveTo(a.x, a.y);
  context.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.setLineDash([]);
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

/** A heat map: a row for each unit, a column for each unit in front of it, and what each unit has one of at the right. */
function drawMap(context: CanvasRenderingContext2D, scene: Scene, layer: number): void {
  const { layout, network, colours } = scene;
  const link = layout.links[layer]!;
  if (link.kind !== "map") return;
  const own = network.layers[layer]!;
  const { weight, inputs, outputs } = own;
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
  for (const kind of unitParametersOf(own))
    put(own[kind]!, numbersFor(scene, own[kind]!, layer), 1, false, link.strips[kind]!);
  context.globalAlpha = 1;
}

/** What is pointed at, in the accent. */
function drawLight(context: CanvasRenderingContext2D, scene: Scene, element: Element): void {
  const { layout, network, colours } = scene;
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
  if (element.kind === "unit" && layout.columns[element.layer + 1]!.kind === "units")
    for (const from of network.layers[element.layer]!.skips ?? [])
      strokeSkip(
        context,
        scene,
        { from, to: element.layer + 1, unit: element.to },
        { width: 2, colour: colours.accent! },
      );
  const { x, y, width, height } = boxOf(layout, element);
  const around = element.kind === "weight" ? 1 : 3;
  context.lineWidth = 2;
  context.strokeStyle = colours.accent!;
  context.beginPath();
  context.roundRect(x - around, y - around, width + 2 * around, height + 2 * around, element.kind === "weight" ? 1 : 6);
  context.stroke();
}

/** A layer that is pointed at, in the accent: a frame around its units. */
function drawLayerLight(context: CanvasRenderingContext2D, { layout, colours }: Scene, layer: number): void {
  const { x, top, gap, count, kind } = layout.columns[layer + 1]!;
  const half = halfWidth(layout, layer + 1) + 8;
  const above = kind === "strip" ? gap / 2 + 3 : layout.radius + 8;
  // Below, a unit's number stands.
  const below = above + (kind === "units" && layout.hasValues ? 11 : 0);
  context.globalAlpha = 1;
  context.setLineDash([]);
  context.lineWidth = 2;
  context.strokeStyle = colours.accent!;
  context.beginPath();
  context.roundRect(x - half, top - above, 2 * half, gap * (count - 1) + above + below, 8);
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
