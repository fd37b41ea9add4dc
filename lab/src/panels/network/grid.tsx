// The network as a grid, for keyboard and screen reader: a row for each layer, a cell for each unit, with the list of its bias and edges.
// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table that follows the pattern of grids
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { highlight, noHighlight } from "../../page/highlight.ts";
import { useFrames, useStore } from "../../page/use-lab.ts";
import { type Element, nameOf } from "../../training/elements.ts";
import { unitParametersOf } from "../../training/network.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import { readoutOf } from "./readout.tsx";

/** Units of a row that are there beside the one with the focus: of large layers only its neighbours. */
const around = 24;
/** Milliseconds between two writings of what has the focus. */
const pause = 1000;

interface Props {
  readonly training: OpenedTraining;
  readonly names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
  onOpen(name: string): void;
}

interface Spot {
  /** 0: the features. */
  readonly row: number;
  readonly unit: number;
}

export function NetworkGrid({ training, names, onOpen }: Props) {
  const grid = useRef<HTMLTableElement>(null);
  const [spot, setSpot] = useState<Spot>({ row: 0, unit: 0 });
  const isMoved = useRef(false);
  const counts = [training.features.length, ...training.layers.map(({ outputs }) => outputs)];
  useSpokenNumbers(grid, training);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus follows the spot
  useEffect(() => {
    if (!isMoved.current) return;
    isMoved.current = false;
    grid.current!.querySelector<HTMLElement>('[role="gridcell"][tabindex="0"]')?.focus();
  }, [spot]);
  const go = (row: number, unit: number) => {
    const next = Math.max(0, Math.min(counts.length - 1, row));
    isMoved.current = true;
    setSpot({ row: next, unit: Math.max(0, Math.min(counts[next]! - 1, unit)) });
  };
  const press = (event: KeyboardEvent, name: string) => {
    if (event.target !== event.currentTarget) return;
    const { row, unit } = spot;
    const last = counts[row]! - 1;
    const moves: Readonly<Record<string, () => void>> = {
      // As it is drawn: layers beside one another, units below one another.
      ArrowRight: () => go(row + 1, unit),
      ArrowLeft: () => go(row - 1, unit),
      ArrowDown: () => go(row, unit + 1),
      ArrowUp: () => go(row, unit - 1),
      Home: () => go(row, 0),
      End: () => go(row, last),
      Enter: () => onOpen(name),
      " ": () => onOpen(name),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };
  return (
    <div className="visually-hidden network-grid">
      <table
        ref={grid}
        role="grid"
        aria-label="Network: arrows go from unit to unit, Enter opens one, Tab goes to its edges"
        aria-rowcount={counts.length}
        onFocus={({ target }) =>
          target instanceof HTMLElement && target.dataset.name && highlight.set([target.dataset.name])
        }
        onBlur={() => highlight.set(noHighlight)}
      >
        <tbody>
          {counts.map((count, row) => (
            <tr key={rowKey(training, row)} aria-rowindex={row + 1} aria-label={rowName(training, row)}>
              {unitsShown(count, spot.row === row ? spot.unit : 0).map((unit) => {
                const isHere = spot.row === row && spot.unit === unit;
                const element: Element =
                  row === 0 ? { kind: "input", from: unit } : { kind: "unit", layer: row - 1, to: unit };
                const name = nameOf(training, element);
                return (
                  <td
                    key={name}
                    role="gridcell"
                    aria-colindex={unit + 1}
                    tabIndex={isHere ? 0 : -1}
                    data-name={name}
                    data-spoken={name}
                    onKeyDown={(event) => press(event, name)}
                    onClick={() => onOpen(name)}
                  >
                    {row === counts.length - 1 ? names.outputs[unit] : name}
                    {isHere && row > 0 && <EdgeList training={training} layer={row - 1} to={unit} onOpen={onOpen} />}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const rowKey = ({ layers }: OpenedTraining, row: number): string => (row === 0 ? "x" : layers[row - 1]!.path);

const rowName = ({ layers }: OpenedTraining, row: number): string =>
  row === 0 ? "Inputs" : `Layer ${row}${layers[row - 1]!.activation ? `, ${layers[row - 1]!.activation}` : ""}`;

function unitsShown(count: number, at: number): number[] {
  const first = Math.max(0, at - around);
  return Array.from({ length: Math.min(count, at + around + 1) - first }, (_, i) => first + i);
}

interface EdgeListProps {
  readonly training: OpenedTraining;
  readonly layer: number;
  readonly to: number;
  onOpen(name: string): void;
}

/** What a unit has of its own, the edges that come in, and values that are added to it as they are. */
function EdgeList({ training, layer, to, onOpen }: EdgeListProps) {
  const list = useRef<HTMLUListElement>(null);
  const own = training.layers[layer]!;
  const elements: Element[] = [
    ...unitParametersOf(own).map((kind) => ({ kind, layer, to })),
    ...Array.from({ length: own.inputs }, (_, from): Element => ({ kind: "weight", layer, from, to })),
  ];
  const added = (own.skips ?? []).map(
    (column): Element => (column === 0 ? { kind: "input", from: to } : { kind: "unit", layer: column - 1, to }),
  );
  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    const turn = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (turn === 0) return;
    event.preventDefault();
    const buttons = [...list.current!.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[Math.max(0, Math.min(buttons.length - 1, at + turn))]?.focus();
  };
  return (
    <ul ref={list} aria-label="Parameters and edges that come in" onKeyDown={press}>
      {[...elements, ...added].map((element, i) => {
        const name = nameOf(training, element);
        return (
          <li key={name}>
            <button
              type="button"
              tabIndex={i === 0 ? 0 : -1}
              data-name={name}
              data-spoken={name}
              data-before={i < elements.length ? "" : "Added as it is: "}
              onClick={(event) => {
                event.stopPropagation();
                onOpen(name);
              }}
            >
              {name}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Words with numbers for what has the focus and its neighbours, once a second at most. */
function useSpokenNumbers(grid: { readonly current: HTMLTableElement | null }, training: OpenedTraining): void {
  const store = useStore();
  const due = useRef(0);
  // As names: text would be laid out anew.
  const write = () => {
    const frame = store.frames.last;
    if (frame === undefined) return;
    for (const element of grid.current!.querySelectorAll<HTMLElement>("[data-spoken]")) {
      const { spoken, before = "" } = element.dataset;
      element.setAttribute("aria-label", before + (readoutOf(training, spoken!, frame) ?? ""));
    }
  };
  useEffect(write);
  useFrames(() => {
    const now = performance.now();
    if (now < due.current && store.read().isPlaying) return;
    due.current = now + pause;
    write();
  });
}
