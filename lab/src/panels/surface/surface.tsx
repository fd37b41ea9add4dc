// The exact surface of the loss over two weights: the way of the training over it, and the point to be dragged.
import "./surface.css";
import { useEffect, useRef, useState } from "react";
import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from "react-aria-components";
import { useFollowing } from "../../page/use-following.ts";
import { useFrames, useLab, useStore } from "../../page/use-lab.ts";
import type { Intervention } from "../../recipe/recipe.ts";
import type { Frame } from "../../training/frame.ts";
import { numberIn } from "../../training/frame.ts";
import type { Pair } from "../../training/surface.ts";
import { sized } from "../../view/canvas.ts";
import { shown } from "../../view/numbers.ts";
import { onTheme, tokens } from "../../view/tokens.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import { type DrawnSurface, drawSurface, drawWay, prepareSurface } from "./surface-drawing.ts";

/** The two weights of a network that has no more of them. */
export function pairOf({ layers, parameters }: OpenedTraining): Pair | undefined {
  const [layer] = layers;
  if (layer === undefined || parameters !== 2) return undefined;
  const at = (i: number) => (layer.inputs === 2 ? `${layer.weight}[${i},0]` : `${layer.weight}[0,${i}]`);
  return [at(0), at(1)];
}

/** Values of the weights that the surface shows. */
export const edges = [-4, 4] as const;
const resolution = 48;

/** The surface of this training, once it is computed. */
export function useSurface(elements: Pair): DrawnSurface | undefined {
  const store = useStore();
  const { generation } = useLab();
  const [drawn, setDrawn] = useState<DrawnSurface>();
  const [theme, setTheme] = useState(0);
  useEffect(() => onTheme(() => setTheme((n) => n + 1)), []);
  const [first, second] = elements;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another training and another theme have another picture.
  useEffect(() => {
    let isLeft = false;
    store.client
      .ask((service) => service.surface({ elements: [first, second], x: edges, y: edges, resolution }))
      .then((surface) => isLeft || setDrawn(prepareSurface(surface)))
      .catch((error: unknown) => isLeft || store.tell(error));
    return () => {
      isLeft = true;
    };
  }, [store, first, second, generation, theme]);
  return drawn;
}

/** Where the weights were, step by step; going back forgets what comes after. */
class Trail {
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly #steps: number[] = [];

  add(step: number, x: number, y: number): void {
    while (this.#steps.length > 0 && this.#steps.at(-1)! >= step) {
      this.#steps.pop();
      this.x.pop();
      this.y.pop();
    }
    this.#steps.push(step);
    this.x.push(x);
    this.y.push(y);
    if (this.x.length > 2000) for (const list of [this.#steps, this.x, this.y]) list.shift();
  }
}

export function SurfacePanel({ elements }: { readonly elements: Pair }) {
  const store = useStore();
  const drawn = useSurface(elements);
  const canvas = useRef<HTMLCanvasElement>(null);
  const trail = useRef(new Trail());
  const redraw = useRef(() => {});
  const isDragging = useRef(false);
  useEffect(() => {
    if (drawn === undefined) return;
    const surface = sized(canvas.current!, (context, width, height) => {
      const colours = tokens();
      drawSurface(context, { width, height }, drawn, colours);
      drawWay(context, { width, height }, drawn.surface, trail.current, colours.accent!);
    });
    redraw.current = surface.redraw;
    return surface.end;
  }, [drawn]);
  useFrames((frame) => {
    const [x, y] = valuesOf(frame, elements);
    trail.current.add(frame.step, x, y);
    redraw.current();
  });

  const move = (event: React.PointerEvent, isDone: boolean) => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    const x = edges[0] + ((edges[1] - edges[0]) * (event.clientX - left)) / width;
    const y = edges[1] - ((edges[1] - edges[0]) * (event.clientY - top)) / height;
    setWeights(store, elements, [x, y], isDone);
  };
  return (
    <figure className="surface">
      <figcaption className="panel-title">E over w₁ and w₂</figcaption>
      <canvas
        ref={canvas}
        className="surface-plane"
        role="img"
        aria-label="The error over the two weights, with the way of the training; the sliders below move the point"
        onPointerDown={(event) => {
          isDragging.current = true;
          canvas.current!.setPointerCapture(event.pointerId);
          move(event, false);
        }}
        onPointerMove={(event) => isDragging.current && move(event, false)}
        onPointerUp={(event) => {
          isDragging.current = false;
          move(event, true);
        }}
      />
      <WeightSlider elements={elements} index={0} label="w₁" />
      <WeightSlider elements={elements} index={1} label="w₂" />
    </figure>
  );
}

const valuesOf = (frame: Frame, [a, b]: Pair): [number, number] => [numberIn(frame, a), numberIn(frame, b)];

/** Weights set by hand at the present step. */
function setWeights(
  store: ReturnType<typeof useStore>,
  elements: Pair,
  values: readonly [number, number],
  isDone: boolean,
): void {
  const { step } = store.frames;
  const others = store.state.interventions.filter(
    (one) => !(one.after === step && "element" in one && elements.includes(one.element)),
  );
  const own = elements.map(
    (element, i): Intervention => ({ after: step, element, value: Math.round(values[i]! * 1e4) / 1e4 }),
  );
  const interventions = [...others, ...own].sort((a, b) => a.after - b.after);
  if (isDone) store.commit({ interventions });
  else store.preview({ interventions });
}

function WeightSlider({
  elements,
  index,
  label,
}: {
  readonly elements: Pair;
  readonly index: 0 | 1;
  readonly label: string;
}) {
  const store = useStore();
  const of = (frame: Frame | undefined): [number, number] => (frame ? valuesOf(frame, elements) : [0, 0]);
  const [value, setValue] = useState(() => of(store.frames.last)[index]);
  const text = useRef<HTMLSpanElement>(null);
  const write = (next: number) => {
    text.current!.textContent = shown(next);
  };
  const slider = useFollowing(
    (frame) => {
      const next = of(frame)[index];
      write(next);
      return (next - edges[0]) / (edges[1] - edges[0]);
    },
    (frame) => setValue(of(frame)[index]),
  );
  const change = (next: number, isDone: boolean) => {
    const [first, second] = of(store.frames.last);
    setValue(next);
    write(next);
    setWeights(store, elements, index === 0 ? [next, second] : [first, next], isDone);
  };
  return (
    <Slider
      ref={slider}
      className="labelled-slider"
      minValue={edges[0]}
      maxValue={edges[1]}
      step={0.01}
      value={value}
      onChange={(next) => change(next, false)}
      onChangeEnd={(next) => change(next, true)}
    >
      <Label className="caption">{label}</Label>
      <SliderTrack className="slider-track">
        <SliderThumb className="slider-thumb" />
      </SliderTrack>
      <SliderOutput className="number">
        <span ref={text} />
      </SliderOutput>
    </Slider>
  );
}
