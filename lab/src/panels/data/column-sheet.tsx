// The columns of an own table: which is predicted, what each was taken for, and what that can be changed to.

import type { ColumnType } from "chainrule/data";
import { flagText, type SettingKey, type Settings, withSettings } from "chainrule/train";
import { X } from "lucide-react";
import { useId } from "react";
import { Button } from "react-aria-components";
import { messageOf } from "../../recipe/setting-words.ts";
import type { InspectedColumn, Inspection } from "../../training/inspect.ts";
import { counted } from "../../view/numbers.ts";
import type { TableChoice } from "./use-inspection.ts";

/** What a column can be said to be, in the order in which it is offered. */
const typeWords: Readonly<Record<ColumnType | "ignore", string>> = {
  number: "number",
  category: "category",
  boolean: "boolean",
  date: "date",
  time: "time of day",
  duration: "duration",
  text: "text",
  identifier: "identifier",
  constant: "constant",
  ignore: "ignore",
};
type TypeName = keyof typeof typeWords;
const typeNames = Object.keys(typeWords) as TypeName[];

interface ColumnSheetProps {
  readonly choice: TableChoice;
  readonly inspection: Inspection;
  /** Why the last change was not made. */
  readonly problem: string | undefined;
  onChange(settings: Settings): void;
  /** Where it is not trained on yet. */
  onLeave?(): void;
}

export function ColumnSheet({ choice, inspection, problem, onChange, onLeave }: ColumnSheetProps) {
  const { settings, data } = choice;
  const { columns, notes, warnings, rows } = inspection;
  const target = useId();
  const given = settings.target === undefined ? "" : [settings.target].flat().join(", ");
  const names = columns.map(({ name }) => name);
  return (
    <section className="columns" aria-label={`Columns of ${data.name}`}>
      <div className="columns-head">
        <h2 className="columns-name">{data.name}</h2>
        <span className="caption">
          {counted(rows)} rows, {counted(columns.length)} columns
        </span>
        {onLeave && (
          <Button className="icon-button" aria-label={`Leave ${data.name}`} onPress={onLeave}>
            <X size={16} aria-hidden />
          </Button>
        )}
      </div>
      <div className="columns-target">
        <label htmlFor={target} className="panel-title">
          Predict
        </label>
        <select
          id={target}
          className="column-select"
          value={given}
          onChange={({ target: { value } }) => onChange({ ...settings, target: value })}
        >
          {!names.includes(given) && <option value={given}>{given === "" ? "Choose a column…" : given}</option>}
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <p className="data-problem" role="alert">
        {problem ?? (inspection.problem && messageOf(inspection.problem))}
      </p>
      <ul className="columns-list">
        {columns.map((column) => (
          <ColumnItem key={column.name} column={column} settings={settings} onChange={onChange} />
        ))}
      </ul>
      <Warnings warnings={warnings} settings={settings} onChange={onChange} />
      {notes.map((note) => (
        <p key={note} className="caption">
          {note}
        </p>
      ))}
    </section>
  );
}

interface ColumnItemProps {
  readonly column: InspectedColumn;
  readonly settings: Settings;
  onChange(settings: Settings): void;
}

function ColumnItem({ column, settings, onChange }: ColumnItemProps) {
  const { name, type, role, missing, features, featureWords, reason, examples } = column;
  const id = useId();
  const types = new Map(
    settings.columnTypes instanceof Map ? settings.columnTypes : Object.entries(settings.columnTypes ?? {}),
  ) as Map<string, TypeName>;
  const isSet = types.has(name);
  const change = (value: string) => {
    const next = new Map(types);
    const chosen = typeNames.find((one) => one === value);
    if (chosen === undefined) next.delete(name);
    else next.set(name, chosen);
    const { columnTypes: _, ...others } = settings;
    onChange(next.size === 0 ? others : { ...others, columnTypes: next });
  };
  const becomes =
    role === "feature" ? (featureWords ?? (features > 1 ? `${features} features` : "")) : reason === "" ? role : reason;
  return (
    <li className="column" data-role={role}>
      <label htmlFor={id} className="column-name" title={name}>
        {name}
      </label>
      <select
        id={id}
        className="column-select"
        value={isSet ? type : ""}
        onChange={({ target }) => change(target.value)}
      >
        <option value="">{isSet ? "as inferred" : typeWords[type]}</option>
        {typeNames
          .filter((one) => isSet || one !== type)
          .map((one) => (
            <option key={one} value={one}>
              {typeWords[one]}
            </option>
          ))}
      </select>
      <span className="column-words caption">
        {[examples.join(", "), missing > 0 && `${counted(missing)} missing`, becomes].filter(Boolean).join(" · ")}
      </span>
    </li>
  );
}

interface WarningsProps {
  readonly warnings: Inspection["warnings"];
  readonly settings: Settings;
  onChange(settings: Settings): void;
}

/** What is unusual, with the flags that change what is done about it. */
function Warnings({ warnings, settings, onChange }: WarningsProps) {
  return warnings.map(({ message, settings: advice }) => (
    <div key={message} className="columns-warning">
      <p>{message}</p>
      {advice.map(({ setting, value, does }) =>
        value === undefined ? null : (
          <Button
            key={`${setting} ${String(value)}`}
            className="text-button"
            onPress={() => onChange(withSettings(settings, { [setting]: value } as Settings))}
          >
            {flagText({ [setting as SettingKey]: value } as Settings)}
            {does && <span className="visually-hidden"> {does}</span>}
          </Button>
        ),
      )}
    </div>
  ));
}
