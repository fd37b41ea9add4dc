// The ledger under the network: what becomes of δ on its way back through each layer, weight factor × activation factor = attenuation.
import type { LedgerRow } from "chainrule/observe";
import { useEffect, useRef } from "react";
import { highlight, noHighlight } from "../../page/highlight.ts";
import { litLayer } from "../../page/lit-layer.ts";
import { useAsked } from "../../page/use-asked.ts";
import { useLab } from "../../page/use-lab.ts";
import { shown } from "../../view/numbers.ts";
import { write } from "../../view/write.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import type { Layout } from "./geometry.ts";

export function Ledger({ training, layout }: { readonly training: OpenedTraining; readonly layout: Layout }) {
  const { row } = useLab().state;
  const box = useRef<HTMLUListElement>(null);
  // The last layer is where δ begins.
  const layers = training.layers.slice(0, -1);
  const put = (rows: readonly LedgerRow[]) => {
    for (const element of box.current?.querySelectorAll<HTMLElement>("[data-layer]") ?? []) {
      const row = rows.find(({ layer }) => layer === element.dataset.layer);
      if (row === undefined) continue;
      const { weightFactor, activationFactor, attenuation } = row;
      const [factors, product] = element.children;
      write(factors!, `${shown(weightFactor, 3)} × ${shown(activationFactor, 3)} = `);
      write(product!, shown(attenuation, 3));
    }
  };
  useAsked(layers.length > 0 ? (service) => service.ledger({ row }) : undefined, put, { pause: 250 });
  useEffect(() => {
    const light = () => {
      const lit = litLayer(training);
      for (const [l, element] of [...(box.current?.children ?? [])].entries())
        element.toggleAttribute("data-lit", l === lit);
    };
    light();
    return highlight.subscribe(light);
  }, [training]);
  if (layers.length === 0) return null;
  const spacing = layout.columns[2]!.x - layout.columns[1]!.x;
  return (
    <ul ref={box} className="ledger" data-narrow={spacing < 136 || undefined} aria-label="Ledger of δ">
      {layers.map(({ path, activation }, l) => (
        <li
          key={path}
          className="ledger-layer number"
          data-layer={path}
          style={{ left: (layout.columns[l + 1]!.x + layout.columns[l + 2]!.x) / 2 }}
          onPointerEnter={() => highlight.set([path])}
          onPointerLeave={() => highlight.set(noHighlight)}
          title={`‖δ‖ of layer ${l + 1} is that of layer ${l + 2} times these: by its weights, and by ${activation ?? "what follows"}`}
        >
          <span className="ledger-factors" />
          <span className="ledger-product" />
        </li>
      ))}
    </ul>
  );
}
