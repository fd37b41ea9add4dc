// The arithmetic of the selected number, opened in place: it grows out of where the number stands, follows the training, and closes with Escape.
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: the lines scroll, by keyboard too
// biome-ignore-all lint/a11y/useSemanticElements: lines are no fields
import "./arithmetic.css";
import { X } from "lucide-react";
import { type CSSProperties, useEffect, useRef, useState } from "react";
import { Button, ToggleButton } from "react-aria-components";
import { highlight, noHighlight, related } from "../../page/highlight.ts";
import { useAsked } from "../../page/use-asked.ts";
import { useFrames, useLab, useStore } from "../../page/use-lab.ts";
import { withIntervention } from "../../recipe/interventions.ts";
import { type Element, explainedName, isParameter, nameOf, numbersOf, wordsOf } from "../../training/elements.ts";
import { rowNumber } from "../../training/rows.ts";
import { NumberHandle, type NumberHandleControl } from "../../view/number-handle.tsx";
import type { OpenedTraining } from "../../worker/service.ts";
import { ArithmeticView, relatedOf } from "./view.ts";

interface Props {
  readonly training: OpenedTraining;
  readonly element: Element;
  /** Where it stands, and where it grows from. */
  readonly style: CSSProperties;
}

export function Arithmetic({ training, element, style }: Props) {
  const store = useStore();
  const name = nameOf(training, element);
  const box = useRef<HTMLElement>(null);
  const [isExact, setExact] = useState(false);
  const close = () => store.commit({ selection: undefined });
  useEffect(() => {
    const before = document.activeElement;
    box.current!.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) store.commit({ selection: undefined });
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [store]);
  const words = wordsOf(training, element);
  return (
    <section ref={box} className="arithmetic" style={style} tabIndex={-1} aria-label={`Arithmetic: ${words}`}>
      <div className="arithmetic-head">
        <div className="arithmetic-name">
          <h2 className="arithmetic-words">
            {words} <code className="caption">{name}</code>
          </h2>
        </div>
        <Value training={training} element={element} />
        <ToggleButton className="segment" isSelected={isExact} onChange={setExact}>
          All digits
        </ToggleButton>
        <Button className="icon-button" aria-label="Close" onPress={close}>
          <X size={16} aria-hidden />
        </Button>
      </div>
      <Work key={name} training={training} element={element} isExact={isExact} />
    </section>
  );
}

/** The number itself: of a parameter a handle, by which it is changed from the present step on. */
function Value({ training, element }: { readonly training: OpenedTraining; readonly element: Element }) {
  const store = useStore();
  const handle = useRef<NumberHandleControl>(null);
  const frame = store.frames.last;
  const name = nameOf(training, element);
  useFrames((next) => handle.current?.show(numbersOf(training, element, next).value));
  if (!isParameter(element)) return null;
  const set = (value: number) => ({
    interventions: withIntervention(store.state.interventions, { after: store.frames.step, element: name, value }),
  });
  return (
    <NumberHandle
      key={name}
      control={handle}
      label={`Value of ${name}`}
      value={frame ? numbersOf(training, element, frame).value : 0}
      onPreview={(value) => store.preview(set(value))}
      onCommit={(value) => store.commit(set(value))}
    />
  );
}

/** The lines, written past React. */
function Work({ training, element, isExact }: { training: OpenedTraining; element: Element; isExact: boolean }) {
  const store = useStore();
  const { row } = useLab().state;
  const root = useRef<HTMLDivElement>(null);
  const note = useRef<HTMLParagraphElement>(null);
  const view = useRef<ArithmeticView>(undefined);
  // Units and inputs have a value for each row: of the batch, the first is shown.
  const asked = () => (isParameter(element) || row !== "batch" ? row : (store.frames.last?.batch[0] ?? 0));
  const ask = useAsked(
    (service) => service.arithmetic(explainedName(training, element), asked()),
    ({ explanation, frame, rows }) => {
      if (view.current === undefined) return;
      view.current.write({ explanation, single: numbersOf(training, element, frame), isOneRow: rows === 1 });
      related.set(relatedOf(training, element, explanation));
      note.current!.textContent = noteOf(training, rows, asked());
    },
    // Ten times a second, in half of the time.
    { pause: 50, share: 0.5 },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: one view for each number
  useEffect(() => {
    const { current } = root;
    let isOver = false;
    const light = () => view.current?.light(highlight.get());
    const off = highlight.subscribe(light);
    void import("./formulas.ts")
      .then(({ typeset }) => {
        if (isOver) return;
        view.current = new ArithmeticView(current!, training, typeset);
        view.current.isExact = isExact;
        ask();
      })
      .catch((error: unknown) => store.tell(error));
    return () => {
      isOver = true;
      view.current = undefined;
      off();
      related.set(undefined);
      highlight.set(noHighlight);
    };
  }, [training]);
  useEffect(() => {
    if (view.current) view.current.isExact = isExact;
  }, [isExact]);
  const named = (target: EventTarget): string | undefined =>
    target instanceof HTMLElement ? target.closest<HTMLElement>("[data-lights]")?.dataset.lights : undefined;
  return (
    <>
      <p ref={note} className="caption arithmetic-note" />
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        ref={root}
        className="arithmetic-work"
        // It scrolls, by keyboard too.
        role="group"
        tabIndex={0}
        aria-label="Lines of the arithmetic"
        onPointerOver={({ target }) => highlight.set(named(target)?.split(" ") ?? noHighlight)}
        onPointerLeave={() => highlight.set(noHighlight)}
        onClick={({ target }) => {
          const opens = (target as HTMLElement).closest<HTMLElement>("[data-opens]")?.dataset.opens;
          if (opens !== undefined) store.commit({ selection: opens });
        }}
      />
    </>
  );
}

/** What it is worked out on. */
/** Where a step of the training computes otherwise than a network that predicts. */
function asideOf({ layers }: OpenedTraining): string {
  const others = layers.flatMap((layer) => layer.others);
  const apart = [
    ...(others.includes("dropout") ? ["without dropout"] : []),
    ...(others.includes("batchNorm") ? ["by the running statistics of batch normalisation"] : []),
  ];
  return apart.length === 0 ? "" : `; as it predicts, ${apart.join(" and ")}`;
}

function noteOf(training: OpenedTraining, rows: number, asked: number | "batch"): string {
  const how = "In float64, from the shortest decimals of the float32 numbers";
  const on =
    training.rows === 1
      ? ""
      : asked === "batch"
        ? `, on the ${rows} rows of the next step`
        : `, on row ${rowNumber(training, asked)}`;
  return `${how}${on}${asideOf(training)}`;
}
