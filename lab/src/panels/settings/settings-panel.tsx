// The settings of the network and its training: the command line's, by their records, each with what it comes to where it is not given.
import "./settings.css";
import { settings as records, type SettingKey, type Settings } from "chainrule/train";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button, Disclosure, DisclosurePanel } from "react-aria-components";
import { useLab, useStore } from "../../page/use-lab.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import { HiddenLayers } from "./hidden-layers.tsx";
import { SettingField } from "./setting-field.tsx";

/** Those that are shown at once, and those behind "More". */
const first: readonly SettingKey[] = ["activation", "learningRate", "optimizer", "batchSize", "epochs"];
const more: readonly SettingKey[] = [
  ...(["loss", "init", "normalization", "residual", "dropout", "schedule", "patience", "weightDecay"] as const),
  ...(["clipNorm", "classWeight", "standardize", "seed"] as const),
];

export function SettingsPanel({ training }: { readonly training: OpenedTraining }) {
  const store = useStore();
  const { state } = useLab();
  const change = <K extends SettingKey>(key: K, value: Settings[K]) => {
    const { [key]: _, ...others } = state.settings;
    const conflicts = records[key].conflicts ?? [];
    const kept = Object.fromEntries(Object.entries(others).filter(([name]) => !conflicts.includes(name as SettingKey)));
    store.commit({ settings: value === undefined ? kept : { ...kept, [key]: value }, interventions: [] });
  };
  const field = (key: SettingKey): ReactNode => (
    <SettingField
      key={key}
      name={key}
      value={state.settings[key]}
      usual={training.resolved[key]}
      onChange={(value) => change(key, value as never)}
    />
  );
  return (
    <div className="settings">
      <HiddenLayers
        widths={state.settings.hidden ?? training.layers.slice(0, -1).map(({ outputs }) => outputs)}
        onChange={(hidden) => change("hidden", hidden)}
      />
      {first.map(field)}
      <Disclosure className="settings-more">
        <Button slot="trigger" className="settings-more-button">
          <ChevronRight size={16} aria-hidden />
          More settings
        </Button>
        <DisclosurePanel className="settings-more-panel">{more.map(field)}</DisclosurePanel>
      </Disclosure>
    </div>
  );
}
