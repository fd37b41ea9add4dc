// A set of images: draw one, see what the network makes of it, and the gradient that reaches each pixel were it of the class that is chosen.
import "./image-panel.css";
import { useEffect } from "react";
import { Button } from "react-aria-components";
import { useLab } from "../../page/use-lab.ts";
import type { ImageColumns } from "../../sets/index.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import { PixelGrid } from "./pixel-grid.tsx";
import { type ImageParts, useImage, useProbe } from "./use-image.ts";

interface ImagePanelProps {
  readonly training: OpenedTraining;
  readonly image: ImageColumns;
}

export function ImagePanel({ training, image }: ImagePanelProps) {
  const { state } = useLab();
  const { classes } = training;
  const { pixels, drawing, target, setTarget, clear } = useImage(
    image.columns.length,
    state.row === "batch" ? 0 : state.row,
  );
  const { ask, ...parts } = useProbe(pixels, target);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another image is asked for anew.
  useEffect(ask, [ask, drawing]);
  return (
    <div className="image-panel">
      <div className="image-pair">
        <div>
          <div className="panel-title" id="image-drawing">
            Draw here
          </div>
          <PixelGrid image={image} pixels={pixels} drawing={drawing} labelledBy="image-drawing" onDrawn={ask} />
        </div>
        <figure className="image-figure">
          <figcaption className="panel-title">∂loss/∂pixel</figcaption>
          <canvas
            ref={parts.gradient}
            className="image-gradient"
            width={image.width}
            height={image.height}
            role="img"
            aria-label="The gradient that reaches each pixel: blue where more ink would raise the loss, orange where it would lower it"
          />
        </figure>
      </div>
      <div className="image-row">
        <Button className="text-button" onPress={clear}>
          Clear
        </Button>
        <span className="caption">
          Loss as a {classes[target]}: <span className="image-loss number" ref={parts.loss} />
        </span>
      </div>
      <ClassList classes={classes} target={target} bars={parts.bars} onChoose={setTarget} />
    </div>
  );
}

interface ClassListProps {
  readonly classes: readonly string[];
  readonly target: number;
  readonly bars: ImageParts["bars"];
  onChoose(target: number): void;
}

function ClassList({ classes, target, bars, onChoose }: ClassListProps) {
  return (
    <ul
      className="image-classes"
      aria-label="Probability of each class; the gradient is of the loss were it of the chosen one"
    >
      {classes.map((name, c) => (
        <li key={name}>
          <Button
            className="image-class"
            aria-pressed={c === target}
            aria-label={`Take it for a ${name}`}
            onPress={() => onChoose(c)}
          >
            {name}
          </Button>
          <span
            className="image-probability number"
            data-testid={`probability-${name}`}
            ref={(element) => {
              bars.current[c] = element;
            }}
          />
        </li>
      ))}
    </ul>
  );
}
