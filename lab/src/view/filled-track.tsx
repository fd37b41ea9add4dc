// The track of a slider, filled up to its thumb.
import type { ReactNode, Ref } from "react";
import { SliderThumb, SliderTrack } from "react-aria-components";

interface Props {
  readonly ref?: Ref<HTMLDivElement>;
  /** Under the thumb. */
  readonly children?: ReactNode;
}

export function FilledTrack({ ref, children }: Props) {
  return (
    <SliderTrack ref={ref} className="slider-track">
      {({ state }) => (
        <>
          {children}
          <div className="slider-fill" style={{ transform: `scaleX(${state.getThumbPercent(0)})` }} />
          <SliderThumb className="slider-thumb" />
        </>
      )}
    </SliderTrack>
  );
}
