// One setting as a field: a list where its record lists its values, a switch where it is on or off, text as the command line reads it elsewhere.
import { parseSetting, printSetting, settings as records, type SettingKey } from "chainrule/train";
import { useEffect, useState } from "react";
import { FieldError, Input, Label, Switch, TextField } from "react-aria-components";
import { messageOf, settingLabel } from "../../recipe/setting-words.ts";
import { Choice } from "../../view/choice.tsx";

interface SettingFieldProps {
  readonly name: SettingKey;
  readonly value: unknown;
  /** What it comes to where it is not given, as text; undefined for none. */
  readonly usual: string | undefined;
  onChange(value: unknown): void;
}

export function SettingField({ name, value, usual, onChange }: SettingFieldProps) {
  const { choices, isOpen } = records[name].type as { choices?: readonly unknown[]; isOpen?: true };
  const label = settingLabel(name);
  if (choices?.every((choice) => typeof choice === "boolean"))
    return (
      <Switch className="switch" isSelected={Boolean(value ?? usual === "true")} onChange={onChange}>
        <span className="switch-track" aria-hidden />
        {label}
      </Switch>
    );
  if (choices !== undefined && !isOpen) {
    const isOptional = usual === undefined;
    const list = [...(isOptional ? ["none"] : []), ...choices.map(String)];
    return (
      <Choice
        label={label}
        chosen={String(value ?? usual ?? "none")}
        choices={list.map((id) => ({ id, words: id }))}
        onChange={(id) => onChange(id === "none" && isOptional ? undefined : id)}
      />
    );
  }
  return <TextSetting name={name} label={label} value={value} usual={usual} onChange={onChange} />;
}

function TextSetting({ name, label, value, usual, onChange }: SettingFieldProps & { readonly label: string }) {
  const given = value === undefined ? "" : printSetting(name, value as never);
  const [text, setText] = useState(given);
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    setText(given);
    setTrouble(undefined);
  }, [given]);
  const commit = () => {
    if (text.trim() === given) return;
    if (text.trim() === "") return onChange(undefined);
    try {
      onChange(parseSetting(name, text.trim()));
    } catch (error) {
      setTrouble(messageOf(error));
    }
  };
  return (
    <TextField
      className="text-setting"
      value={text}
      onChange={setText}
      isInvalid={trouble !== undefined}
      onBlur={commit}
    >
      <Label className="panel-title">{label}</Label>
      <Input
        className="text-input number"
        placeholder={usual ?? "none"}
        inputMode="decimal"
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
        }}
      />
      <FieldError className="field-error">{trouble}</FieldError>
    </TextField>
  );
}
