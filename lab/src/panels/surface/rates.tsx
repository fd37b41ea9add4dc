// Learning rates beside one another: from one start, so many steps at each, over the same surface.
import "./surface.css";
import { useEffect, useRef, useState } from "react";
import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from "react-aria-components";
import { useLab, useStore } from "../../page/use-lab.ts";
import type { Descent, Pair } from "../../training/surface.ts";
import { sized } from "../../view/canvas.ts";
import { shown } from "../../view/numbers.ts";
import { onTheme, tokens } from "../../view/tokens.ts";
import { useSurface } from "./surface.tsx";
import { type DrawnSurface, drawSurface, drawWay } from "./surface-drawing.ts";

const steps = 40;
/** η of the slider: 10^−2 … 10^1.5. */
const exponents = [-2, 1.5] as const;

interface RatesProps {
  readonly elements: Pair;
  /** Too small, and too large: the one between is the reader's. */
  readonly ends: readonly [number, number];
  /** Whether 2/λ is told. */
  readonly hasLimit?: boolean;
}

export function RatesPanel({ elements, ends, hasLimit = false }: RatesProps) {
  const store = useStore();
  const { state, generation } = useLab();
  const drawn = useSurface(elements);
  const own = state.settings.learningRate ?? 1;
  const [rate, setRate] = useState(own);
  useEffect(() => setRate(own), [own]);
  const [descents, setDescents] = useState<readonly Descent[]>([]);
  const [limit, setLimit] = useState<number>();
  const [small, large] = ends;
  const [first, second] = elements;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another training has other ways.
  useEffect(() => {
    let isLeft = false;
    const pair: Pair = [first, second];
    const ask = async () => {
      const ways = await store.client.ask((service) => service.descents(pair, [small, rate, large], steps));
      if (isLeft) return;
      setDescents(ways);
      const best = ways.reduce((a, b) => (b.loss.at(-1)! < a.loss.at(-1)! ? b : a));
      const end = [best.x.at(-1)!, best.y.at(-1)!] as const;
      const curvature = await store.client.ask((service) => service.curvature(pair, end));
      if (!isLeft) setLimit(2 / curvature);
    };
    ask().catch((error: unknown) => isLeft || store.tell(error));
    return () => {
      isLeft = true;
    };
  }, [store, first, second, generation, small, large, rate]);
  return (
    <div className="rates">
      <p className="panel-title">{steps} steps from one start</p>
      <div className="rates-ways">
        {drawn &&
          descents.map((descent, i) => <Way key={i === 1 ? "own" : descent.rate} drawn={drawn} descent={descent} />)}
      </div>
      <Slider
        className="labelled-slider"
        minValue={exponents[0]}
        maxValue={exponents[1]}
        step={0.01}
        value={Math.log10(rate)}
        onChange={(value) => setRate(rounded(10 ** value))}
        onChangeEnd={(value) => store.commit({ settings: { ...state.settings, learningRate: rounded(10 ** value) } })}
      >
        <Label className="caption">η</Label>
        <SliderTrack className="slider-track">
          <SliderThumb className="slider-thumb" />
        </SliderTrack>
        <SliderOutput className="number">{shown(rate, 3)}</SliderOutput>
      </Slider>
      {hasLimit && limit !== undefined && (
        <p className="caption">
          λ = <span className="number">{shown(2 / limit)}</span> at the minimum: the limit 2/{"\u2060"}λ is{" "}
          <span className="number" data-testid="limit">
            {shown(limit)}
          </span>
        </p>
      )}
    </div>
  );
}

const rounded = (rate: number): number => Number(rate.toPrecision(2));

function Way({ drawn, descent }: { readonly drawn: DrawnSurface; readonly descent: Descent }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const surface = sized(canvas.current!, (context, width, height) => {
      const colours = tokens();
      drawSurface(context, { width, height }, drawn, colours);
      drawWay(context, { width, height }, drawn.surface, descent, colours.accent!);
    });
    const off = onTheme(surface.redraw);
    return () => {
      surface.end();
      off();
    };
  }, [drawn, descent]);
  const end = descent.loss.at(-1)!;
  return (
    <figure className="rate">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`The way at the learning rate ${descent.rate}: E is ${shown(end)} at its end`}
      />
      <figcaption>
        η = {shown(descent.rate, 2)}
        <br />
        <span className="caption number">E = {shown(end, 2)}</span>
      </figcaption>
    </figure>
  );
}
