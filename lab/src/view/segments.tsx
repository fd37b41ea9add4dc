// One of a few, all of them in sight.
import "./segments.css";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";

interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly chosen: T;
  readonly choices: readonly { readonly id: T; readonly words: string }[];
  onChange(id: T): void;
}

export function Segments<T extends string>({ label, chosen, choices, onChange }: SegmentsProps<T>) {
  return (
    <ToggleButtonGroup
      className="segments"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[chosen]}
      onSelectionChange={([key]) => {
        const found = choices.find(({ id }) => id === key);
        if (found) onChange(found.id);
      }}
    >
      {choices.map(({ id, words }) => (
        <ToggleButton key={id} id={id} className="segment">
          {words}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
