// What a built-in set can be asked for, and the share of the rows that is kept for validation.
import { Label, Slider, SliderOutput, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { useLab, useStore } from "../../page/use-lab.ts";
import type { LabState, SetOptions } from "../../recipe/recipe.ts";
import { setOf } from "../../sets/index.ts";
import { FilledTrack } from "../../view/filled-track.tsx";
import { percent, shown } from "../../view/numbers.ts";

/** Of the command line, where it is not given. */
const usualShare = 0.2;

/** The state from its beginning, with rows that may be others. */
const fromBeginning = { step: 0, row: "batch" } as const;

export function SetOptionsPanel() {
  const store = useStore();
  const { data, settings } = useLab().state;
  const set = data.kind === "set" ? setOf(data.name) : undefined;
  const options = (change: SetOptions): Partial<LabState> =>
    data.kind === "set" ? { data: { ...data, options: { ...data.options, ...change } }, ...fromBeginning } : {};
  const share = (validation: number) => ({ settings: { ...settings, validation }, ...fromBeginning });
  return (
    <>
      <div className="data-sliders">
        {data.kind === "set" && set?.kind === "table" && set.noise !== undefined && (
          <ShareSlider
            label="Noise"
            value={data.options.noise ?? set.noise}
            most={1}
            words={(value) => shown(value, 2)}
            onMove={(noise) => store.preview(options({ noise }))}
            onEnd={(noise) => store.commit(options({ noise }))}
          />
        )}
        <ShareSlider
          label="Validation"
          value={settings.validation ?? usualShare}
          most={0.5}
          words={percent}
          onMove={(value) => store.preview(share(value))}
          onEnd={(value) => store.commit(share(value))}
        />
      </div>
      {data.kind === "set" && set?.kind === "table" && set.extra !== undefined && (
        <div className="data-extra">
          <span className="panel-title" id="extra-features">
            Extra features
          </span>
          <ToggleButtonGroup
            className="data-features"
            aria-labelledby="extra-features"
            selectionMode="multiple"
            selectedKeys={data.options.extra ?? []}
            onSelectionChange={(keys) => {
              const extra = Object.keys(set.extra!).filter((name) => keys.has(name));
              // Of another network: what was done to numbers of this one, and which is looked at, has no place there.
              store.commit({ ...options({ extra }), interventions: [], selection: undefined });
            }}
          >
            {Object.keys(set.extra).map((name) => (
              <ToggleButton key={name} id={name} className="data-feature">
                {name}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        </div>
      )}
    </>
  );
}

interface ShareSliderProps {
  readonly label: string;
  readonly value: number;
  readonly most: number;
  words(value: number): string;
  onMove(value: number): void;
  onEnd(value: number): void;
}

const sliderStep = 0.05;
/** Without the digits that a slider's steps add up to. */
const even = (value: number): number => Math.round(value / sliderStep) / (1 / sliderStep);

function ShareSlider({ label, value, most, words, onMove, onEnd }: ShareSliderProps) {
  return (
    <Slider
      className="slider data-slider"
      minValue={0}
      maxValue={most}
      step={sliderStep}
      value={value}
      onChange={(next) => onMove(even(next))}
      onChangeEnd={(next) => onEnd(even(next))}
    >
      <Label className="panel-title">{label}</Label>
      <SliderOutput className="number data-slider-value">{({ state }) => words(state.values[0]!)}</SliderOutput>
      <FilledTrack />
    </Slider>
  );
}
