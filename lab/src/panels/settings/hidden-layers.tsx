// The hidden layers: how many, and how wide each is.
import { Minus, Plus, X } from "lucide-react";
import { Button, Group, Input, NumberField } from "react-aria-components";

interface HiddenLayersProps {
  readonly widths: readonly number[];
  onChange(widths: readonly number[]): void;
}

/** Layers that the page offers; an address may ask for more. */
const mostLayers = 20;
const mostUnits = 512;
const usualUnits = 4;

export function HiddenLayers({ widths, onChange }: HiddenLayersProps) {
  return (
    <fieldset className="hidden-layers">
      <legend className="panel-title">Hidden layers</legend>
      {widths.map((width, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its place.
        <div className="hidden-layer" key={i}>
          <NumberField
            aria-label={`Units of hidden layer ${i + 1}`}
            minValue={1}
            maxValue={mostUnits}
            value={width}
            onChange={(value) => Number.isInteger(value) && onChange(widths.with(i, value))}
          >
            <Group className="stepper">
              <Button slot="decrement" className="icon-button">
                <Minus size={14} aria-hidden />
              </Button>
              <Input className="stepper-input number" />
              <Button slot="increment" className="icon-button">
                <Plus size={14} aria-hidden />
              </Button>
            </Group>
          </NumberField>
          <Button
            className="icon-button"
            aria-label={`Remove hidden layer ${i + 1}`}
            onPress={() => onChange(widths.toSpliced(i, 1))}
          >
            <X size={14} aria-hidden />
          </Button>
        </div>
      ))}
      <Button
        className="text-button"
        isDisabled={widths.length >= mostLayers}
        onPress={() => onChange([...widths, widths.at(-1) ?? usualUnits])}
      >
        <Plus size={14} aria-hidden />
        Layer
      </Button>
    </fieldset>
  );
}
