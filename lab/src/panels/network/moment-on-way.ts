// A moment of a step on its way: one motion for each, and what the parameters were before the step.
import { type RefObject, useCallback, useEffect, useRef } from "react";
import { moment } from "../../page/moment.ts";
import { useFrames } from "../../page/use-lab.ts";
import type { Frame } from "../../training/frame.ts";
import { move } from "../../view/motion.ts";
import type { MomentOnWay } from "./scene.ts";

export function useMomentOnWay(frame: RefObject<Frame | undefined>, redraw: () => void): () => MomentOnWay | undefined {
  const share = useRef(1);
  const end = useRef(() => {});
  const steps = useRef<{ before: Frame | undefined; now: Frame | undefined }>({
    before: undefined,
    now: frame.current,
  });
  /** The step of the moment "update" has come. */
  const isTaken = useRef(false);
  const begin = useCallback(() => {
    end.current();
    end.current = move((next) => {
      share.current = next;
      redraw();
    });
  }, [redraw]);
  useEffect(() => {
    const off = moment.subscribe(() => {
      isTaken.current = false;
      begin();
    });
    return () => {
      off();
      end.current();
    };
  }, [begin]);
  useFrames((next) => {
    const { now } = steps.current;
    if (now?.step === next.step) {
      steps.current.now = next;
      return;
    }
    steps.current = { before: now, now: next };
    if (moment.get() === "update" && !isTaken.current) {
      isTaken.current = true;
      begin();
    } else {
      // Whoever goes on otherwise has left the moments of this step.
      moment.set(undefined);
    }
  });
  return useCallback(() => {
    const name = moment.get();
    if (name === undefined) return undefined;
    const { before, now } = steps.current;
    const isNext = before !== undefined && now !== undefined && before.step + 1 === now.step;
    return { name, share: share.current, before: isNext ? before.parameters : undefined };
  }, []);
}
