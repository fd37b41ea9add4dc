// The lessons, in their order.
import { neuronScene } from "./neuron.tsx";
import type { Scene } from "./scene.ts";

export const scenes = { neuron: neuronScene } satisfies Record<string, Scene>;
export type SceneName = keyof typeof scenes;
export const sceneNames = Object.keys(scenes) as SceneName[];
