// The strip under the network: a bar of buttons, and the panels that they open beside one another.
import "./panel-bar.css";
import { Suspense } from "react";
import { ToggleButton } from "react-aria-components";
import { useLab, useStore } from "../page/use-lab.ts";
import { stripPanels } from "./panel-list.ts";
import { ViewTools } from "./view-tools.tsx";

/** Panels that have room beside one another. */
const most = 2;

export function PanelBar() {
  const store = useStore();
  const { state, generation } = useLab();
  const open = stripPanels.filter(({ name }) => state.panels.includes(name));
  const change = (name: string, isOn: boolean) => {
    const others = state.panels.filter((one) => one !== name);
    // A further one takes the place of the one that has been open the longest.
    const crowd = others.filter((one) => stripPanels.some((panel) => panel.name === one));
    const kept = isOn && crowd.length >= most ? others.filter((one) => one !== crowd[0]) : others;
    store.commit({ panels: isOn ? [...kept, name] : kept });
  };
  return (
    <section className="strip" aria-label="Panels">
      <div className="strip-bar" role="toolbar" aria-label="Panels shown">
        {stripPanels.map(({ name, title }) => (
          <ToggleButton
            key={name}
            className="header-scene"
            isSelected={state.panels.includes(name)}
            onChange={(isOn) => change(name, isOn)}
          >
            {title}
          </ToggleButton>
        ))}
        {open.some(({ isOverSteps }) => isOverSteps) && <ViewTools />}
      </div>
      {open.length > 0 && (
        <div className="strip-panels" key={generation}>
          {open.map(({ name, title, Panel }) => (
            <section key={name} className="strip-panel" aria-label={title}>
              <Suspense>
                <Panel />
              </Suspense>
            </section>
          ))}
        </div>
      )}
    </section>
  );
}
