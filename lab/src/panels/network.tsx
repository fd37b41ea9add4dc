// The network: units in columns, edges by their weights, drawn with every frame.
import "./network.css";
import { useEffect, useRef } from "react";
import { useFrames, useStore } from "../page/use-lab.ts";
import type { Frame } from "../training/frame.ts";
import { sized } from "../view/canvas.ts";
import { onTheme, tokens } from "../view/tokens.ts";
import type { OpenedTraining } from "../worker/service.ts";
import { drawNetwork } from "./network-drawing.ts";

export function NetworkPanel({ training }: { readonly training: OpenedTraining }) {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<Frame | undefined>(store.frames.last);
  const redraw = useRef(() => {});
  useEffect(() => {
    const surface = sized(canvas.current!, (context, width, height) => {
      if (frame.current) drawNetwork(context, { width, height }, training, frame.current, tokens());
    });
    redraw.current = surface.redraw;
    const off = onTheme(surface.redraw);
    return () => {
      surface.end();
      off();
    };
  }, [training]);
  useFrames((next) => {
    frame.current = next;
    redraw.current();
  });
  return <canvas ref={canvas} className="network" role="img" aria-label="The network, its edges by their weights" />;
}
