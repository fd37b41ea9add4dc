// Figures of all layers, each as one picture over the same steps.
import { LayerMap } from "./layer-map.tsx";

const maps = [
  { title: "Gradient RMS", suffix: ":gradientRms", figure: "size" },
  { title: "Update ratio", suffix: ":updateRatio", figure: "size" },
  { title: "Ledger product", suffix: ":product", figure: "product" },
  { title: "Saturated share", suffix: ":saturated", figure: "share" },
  { title: "Dead share", suffix: ":dead", figure: "share" },
] as const;

export function LayersPanel() {
  return (
    <div className="charts-grid">
      {maps.map((map) => (
        <LayerMap key={map.title} {...map} />
      ))}
    </div>
  );
}
