// Shows a training as it runs: redrawn in place on a terminal, a plain line now and then elsewhere.
import type { TrainEvent } from "../../train/events.ts";
import { type OutputStream, write } from "../output.ts";
import { advance, initialState, type LiveState, layerLines, renderLive } from "./live-view.ts";
import { isReported, plainGradients, plainLine } from "./plain-log.ts";
import { styleOf } from "./style.ts";
import { terminalText, wrap } from "./text.ts";

export interface Reporter {
  show(event: TrainEvent): void;
  /** A line that stays. */
  note(text: string): void;
  /** Leaves the last picture on the terminal and frees the cursor, also after an error. */
  close(): void;
}

export async function reporter(stream: OutputStream): Promise<Reporter> {
  return stream.isTTY ? liveReporter(stream) : plainReporter(stream);
}

/** Smaller trainings send more events than an eye can follow. */
const millisecondsBetweenFrames = 50;

async function liveReporter(stream: OutputStream): Promise<Reporter> {
  const { createLogUpdate } = await import("log-update");
  const update = createLogUpdate(stream as NodeJS.WriteStream);
  let state: LiveState | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  const draw = () => {
    // The last row of the terminal is left to the cursor.
    if (state !== undefined)
      update(terminalText(renderLive(state, styleOf(stream), (stream.rows || 24) - 1).join("\n")));
    drawn = performance.now();
  };
  return {
    show(event) {
      state = event.type === "start" ? initialState(event) : state && advance(state, event);
      if (event.type === "end" || performance.now() - drawn >= millisecondsBetweenFrames) draw();
    },
    note: (text) => update.persist(terminalText(wrap(text, styleOf(stream).width).join("\n"))),
    close() {
      draw();
      update.done();
    },
  };
}

/** Lines of layers in a file. */
const mostLayers = 40;

function plainReporter(stream: OutputStream): Reporter {
  let state: LiveState | undefined;
  /** As last written: not every epoch is observed, and old figures are not told anew. */
  let written: LiveState["layers"] | undefined;
  return {
    show(event) {
      state = event.type === "start" ? initialState(event) : state && advance(state, event);
      if (event.type === "end" && state !== undefined) {
        const lines = layerLines(state.layers, styleOf(stream), mostLayers);
        write(stream, `\n${lines.map((line) => `${line.trimEnd()}\n`).join("")}`);
      }
      if (event.type !== "epoch" || state === undefined) return;
      if (isReported(event, state.epochs)) {
        write(stream, `${plainLine(state)}\n${state.layers === written ? "" : `${plainGradients(state)}\n`}`);
        written = state.layers;
      }
      // Short epochs send no progress: a speed measured in an earlier one is not theirs.
      const { rowsPerSecond: _, secondsLeft: __, ...rest } = state;
      state = rest;
    },
    note: (text) => write(stream, `${wrap(text, styleOf(stream).width).join("\n")}\n`),
    close() {},
  };
}
