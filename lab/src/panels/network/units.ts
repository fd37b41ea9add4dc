// How the units of a column are drawn: their view of the plane or a disc, the marks of their parameters, their names.
import { type Element, nameOf } from "../../training/elements.ts";
import { type UnitParameter, unitParametersOf } from "../../training/network.ts";
import { signed } from "../../view/numbers.ts";
import { diverging, paint } from "../../view/scale.ts";
import { halfWidth, markPlace, markSize, type Place, placeOf } from "./geometry.ts";
import { dimmed, font, imageOf, isDim, largestOf, numbersFor, reached, type Scene, scaleFor } from "./scene.ts";

export function drawColumn(context: CanvasRenderingContext2D, scene: Scene, c: number): void {
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
    if (layer) for (const kind of unitParametersOf(layer)) drawMark(context, scene, c, unit, kind);
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

/** A number of the unit's own at its corner: square where it is added, round where it scales. */
function drawMark(context: CanvasRenderingContext2D, scene: Scene, c: number, unit: number, kind: UnitParameter): void {
  const { layout, network, colours } = scene;
  const numbers = numbersFor(scene, network.layers[c - 1]![kind]!, c - 1);
  const { x, y } = markPlace(layout, c, unit, kind);
  const size = markSize(layout);
  const t = numbers[unit]! / scaleFor(scene, numbers);
  const before = context.globalAlpha;
  context.globalAlpha = isDim(scene, { kind, layer: c - 1, to: unit }) ? dimmed * 1.5 : 1;
  context.beginPath();
  context.roundRect(x - size / 2, y - size / 2, size, size, kind === "scale" ? size / 2 : 2);
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
  // Names below one another do not touch.
  context.font = font(Math.max(9, Math.min(13, Math.floor(layout.columns[c]!.gap - 2))));
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
