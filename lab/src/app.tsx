// The page: transport on top, data or the scene on the left, the network in the middle, output and loss on the right.
import "./app.css";
import { lazy, Suspense, useEffect } from "react";
import { openServedRuns, useRunsInAddress } from "./live/address.ts";
import { RecordBar } from "./live/record.tsx";
import { useLab } from "./page/use-lab.ts";
import { Header } from "./panels/header.tsx";
import { NetworkPanel } from "./panels/network/network.tsx";
import { OutputPanel } from "./panels/output.tsx";
import { PanelBar } from "./panels/panel-bar.tsx";
import { TransportBar } from "./panels/transport.tsx";
import { TroubleBar } from "./panels/trouble.tsx";
import { beatOf } from "./scenes/index.ts";
import { ScenePanel } from "./scenes/scene-panel.tsx";

/** What the first lesson does without comes later; charts come with what draws them. */
const RecipePanel = lazy(async () => ({ default: (await import("./panels/recipe.tsx")).RecipePanel }));
const SettingsPanel = lazy(async () => ({
  default: (await import("./panels/settings/settings-panel.tsx")).SettingsPanel,
}));
const LossChart = lazy(async () => ({ default: (await import("./panels/charts/loss-panel.tsx")).LossChart }));
const LiveView = lazy(async () => ({ default: (await import("./live/live-view.tsx")).LiveView }));

export function App() {
  const { state, training, generation } = useLab();
  const Aside = beatOf(state.scene)?.Aside;
  const runs = useRunsInAddress();
  useEffect(() => void openServedRuns().catch(() => {}), []);
  if (runs !== undefined)
    return (
      <div className="lab lab-live">
        <Header />
        <Suspense fallback={<p className="caption">Opening the runs …</p>}>
          <LiveView names={runs} />
        </Suspense>
      </div>
    );
  return (
    <div className="lab" data-scene={state.scene?.name}>
      <Header />
      <TransportBar />
      <div>
        <TroubleBar />
        <RecordBar />
      </div>
      <main className="lab-main">
        <section className="lab-left" aria-label={state.scene ? "Lesson" : "Data and settings"}>
          {state.scene ? (
            <ScenePanel scene={state.scene} />
          ) : (
            <>
              <Suspense>
                <RecipePanel />
              </Suspense>
              {/* Apart: what is loaded for one takes the other neither out of sight nor the focus from it. */}
              <Suspense>{training && <SettingsPanel training={training} />}</Suspense>
            </>
          )}
        </section>
        {training && (
          <>
            <section className="lab-middle" aria-label="Network">
              <NetworkPanel key={generation} training={training} />
              <PanelBar />
            </section>
            <section className="lab-right" aria-label="Output and loss">
              {Aside ? <Aside training={training} /> : <OutputPanel key={`output ${generation}`} training={training} />}
              <Suspense>
                <LossChart key={`loss ${generation}`} />
              </Suspense>
            </section>
          </>
        )}
      </main>
    </div>
  );
}
