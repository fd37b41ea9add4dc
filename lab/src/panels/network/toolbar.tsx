// What the network shows: weights or gradients, values or δ, of a row or of the batch; and the one scale of all its colours.
import { useEffect, useMemo, useRef } from "react";
import { useCell } from "../../page/cell.ts";
import { networkLook } from "../../page/network-look.ts";
import { useLab, useStore } from "../../page/use-lab.ts";
import { rowNumber, rowOfNumber } from "../../training/rows.ts";
import { NumberHandle } from "../../view/number-handle.tsx";
import { shown } from "../../view/numbers.ts";
import { Segments } from "../../view/segments.tsx";
import { write } from "../../view/write.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import type { Scales } from "./scene.ts";

const edges = [
  { id: "weight", words: "Weight" },
  { id: "gradient", words: "Gradient" },
] as const;
const units = [
  { id: "value", words: "Value" },
  { id: "delta", words: "δ" },
] as const;
const rows = [
  { id: "batch", words: "Batch mean" },
  { id: "row", words: "Row" },
] as const;

export function NetworkToolbar({ training }: { readonly training: OpenedTraining }) {
  const store = useStore();
  const { row } = useLab().state;
  const look = useCell(networkLook);
  const [least, most] = useMemo(() => rangeOf(training), [training]);
  return (
    <div className="network-toolbar">
      <div className="network-choice">
        <span className="panel-title">Edges</span>
        <Segments
          label="Edges show"
          chosen={look.edges}
          choices={edges}
          onChange={(id) => networkLook.set({ ...networkLook.get(), edges: id })}
        />
      </div>
      <div className="network-choice">
        <span className="panel-title">Units</span>
        <Segments
          label="Units show"
          chosen={look.units}
          choices={units}
          onChange={(id) => networkLook.set({ ...networkLook.get(), units: id })}
        />
      </div>
      {training.rows > 1 && (
        <div className="network-choice">
          <span className="panel-title">Of</span>
          <Segments
            label="Of which rows"
            chosen={row === "batch" ? "batch" : "row"}
            choices={rows}
            onChange={(id) => store.commit({ row: id === "batch" ? "batch" : (store.frames.last?.batch[0] ?? 0) })}
          />
          {row !== "batch" && (
            <NumberHandle
              label="Row for training, by its number in the table"
              value={rowNumber(training, row)}
              isWhole
              least={least}
              most={most}
              onPreview={(next) => store.preview({ row: rowOfNumber(training, next, row) })}
              onCommit={(next) => store.commit({ row: rowOfNumber(training, next, row) })}
            />
          )}
        </div>
      )}
    </div>
  );
}

/** The least and the largest number of a row for training. */
function rangeOf({ rowNumbers, rows: count }: OpenedTraining): readonly [number, number] {
  if (rowNumbers === undefined) return [0, count - 1];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of rowNumbers) {
    least = Math.min(least, number);
    most = Math.max(most, number);
  }
  return [least, most];
}

/** Where the scales of the drawing are written. */
export interface ScaleLegendControl {
  show(scales: Scales): void;
}

export function ScaleLegend({ control }: { readonly control: { current: ScaleLegendControl | undefined } }) {
  const look = useCell(networkLook);
  const text = useRef<HTMLSpanElement>(null);
  const last = useRef<Scales>(undefined);
  const show = (scales: Scales) => {
    const before = last.current;
    last.current = scales;
    if (before?.edges === scales.edges && before.units === scales.units) return;
    put();
  };
  const put = () => {
    if (last.current === undefined || text.current === null) return;
    const { edges, units } = last.current;
    write(
      text.current,
      `${look.edges} ±${trimmed(edges)}, ${look.units === "delta" ? "δ" : "value"} ±${trimmed(units)}`,
    );
  };
  useEffect(put);
  control.current = { show };
  return (
    <div className="network-scale">
      <span className="network-scale-bar" aria-hidden />
      <span className="caption number">
        <span className="network-scale-sign">dashed below zero; full hue: </span>
        <span ref={text} />
      </span>
    </div>
  );
}

/** A number of one digit: 1, 2 or 5 · 10ⁿ. */
const trimmed = (value: number): string => shown(value, 1);
