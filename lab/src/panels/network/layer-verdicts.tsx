// Verdicts at the layers concerned: a mark above the column of each, which opens the diagnosis.
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { Button } from "react-aria-components";
import { useStore, useVerdicts } from "../../page/use-lab.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import type { Layout } from "./geometry.ts";

const icons = { severe: CircleAlert, warning: TriangleAlert, info: Info } as const;

export function LayerVerdicts({ training, layout }: { readonly training: OpenedTraining; readonly layout: Layout }) {
  const store = useStore();
  const diagnosis = useVerdicts();
  const open = () => {
    const { panels } = store.state;
    if (!panels.includes("diagnosis")) store.commit({ panels: [...panels, "diagnosis"] });
  };
  return training.layers.map(({ path, z, output }, l) => {
    // The most severe comes first.
    const own = (diagnosis?.verdicts ?? []).filter(({ layers }) =>
      layers.some((name) => name === path || name === z || name === output),
    );
    const [worst] = own;
    if (worst === undefined) return null;
    const Icon = icons[worst.severity];
    return (
      <Button
        key={path}
        className="layer-verdict"
        data-severity={worst.severity}
        aria-label={`Layer ${l + 1}: ${own.map(({ severity, kind }) => `${severity}, ${kind.replaceAll("-", " ")}`).join("; ")}`}
        style={{ left: layout.columns[l + 1]!.x }}
        onPress={open}
      >
        <Icon size={16} aria-hidden />
      </Button>
    );
  });
}
