// What the image panel draws of the worker's answers: written past React, whenever the image, the class or the weights are others.
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useAsked } from "../../page/use-asked.ts";
import { useStore } from "../../page/use-lab.ts";
import type { ImageProbe } from "../../training/image-probe.ts";
import { percent, shown } from "../../view/numbers.ts";
import { diverging } from "../../view/scale.ts";
import { onTheme } from "../../view/tokens.ts";

/** Where the answers are written. */
export interface ImageParts {
  /** Its children are the pixels. */
  readonly gradient: RefObject<HTMLDivElement | null>;
  readonly loss: RefObject<HTMLSpanElement | null>;
  /** Of each class. */
  readonly bars: RefObject<(HTMLSpanElement | null)[]>;
}

/** Calls the worker with every frame, and when `ask` is called; one call at a time. */
export function useProbe(pixels: Float32Array, target: number): ImageParts & { ask(): void } {
  const gradient = useRef<HTMLDivElement>(null);
  const loss = useRef<HTMLSpanElement>(null);
  const bars = useRef<(HTMLSpanElement | null)[]>([]);
  const last = useRef<ImageProbe>(undefined);

  const paint = useCallback(() => {
    const values = last.current?.gradient;
    if (values === undefined || gradient.current === null) return;
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
    const cells = gradient.current.children;
    for (let i = 0; i < cells.length; i++) (cells[i] as HTMLElement).style.background = diverging(values[i]! / most);
  }, []);
  const write = useCallback(
    (probe: ImageProbe) => {
      last.current = probe;
      paint();
      if (loss.current) loss.current.textContent = shown(probe.loss);
      probe.probabilities.forEach((probability, c) => {
        const bar = bars.current[c];
        if (!bar) return;
        bar.style.setProperty("--share", String(probability));
        bar.textContent = percent(probability);
      });
    },
    [paint],
  );
  const ask = useAsked((service) => service.probeImage(Float32Array.from(pixels), target), write, { pause: 0 });
  useEffect(() => onTheme(paint), [paint]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another class is asked for anew.
  useEffect(ask, [ask, target]);
  return { gradient, loss, bars, ask };
}

/** The image of a row for training, or what is drawn over it. `drawing` grows where the pixels are others than those drawn. */
export function useImage(size: number, row: number) {
  const store = useStore();
  const [pixels] = useState(() => new Float32Array(size));
  const [drawing, setDrawing] = useState(0);
  const [target, setTarget] = useState(0);
  useEffect(() => {
    let isWanted = true;
    store.client
      .ask((service) => service.imageOfRow(row))
      .then((found) => {
        if (!isWanted) return;
        pixels.set(found.pixels);
        setTarget(found.target);
        setDrawing((count) => count + 1);
      })
      .catch((error: unknown) => store.tell(error));
    return () => {
      isWanted = false;
    };
  }, [row, store, pixels]);
  const clear = () => {
    pixels.fill(0);
    setDrawing((count) => count + 1);
  };
  return { pixels, drawing, target, setTarget, clear };
}
