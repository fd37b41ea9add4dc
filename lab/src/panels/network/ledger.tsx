// The ledger under the network: what becomes of δ on its way back through each layer, weight factor × activation factor = attenuation.
import { useRef } from "react";
import { useFrames, useStore } from "../../page/use-lab.ts";
import type { ColumnData } from "../../training/columns.ts";
import { shown } from "../../view/numbers.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import type { Layout } from "./geometry.ts";

const parts = ["weightFactor", "activationFactor", "attenuation"] as const;
/** Milliseconds between two looks at the figures. */
const pause = 200;

export function Ledger({ training, layout }: { readonly training: OpenedTraining; readonly layout: Layout }) {
  const store = useStore();
  const box = useRef<HTMLUListElement>(null);
  const seen = useRef({ version: -1, step: -1, due: 0, isAsked: false, columns: [] as readonly ColumnData[] });
  // The last layer is where δ begins.
  const layers = training.layers.slice(0, -1);
  const names = layers.flatMap(({ path }) => parts.map((part) => `${path}:${part}`));
  const write = (step: number) => {
    for (const element of box.current?.querySelectorAll<HTMLElement>("[data-figure]") ?? []) {
      const column = seen.current.columns.find(({ name }) => name === element.dataset.figure);
      const value = column && valueAt(column, step);
      element.textContent = value === undefined ? "–" : shown(value, 3);
    }
  };
  useFrames(({ step }) => {
    const look = seen.current;
    const now = performance.now();
    if (look.isAsked || names.length === 0 || (now < look.due && store.read().isPlaying)) return;
    look.isAsked = true;
    look.due = now + pause;
    store.client
      .ask((service) => service.columns(look.version, names))
      .then(({ version, columns }) => {
        if (version !== look.version) look.columns = columns;
        look.version = version;
        write(step);
      })
      .catch((error: unknown) => store.tell(error))
      .finally(() => {
        look.isAsked = false;
      });
  });
  if (layers.length === 0) return null;
  const spacing = layout.columns[2]!.x - layout.columns[1]!.x;
  return (
    <ul ref={box} className="ledger" data-narrow={spacing < 96 || undefined} aria-label="Ledger of δ">
      {layers.map(({ path, activation }, l) => (
        <li
          key={path}
          className="ledger-layer number"
          style={{ left: (layout.columns[l + 1]!.x + layout.columns[l + 2]!.x) / 2 }}
          title={`‖δ‖ of layer ${l + 1} is that of layer ${l + 2} times these: by its weights, and by ${activation ?? "what follows"}`}
        >
          <span className="ledger-factors">
            <span data-figure={`${path}:weightFactor`}>–</span>
            {" × "}
            <span data-figure={`${path}:activationFactor`}>–</span>
            {" = "}
          </span>
          <span className="ledger-product" data-figure={`${path}:attenuation`}>
            –
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Of the last step that was looked into, up to one. */
function valueAt({ step, mean }: ColumnData, at: number): number | undefined {
  let low = 0;
  let high = step.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (step[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return mean[low - 1];
}
