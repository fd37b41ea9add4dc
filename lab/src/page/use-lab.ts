// Hooks by which components read the page's state and hear its frames.
import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import type { LabDiagnosis } from "../training/diagnosis.ts";
import type { Frame } from "../training/frame.ts";
import type { LabStore, Snapshot } from "./store.ts";
import type { Twin } from "./twins.ts";

export const LabContext = createContext<LabStore | undefined>(undefined);

export function useStore(): LabStore {
  const store = useContext(LabContext);
  if (store === undefined) throw new Error("There is no LabContext around this component.");
  return store;
}

/** The state; the component is drawn anew where it changes, which is not with every frame. */
export function useLab(): Snapshot {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.read);
}

/** Calls with every frame, past React. */
export function useFrames(listener: (frame: Frame) => void): void {
  const { frames } = useStore();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => frames.subscribe((frame) => latest.current(frame)), [frames]);
}

/** Calls with frames, not more often than once in so many milliseconds while it plays, and with the last one where it stops. */
export function usePacedFrames(listener: (frame: Frame) => void, pause = 100): void {
  const store = useStore();
  const { isPlaying } = useLab();
  const latest = useRef(listener);
  latest.current = listener;
  const due = useRef(0);
  useFrames((frame) => {
    const now = performance.now();
    if (store.read().isPlaying && now < due.current) return;
    due.current = now + pause;
    latest.current(frame);
  });
  useEffect(() => {
    if (!isPlaying && store.frames.last) latest.current(store.frames.last);
  }, [store, isPlaying]);
}

/** What is wrong with the training, as far as it is known; a verdict's layers are paths: "layers.0". */
export function useVerdicts(): LabDiagnosis | undefined {
  const { verdicts } = useStore();
  return useSyncExternalStore(verdicts.subscribe, verdicts.read);
}

export function useTwins(): readonly Twin[] {
  const { twins } = useStore();
  return useSyncExternalStore(twins.subscribe, twins.read);
}
