// A hook that asks the worker with the frames: not while the last answer is under way, and for a small share of the time.
import type { Remote } from "comlink";
import { useEffect, useRef } from "react";
import type { Answer, LabService } from "../worker/service.ts";
import { useFrames, useStore } from "./use-lab.ts";

/** Of the time while it plays that the worker may spend on one such question. */
const share = 0.1;

interface Asking {
  due: number;
  isAsked: boolean;
  isStale: boolean;
}

/** `take` gets every answer, past React. While it plays, `pause` milliseconds lie between two questions at least. Gives what asks at once. */
export function useAsked<T>(
  ask: (service: Remote<LabService>) => Promise<Answer<T>>,
  take: (answer: T) => void,
  pause = 100,
): () => void {
  const store = useStore();
  const latest = useRef({ ask, take });
  latest.current = { ask, take };
  const state = useRef<Asking>({ due: 0, isAsked: false, isStale: false });
  const look = useRef((isForced: boolean) => {
    const own = state.current;
    const began = performance.now();
    if (store.read().training === undefined) return;
    if (own.isAsked) {
      own.isStale = true;
      return;
    }
    if (!isForced && began < own.due && store.read().isPlaying) return;
    own.isAsked = true;
    own.isStale = false;
    const { generation } = store.read();
    store.client
      .ask(latest.current.ask)
      .then((answer) => {
        if (generation === store.read().generation) latest.current.take(answer);
      })
      .catch((error: unknown) => store.tell(error))
      .finally(() => {
        const now = performance.now();
        own.isAsked = false;
        own.due = now + Math.max(pause, (now - began) / share);
        // Where it holds, the last frame has its answer.
        if (own.isStale && !store.read().isPlaying) look.current(true);
      });
  });
  useFrames(() => look.current(false));
  const again = useRef(() => look.current(true));
  useEffect(() => again.current(), []);
  return again.current;
}
