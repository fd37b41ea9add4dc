// What is under the pointer or the focus, in words and numbers, for as long as it is there.
import { useEffect, useRef } from "react";
import { highlight } from "../../page/highlight.ts";
import { moment, momentWords } from "../../page/moment.ts";
import { useFrames, useStore } from "../../page/use-lab.ts";
import { elementOf, layerOf, layerWords, numbersOf, wordsOf } from "../../training/elements.ts";
import type { Frame } from "../../training/frame.ts";
import { shown } from "../../view/numbers.ts";
import { write } from "../../view/write.ts";
import type { OpenedTraining } from "../../worker/service.ts";

/** "Weight from x1 to unit 1 of layer 1: −0.6000, gradient 0.001022", or "Layer 1: tanh, 4 units" */
export function readoutOf(training: OpenedTraining, name: string, frame: Frame): string | undefined {
  const element = elementOf(training, name);
  if (element === undefined) {
    const layer = layerOf(training, name);
    return layer === undefined ? undefined : layerWords(training, layer);
  }
  const { value, gradient } = numbersOf(training, element, frame);
  return `${wordsOf(training, element)}: ${shown(value)}, ${element.kind === "unit" ? "δ" : "gradient"} ${shown(gradient)}`;
}

export function Readout({ training }: { readonly training: OpenedTraining }) {
  const store = useStore();
  const text = useRef<HTMLParagraphElement>(null);
  const tell = () => {
    const [name] = highlight.get();
    const frame = store.frames.last;
    const at = moment.get();
    const words = at === undefined ? "" : momentWords[at];
    write(text.current!, name && frame ? (readoutOf(training, name, frame) ?? "") : words);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `tell` reads what is there
  useEffect(() => {
    const ends = [highlight.subscribe(tell), moment.subscribe(tell)];
    return () => {
      for (const end of ends) end();
    };
  }, [training]);
  useFrames(tell);
  return <p ref={text} className="network-readout caption number" data-testid="readout" />;
}
