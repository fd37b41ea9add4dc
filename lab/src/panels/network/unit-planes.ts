// The units' views of the plane: asked for a few times a second, one small image for each unit.
import { useEffect, useRef } from "react";
import { useAsked } from "../../page/use-asked.ts";
import { paint } from "../../view/scale.ts";
import { onTheme } from "../../view/tokens.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import { mostUnits, niceScale } from "./geometry.ts";

/** Points along each side. */
const resolution = 24;

export interface UnitPlanes {
  readonly images: Map<string, OffscreenCanvas>;
  /** The value of the full hue; undefined before there are any. */
  scale: number | undefined;
}

/** Images by the names of their units; `redraw` is called where they are new. */
export function useUnitPlanes(training: OpenedTraining, redraw: () => void): UnitPlanes {
  const planes = useRef<UnitPlanes>({ images: new Map(), scale: undefined });
  const values = useRef<Readonly<Record<string, Float32Array>>>({});
  const draw = () => {
    const { scale = 1, images } = planes.current;
    for (const [name, plane] of Object.entries(values.current)) {
      const pixels = new ImageData(resolution, resolution);
      paint(pixels.data, plane, scale);
      let image = images.get(inputName(name));
      if (image === undefined) images.set(inputName(name), (image = new OffscreenCanvas(resolution, resolution)));
      image.getContext("2d")!.putImageData(pixels, 0, 0);
    }
    redraw();
  };
  useAsked(
    training.plane && ((service) => service.planes(resolution, namesOf(training))),
    (answer) => {
      values.current = answer;
      planes.current.scale = scaleOf(training, answer, planes.current.scale);
      draw();
    },
    { pause: 250 },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew where the theme changes, whatever `draw` is by then
  useEffect(() => onTheme(draw), []);
  return planes.current;
}

/** The network's names for inputs have a row. */
const inputName = (name: string): string => name.replace(/^x\[/, "x[0,");

function namesOf({ features, layers }: OpenedTraining): string[] {
  const names = features.length > mostUnits ? [] : features.map((_, i) => `x[${i}]`);
  for (const { output, outputs } of layers)
    if (outputs <= mostUnits) for (let unit = 0; unit < outputs; unit++) names.push(`${output}[${unit}]`);
  return names;
}

/** Of hidden units, where there are any: the rest is cut off at the full hue, so that the output's boundary is sharp. */
function scaleOf({ layers }: OpenedTraining, planes: Readonly<Record<string, Float32Array>>, before?: number): number {
  const own = (layers.length > 1 ? layers.slice(0, -1) : layers).map(({ output }) => `${output}[`);
  let most = 0;
  for (const [name, values] of Object.entries(planes)) {
    if (!own.some((start) => name.startsWith(start))) continue;
    for (const value of values) most = Math.max(most, Math.abs(value));
  }
  return niceScale(most, before);
}
