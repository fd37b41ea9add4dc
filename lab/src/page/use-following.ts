// The thumb of a slider that goes with the frames, past React; React, and with it a screen reader, hears of it once a second.
import { type RefObject, useRef } from "react";
import type { Frame } from "../training/frame.ts";
import { usePacedFrames, useStore } from "./use-lab.ts";

/** `share`: where the thumb of a frame is, 0 to 1; `take` is React's part. Gives the ref of the slider. */
export function useFollowing(
  share: (frame: Frame) => number,
  take: (frame: Frame) => void,
): RefObject<HTMLDivElement | null> {
  const store = useStore();
  const slider = useRef<HTMLDivElement>(null);
  usePacedFrames((frame) => {
    slider.current!.toggleAttribute("data-following", store.read().isPlaying);
    slider.current!.style.setProperty("--share", String(share(frame)));
  });
  usePacedFrames(take, 1000);
  return slider;
}
