// The layers of a live run as last observed: gradient, update, and the ledger's running product, from the output to the input.
import { shown } from "../view/numbers.ts";
import type { LiveState } from "./live-run.ts";

export function LayersTable({ state }: { readonly state: LiveState }) {
  const { observation } = state;
  if (observation === undefined) return null;
  const layers = new Map(observation.layers.map((layer) => [layer.name, layer]));
  return (
    <table className="live-layers">
      <caption className="panel-title">Layers at step {observation.step}, from the output to the input</caption>
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col">Gradient RMS</th>
          <th scope="col">Update / weight</th>
          <th scope="col">W</th>
          <th scope="col">φ′</th>
          <th scope="col">Product so far</th>
        </tr>
      </thead>
      <tbody>
        {observation.ledger.map((row) => (
          <tr key={row.layer}>
            <th scope="row">{row.layer}</th>
            <td>{shown(row.gradientRms, 3)}</td>
            <td>{figure(layers.get(row.layer)?.updateRatio)}</td>
            <td>{shown(row.weightFactor, 3)}</td>
            <td>{shown(row.activationFactor, 3)}</td>
            <td>{shown(row.product, 3)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const figure = (value: number | undefined): string => (value === undefined ? "" : shown(value, 3));
