// A lesson's text: one beat at a time, at the reader's pace.
import "./scene-panel.css";
import { Button } from "react-aria-components";
import { useStore } from "../page/use-lab.ts";
import { sceneNames, scenes } from "./index.ts";
import type { Scene } from "./scene.ts";

export function ScenePanel({
  scene: { name, beat },
}: {
  readonly scene: { readonly name: string; readonly beat: number };
}) {
  const store = useStore();
  const known = sceneNames.find((one) => one === name);
  if (known === undefined) return <p>There is no lesson “{name}”.</p>;
  const scene: Scene = scenes[known];
  const at = Math.min(beat, scene.beats.length - 1);
  const go = (to: number) => store.commit({ ...scene.beats[to]!.change, scene: { name, beat: to } });
  return (
    <article className="scene">
      <h2 className="scene-title">{scene.title}</h2>
      <p className="scene-text">{scene.beats[at]!.text}</p>
      <div className="scene-pace">
        <Button className="text-button" isDisabled={at === 0} onPress={() => go(at - 1)}>
          Back
        </Button>
        <span className="caption number">
          {at + 1} of {scene.beats.length}
        </span>
        <Button className="text-button" isDisabled={at === scene.beats.length - 1} onPress={() => go(at + 1)}>
          Next
        </Button>
      </div>
    </article>
  );
}
