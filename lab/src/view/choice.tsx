// One of several, chosen from a list that opens.
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from "react-aria-components";

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly chosen: string;
  readonly choices: readonly { readonly id: T; readonly words: string }[];
  onChange(id: T): void;
}

export function Choice<T extends string>({ label, chosen, choices, onChange }: ChoiceProps<T>) {
  return (
    <Select
      className="select"
      selectedKey={chosen}
      onSelectionChange={(key) => {
        const found = choices.find(({ id }) => id === key);
        if (found) onChange(found.id);
      }}
    >
      <Label className="panel-title">{label}</Label>
      <Button className="text-button">
        <SelectValue />
      </Button>
      <Popover className="popover">
        <ListBox className="list-box">
          {choices.map(({ id, words }) => (
            <ListBoxItem key={id} id={id} className="list-box-item">
              {words}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
