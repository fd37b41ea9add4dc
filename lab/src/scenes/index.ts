// The lessons, in their order.
import { hiddenLayerScene } from "./hidden-layer.tsx";
import { neuronScene } from "./neuron.tsx";
import { runScene } from "./run.tsx";
import type { Beat, Scene } from "./scene.ts";
import { vanishingScene } from "./vanishing.tsx";

export const scenes = {
  neuron: neuronScene,
  "hidden-layer": hiddenLayerScene,
  vanishing: vanishingScene,
  run: runScene,
} satisfies Record<string, Scene>;
export type SceneName = keyof typeof scenes;
export const sceneNames = Object.keys(scenes) as SceneName[];

/** The beat of a state's scene; undefined where there is no such scene. */
export function beatOf(scene: { readonly name: string; readonly beat: number } | undefined): Beat | undefined {
  const name = sceneNames.find((one) => one === scene?.name);
  if (name === undefined) return undefined;
  const { beats }: Scene = scenes[name];
  return beats[Math.min(scene!.beat, beats.length - 1)];
}
