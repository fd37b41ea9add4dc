// The ledger under the network: what becomes of δ on its way back through each layer, weight factor × activation factor = attenuation.
import type { LedgerRow } from "chainrule/observe";
import { useRef } from "react";
import { useFrames, useStore } from "../../page/use-lab.ts";
import { shown } from "../../view/numbers.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import type { Layout } from "./geometry.ts";

/** Milliseconds between two looks at the figures. */
const pause = 250;

export function Ledger({ training, layout }: { readonly training: OpenedTraining; readonly layout: Layout }) {
  const store = useStore();
  const box = useRef<HTMLUListElement>(null);
  const seen = useRef({ due: 0, isAsked: false, isLate: false });
  // The last layer is where δ begins.
  const layers = training.layers.slice(0, -1);
  const write = (rows: readonly LedgerRow[]) => {
    for (const element of box.current?.querySelectorAll<HTMLElement>("[data-layer]") ?? []) {
      const row = rows.find(({ layer }) => layer === element.dataset.layer);
      if (row === undefined) continue;
      const { weightFactor, activationFactor, attenuation } = row;
      const [factors, product] = element.children;
      factors!.textContent = `${shown(weightFactor, 3)} × ${shown(activationFactor, 3)} = `;
      product!.textContent = shown(attenuation, 3);
    }
  };
  const ask = () => {
    const look = seen.current;
    if (look.isAsked || (performance.now() < look.due && store.read().isPlaying)) {
      look.isLate = true;
      return;
    }
    look.isAsked = true;
    look.isLate = false;
    look.due = performance.now() + pause;
    const { row } = store.state;
    store.client
      .ask((service) => service.ledger({ row }))
      .then(write)
      .catch((error: unknown) => store.tell(error))
      .finally(() => {
        look.isAsked = false;
        if (look.isLate && !store.read().isPlaying) ask();
      });
  };
  useFrames(() => {
    if (layers.length > 0) ask();
  });
  if (layers.length === 0) return null;
  const spacing = layout.columns[2]!.x - layout.columns[1]!.x;
  return (
    <ul ref={box} className="ledger" data-narrow={spacing < 96 || undefined} aria-label="Ledger of δ">
      {layers.map(({ path, activation }, l) => (
        <li
          key={path}
          className="ledger-layer number"
          data-layer={path}
          style={{ left: (layout.columns[l + 1]!.x + layout.columns[l + 2]!.x) / 2 }}
          title={`‖δ‖ of layer ${l + 1} is that of layer ${l + 2} times these: by its weights, and by ${activation ?? "what follows"}`}
        >
          <span className="ledger-factors" />
          <span className="ledger-product" />
        </li>
      ))}
    </ul>
  );
}
