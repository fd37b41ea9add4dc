// Lesson 3: why the gradients of sigmoid networks vanish, measured on the network of the page.
import { useEffect, useRef, useState } from "react";
import { Label, Slider, SliderOutput } from "react-aria-components";
import { useAsked } from "../page/use-asked.ts";
import { useLab, useStore } from "../page/use-lab.ts";
import { FilledTrack } from "../view/filled-track.tsx";
import { counted, shown } from "../view/numbers.ts";
import type { Scene } from "./scene.ts";

/** Units of each hidden layer, and how many layers there may be. */
const width = 8;
const deepest = 20;

const hidden = (depth: number): readonly number[] => new Array<number>(depth).fill(width);

const start = {
  data: { kind: "set", name: "circle", options: {} },
  settings: {
    hidden: hidden(10),
    activation: "sigmoid",
    learningRate: 0.01,
    schedule: "constant",
    epochs: 500,
    patience: 500,
    seed: 1,
  },
  interventions: [],
  row: "batch",
  selection: undefined,
  panels: [],
} as const;

export const vanishingScene: Scene = {
  title: "Vanishing gradients",
  start,
  beats: [
    {
      text: "Ten hidden layers of eight sigmoid units tell a disc from a ring. On the way back δ passes all of them, and each multiplies it by its weights and by σ′. What is left of it at the first one?",
      guess: {
        question: "δ at the first layer, as a part of δ at the output",
        answers: ["About a tenth", "About a thousandth", "About a millionth"],
        right: 2,
        because: (
          <>
            σ′ = σ (1 − σ) is ¼ where σ = ½, and less everywhere else: ten of them are a millionth at most. Measured
            here: <FirstLayer />.
          </>
        ),
      },
      change: { ...start, step: 0 },
    },
    {
      text: (
        <>
          The ledger has every factor of this network, from the output on top to the first layer. Weights leave δ about
          its size; the activation’s factor never passes the line at ¼; so the product falls at every layer, to{" "}
          <FirstLayer />.
        </>
      ),
      change: { ...start, panels: ["ledger"], step: 0 },
    },
    {
      text: (
        <>
          Depth decides: σ′ at the output, σ′ · σ′ one layer down, σ′ · σ′ · σ′ the next. Take layers away, or add some.
          <Depth />
        </>
      ),
      change: { panels: ["ledger"], step: 0 },
    },
    {
      text: "tanh′ is 1 at most, and ReLU’s slope is 0 or 1. A residual layer gives x + σ(x W + b): δ comes back through the layer, and once more past it. Four networks, the same seed, the same depth.",
      guess: {
        question: "Which of them keeps most of δ through twenty layers?",
        answers: ["tanh", "ReLU", "Sigmoid with residuals"],
        right: 2,
        because:
          "What goes past a layer is multiplied by nothing. tanh and ReLU lose little at each layer, and that adds up.",
      },
      change: { ...start, settings: { ...start.settings, hidden: hidden(deepest) }, step: 0 },
    },
    {
      text: (
        <>
          Side by side, before the first step: each bar is what is left of δ. Sigmoid’s go on to a
          ten-million-millionth; the same sigmoid with residuals keeps half.
          <Depth />
        </>
      ),
      change: { panels: ["four"], step: 0 },
    },
    {
      text: "Now let the sigmoid network learn: play. The output’s layer moves, the first ones get no gradient worth the name, and the loss rests at ln 2 = 0.6931, a coin’s. Then take tanh in the lab’s settings.",
      change: { ...start, panels: ["layers"], step: 0 },
    },
  ],
};

/** The product of the ledger at the first layer, as it is measured. */
function FirstLayer() {
  const { row } = useLab().state;
  const text = useRef<HTMLSpanElement>(null);
  useAsked(
    (service) => service.ledger({ row }),
    (rows) => {
      if (text.current) text.current.textContent = shown(rows.at(-1)?.product ?? Number.NaN);
    },
  );
  return (
    <span ref={text} className="number" data-testid="first-layer">
      …
    </span>
  );
}

/** Hidden layers, 1 to 20; the network is another one where the slider rests. */
function Depth() {
  const store = useStore();
  const { settings } = useLab().state;
  const now = settings.hidden?.length ?? 1;
  const [depth, setDepth] = useState(now);
  useEffect(() => setDepth(now), [now]);
  return (
    <Slider
      className="slider scene-slider"
      minValue={1}
      maxValue={deepest}
      value={depth}
      onChange={setDepth}
      onChangeEnd={(value) => store.commit({ settings: { ...settings, hidden: hidden(value) }, step: 0 })}
    >
      <Label className="panel-title">Hidden layers</Label>
      <SliderOutput className="number">{counted(depth)}</SliderOutput>
      <FilledTrack />
    </Slider>
  );
}
