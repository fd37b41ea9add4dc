// The panels that open in the strip under the network: the one list of them, in the order of their buttons.
import { type ComponentType, lazy } from "react";

export interface StripPanel {
  /** As the address has it. */
  readonly name: string;
  readonly title: string;
  readonly Panel: ComponentType;
  /** Its charts are over the steps, which can be zoomed. */
  readonly isOverSteps?: true;
}

export const stripPanels: readonly StripPanel[] = [
  {
    name: "charts",
    title: "Charts",
    Panel: lazy(async () => ({ default: (await import("./charts/loss-panel.tsx")).LossPanel })),
    isOverSteps: true,
  },
  {
    name: "layers",
    title: "Layers",
    Panel: lazy(async () => ({ default: (await import("./charts/layers-panel.tsx")).LayersPanel })),
    isOverSteps: true,
  },
  {
    name: "ledger",
    title: "Ledger",
    Panel: lazy(async () => ({ default: (await import("./ledger/ledger-panel.tsx")).LedgerPanel })),
  },
  {
    name: "four",
    title: "Four networks",
    Panel: lazy(async () => ({ default: (await import("./ledger/four-panel.tsx")).FourPanel })),
  },
  {
    name: "exponents",
    title: "Exponents",
    Panel: lazy(async () => ({ default: (await import("./charts/exponents-panel.tsx")).ExponentsPanel })),
    isOverSteps: true,
  },
  {
    name: "update",
    title: "Update",
    Panel: lazy(async () => ({ default: (await import("./charts/update-panel.tsx")).UpdatePanel })),
    isOverSteps: true,
  },
  {
    name: "diagnosis",
    title: "Diagnosis",
    Panel: lazy(async () => ({ default: (await import("./diagnosis/diagnosis-panel.tsx")).DiagnosisPanel })),
  },
  {
    name: "twins",
    title: "Twins",
    Panel: lazy(async () => ({ default: (await import("./twins/twins-panel.tsx")).TwinsPanel })),
  },
  {
    name: "out",
    title: "Out",
    Panel: lazy(async () => ({ default: (await import("./out/out-panel.tsx")).OutPanel })),
  },
];
