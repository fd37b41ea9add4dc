// A hook that asks the worker with the frames: see Asking.
import type { Remote } from "comlink";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Answer, LabService } from "../worker/service.ts";
import { Asking, type AskingPace } from "./asking.ts";
import { useFrames, useStore } from "./use-lab.ts";

/** `take` gets every answer of the training that is open, past React; no `ask`, no question. Gives what asks at once, where what is asked is another thing. */
export function useAsked<T>(
  ask: ((service: Remote<LabService>) => Promise<Answer<T>>) | undefined,
  take: (answer: T) => void,
  pace?: AskingPace,
): () => void {
  const store = useStore();
  const latest = useRef({ ask, take });
  latest.current = { ask, take };
  const isThere = useRef(true);
  const [asking] = useState(() => {
    const once = async () => {
      const { generation } = store.read();
      if (latest.current.ask === undefined) return;
      const answer = await store.client.ask(latest.current.ask);
      if (isThere.current && generation === store.read().generation) latest.current.take(answer);
    };
    return new Asking(store, once, pace);
  });
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);
  useFrames(() => asking.look());
  return useCallback(() => asking.again(), [asking]);
}
