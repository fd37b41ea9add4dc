// The thumb of a slider that goes with the frames, past React; React, and with it a screen reader, hears of it once a second.
import { type RefObject, useRef } from "react";
import type { Frame } from "../training/frame.ts";
import { useFrames, useStore } from "./use-lab.ts";

/** Milliseconds. */
const pause = 1000;

/** `share`: where the thumb of a frame is, 0 to 1; `take` is React's part. Gives the ref of the slider. */
export function useFollowing(
  share: (frame: Frame) => number,
  take: (frame: Frame) => void,
): RefObject<HTMLDivElement | null> {
  const store = useStore();
  const slider = useRef<HTMLDivElement>(null);
  const due = useRef(0);
  useFrames((frame) => {
    const { isPlaying } = store.read();
    slider.current!.toggleAttribute("data-following", isPlaying);
    slider.current!.style.setProperty("--share", String(share(frame)));
    const now = performance.now();
    if (isPlaying && now < due.current) return;
    due.current = now + pause;
    take(frame);
  });
  return slider;
}
