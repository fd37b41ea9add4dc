// What is drawn of a network at a moment, and which of its numbers are shown.
import type { Moment } from "../../page/moment.ts";
import type { NetworkLook } from "../../page/network-look.ts";
import { type Element, type Network, nameOf } from "../../training/elements.ts";
import type { Frame } from "../../training/frame.ts";
import type { Tokens } from "../../view/tokens.ts";
import type { Layout } from "./geometry.ts";

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

export const dimmed = 0.16;
export const font = (size: number): string => `${size}px "Inter Variable", sans-serif`;

export const isDim = ({ related, network }: Scene, element: Element): boolean =>
  related !== undefined && !related.has(nameOf(network, element));

/** How far a column has come in a moment that goes from one column to the next: 0 to 1. */
export function reached({ moment, layout }: Scene, column: number): number {
  if (moment === undefined) return 1;
  const count = layout.columns.length;
  const place = moment.name === "forward" ? column : count - 1 - column;
  return Math.max(0, Math.min(1, moment.share * count - place));
}

/** Numbers of one of a layer's parameters, as they are shown at this moment. */
export function numbersFor(scene: Scene, name: string, layer: number): Float32Array {
  const { frame, moment, look } = scene;
  const parameters = frame.parameters[name]!;
  const isBack = moment?.name === "backward" && reached(scene, layer + 1) > 0.5;
  if (isBack || (moment === undefined && look.edges === "gradient")) return frame.gradients[name]!;
  const before = moment?.name === "update" ? moment.before?.[name] : undefined;
  if (before === undefined || before.length !== parameters.length) return parameters;
  return parameters.map((value, i) => before[i]! + (value - before[i]!) * moment!.share);
}

/** The scale of what `numbersFor` gives. */
export const scaleFor = ({ moment, scales, frame }: Scene, numbers: Float32Array): number => {
  if (moment?.name !== "backward") return scales.edges;
  const isGradient = Object.values(frame.gradients).includes(numbers);
  return isGradient ? largestOf(Object.values(frame.gradients)) : largestOf(Object.values(frame.parameters));
};

const images = new WeakMap<Layout, Map<string, OffscreenCanvas>>();

/** An image of numbers, one pixel each, kept with its layout. */
export function imageOf(layout: Layout, key: string, width: number, height: number): OffscreenCanvas {
  const known = images.get(layout) ?? new Map<string, OffscreenCanvas>();
  images.set(layout, known);
  const image = known.get(key) ?? new OffscreenCanvas(width, height);
  known.set(key, image);
  return image;
}

/** max |value| over arrays; 1 where all are zero. */
export function largestOf(all: readonly Float32Array[]): number {
  let most = 0;
  for (const values of all) for (const value of values) most = Math.max(most, Math.abs(value));
  return most || 1;
}
