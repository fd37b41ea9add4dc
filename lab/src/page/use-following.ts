// The thumb of a slider that goes with the frames, past React; React, and with it a screen reader, hears of it once a second.
import { type RefObject, useRef } from "react";
import type { Frame } from "../training/frame.ts";
import { useFrames, useStore } from "./use-lab.ts";

/** Milliseconds between two places of the thumb, and between two of which React hears. */
const pause = { thumb: 100, react: 1000 };

/** `share`: where the thumb of a frame is, 0 to 1; `take` is React's part. Gives the ref of the slider. */
export function useFollowing(
  share: (frame: Frame) => number,
  take: (frame: Frame) => void,
): RefObject<HTMLDivElement | null> {
  const store = useStore();
  const slider = useRef<HTMLDivElement>(null);
  const due = useRef({ thumb: 0, react: 0 });
  useFrames((frame) => {
    const { isPlaying } = store.read();
    const now = performance.now();
    if (isPlaying && now < due.current.thumb) return;
    due.current.thumb = now + pause.thumb;
    slider.current!.toggleAttribute("data-following", isPlaying);
    slider.current!.style.setProperty("--share", String(share(frame)));
    if (isPlaying && now < due.current.react) return;
    due.current.react = now + pause.react;
    take(frame);
  });
  return slider;
}
