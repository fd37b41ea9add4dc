// The output: what the network makes of the plane, with the rows for training on it; without a plane, what it makes of the row.
import "./output.css";
import { lazy, Suspense, useEffect, useRef } from "react";
import { useAsked } from "../page/use-asked.ts";
import { useLab, useStore } from "../page/use-lab.ts";
import { setOf } from "../sets/index.ts";
import { sized } from "../view/canvas.ts";
import { classToken, paintClasses } from "../view/class-colours.ts";
import { paint } from "../view/scale.ts";
import { hues } from "../view/series.ts";
import { onTheme, tokens } from "../view/tokens.ts";
import type { OpenedTraining } from "../worker/service.ts";

const resolution = 64;
const ImagePanel = lazy(async () => ({ default: (await import("./image/image-panel.tsx")).ImagePanel }));

export function OutputPanel({ training }: { readonly training: OpenedTraining }) {
  const { data } = useLab().state;
  const set = data.kind === "set" ? setOf(data.name) : undefined;
  if (training.plane === undefined)
    return set?.kind === "table" && set.image ? (
      <Suspense>
        <ImagePanel training={training} image={set.image} />
      </Suspense>
    ) : null;
  return (
    <figure className="output">
      <figcaption className="output-caption">
        <span className="panel-title">
          {training.targets[0]} over {training.plane.columns.join(" and ")}
        </span>
        {training.classes.length <= hues && (
          <span className="output-classes caption">
            {training.classes.map((name, i) => (
              <span key={name} className="output-class">
                <span
                  className="output-hue"
                  style={{ background: `var(--${classToken(training.classes.length, i)})` }}
                  aria-hidden
                />
                {name}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <Plane training={training} />
    </figure>
  );
}

function Plane({ training }: { readonly training: OpenedTraining }) {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  /** Of each of the network's outputs the values over the plane. */
  const output = useRef<readonly Float32Array[]>(undefined);
  const repaint = useRef(() => {});
  useEffect(() => {
    const image = new OffscreenCanvas(resolution, resolution);
    const surface = sized(canvas.current!, (context, width, height) => {
      context.imageSmoothingEnabled = true;
      if (output.current) {
        // Rows come from the lowest value up.
        context.save();
        context.scale(1, -1);
        context.drawImage(image, 0, 0, width, -height);
        context.restore();
      }
      drawPoints(context, training, store.frames.last?.batch ?? [], width, height);
    });
    repaint.current = () => {
      if (output.current) {
        const pixels = new ImageData(resolution, resolution);
        paintOutput(pixels.data, output.current, training);
        image.getContext("2d")!.putImageData(pixels, 0, 0);
      }
      surface.redraw();
    };
    repaint.current();
    const off = onTheme(() => repaint.current());
    return () => {
      surface.end();
      off();
    };
  }, [store, training]);
  const last = training.layers.at(-1)!;
  const names = Array.from({ length: last.outputs }, (_, i) => `${last.output}[${i}]`);
  useAsked(
    (service) => service.planes(resolution, names),
    (planes) => {
      output.current = names.map((name) => planes[name]!);
      repaint.current();
    },
    { pause: 50 },
  );
  return <canvas ref={canvas} className="output-plane" role="img" aria-label="The output over the plane" />;
}

/** More than two classes: the likeliest of each point. Otherwise the one number by its sign: of two classes the second's logit less the first's. */
function paintOutput(
  pixels: Uint8ClampedArray,
  output: readonly Float32Array[],
  { classes, loss }: OpenedTraining,
): void {
  if (classes.length > 2 && output.length === classes.length) {
    paintClasses(pixels, output, tokens());
    return;
  }
  const [first, second] = output as readonly [Float32Array, Float32Array];
  const values = classes.length === 2 && output.length === 2 ? second.map((value, i) => value - first[i]!) : first;
  const middle = loss === "halfSumOfSquares" ? 0.5 : 0;
  paint(
    pixels,
    values.map((value) => value - middle),
    classes.length > 0 ? 4 : 2,
  );
}

/** Rows as points; those of the next step have a ring. */
function drawPoints(
  context: CanvasRenderingContext2D,
  { points, plane, classes }: OpenedTraining,
  batch: readonly number[],
  width: number,
  height: number,
): void {
  if (points === undefined || plane === undefined) return;
  const colours = tokens();
  const at = (value: number, [low, high]: readonly [number, number]) => (value - low) / (high - low);
  context.lineWidth = 1;
  context.strokeStyle = colours.ground!;
  for (let i = 0; i < points.target.length; i++) {
    context.fillStyle = colours[classToken(classes.length, points.target[i]!)]!;
    context.beginPath();
    context.arc(width * at(points.x[i]!, plane.x), height * (1 - at(points.y[i]!, plane.y)), 3, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
  // Where a step goes by all of them a ring tells nothing.
  if (batch.length === points.target.length) return;
  context.lineWidth = 1.5;
  context.strokeStyle = colours.ink!;
  for (const i of batch) {
    context.beginPath();
    context.arc(width * at(points.x[i]!, plane.x), height * (1 - at(points.y[i]!, plane.y)), 5, 0, 2 * Math.PI);
    context.stroke();
  }
}
