// What the image panel draws of the worker's answers: written past React, whenever the image, the class or the weights are others.
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useAsked } from "../../page/use-asked.ts";
import { useStore } from "../../page/use-lab.ts";
import type { ImageProbe } from "../../training/image-probe.ts";
import { percent, shown } from "../../view/numbers.ts";
import { paint as paintPixels } from "../../view/scale.ts";
import { onTheme } from "../../view/tokens.ts";
import { write } from "../../view/write.ts";

/** Where the answers are written. */
export interface ImageParts {
  /** Of one pixel for each of the image's. */
  readonly gradient: RefObject<HTMLCanvasElement | null>;
  readonly loss: RefObject<HTMLSpanElement | null>;
  /** Of each class. */
  readonly bars: RefObject<(HTMLSpanElement | null)[]>;
}

/** Calls the worker with every frame, and when `ask` is called; one call at a time. */
export function useProbe(pixels: Float32Array, target: number): ImageParts & { ask(): void } {
  const gradient = useRef<HTMLCanvasElement>(null);
  const loss = useRef<HTMLSpanElement>(null);
  const bars = useRef<(HTMLSpanElement | null)[]>([]);
  const last = useRef<ImageProbe>(undefined);

  const paint = useCallback(() => {
    const values = last.current?.gradient;
    if (values === undefined || gradient.current === null) return;
    const { width, height } = gradient.current;
    const image = new ImageData(width, height);
    paintPixels(image.data, values, values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1);
    gradient.current.getContext("2d")!.putImageData(image, 0, 0);
  }, []);
  const put = useCallback(
    (probe: ImageProbe) => {
      last.current = probe;
      paint();
      if (loss.current) write(loss.current, shown(probe.loss));
      probe.probabilities.forEach((probability, c) => {
        const bar = bars.current[c];
        if (!bar) return;
        bar.style.setProperty("--share", String(probability));
        write(bar, percent(probability));
      });
    },
    [paint],
  );
  const ask = useAsked((service) => service.probeImage(Float32Array.from(pixels), target), put, { pause: 60 });
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
