// Twins: the training and up to three others of it, each with something changed, in step with one another.
import { messageOf } from "../../recipe/setting-words.ts";
import "./twins-panel.css";
import {
  parseSetting,
  printSetting,
  settings as records,
  type SettingKey,
  type Settings,
  withSettings,
} from "chainrule/train";
import { X } from "lucide-react";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { Button, Form, Input, Label, TextField } from "react-aria-components";
import { Asking } from "../../page/asking.ts";
import type { Twin } from "../../page/twins.ts";
import { useFrames, useLab, useStore, useTwins } from "../../page/use-lab.ts";
import { isTwinSetting } from "../../recipe/address.ts";
import { differenceWords } from "../../recipe/difference.ts";
import { Choice } from "../../view/choice.tsx";
import { shown } from "../../view/numbers.ts";
import { seriesDash, seriesToken } from "../../view/series.ts";

export function TwinsPanel() {
  const store = useStore();
  const { state, training } = useLab();
  const twins = useTwins();
  if (training?.isLesson)
    return <p className="caption">A lesson has one network of its own: twins are of trainings on tables.</p>;
  const drop = (at: number) => store.commit({ twins: (state.twins ?? []).filter((_, i) => i !== at) });
  const adopt = ({ change }: Twin, at: number) =>
    store.commit({
      settings: withSettings(state.settings, change),
      twins: (state.twins ?? []).filter((_, i) => i !== at),
    });
  return (
    <div className="twins">
      <ul className="twins-list" aria-label="Trainings in step">
        <li>
          <Swatch at={0} />
          <span>The training itself</span>
          <LastLoss at={0} />
        </li>
        {twins.map((twin, i) => (
          <li key={JSON.stringify(twin.change)}>
            <Swatch at={i + 1} />
            <span>
              <code>{differenceWords(twin.change, state.settings)}</code>
              {twin.trouble !== undefined && <span className="twins-trouble">{twin.trouble}</span>}
            </span>
            <LastLoss at={i + 1} twin={twin} />
            <Button className="text-button" onPress={() => adopt(twin, i)}>
              Go on with it
            </Button>
            <Button
              className="icon-button"
              aria-label={`Close the twin ${differenceWords(twin.change, state.settings)}`}
              onPress={() => drop(i)}
            >
              <X size={16} aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      {store.twins.hasRoom ? <Duplicate /> : <p className="caption">Four are as many as fit beside one another.</p>}
    </div>
  );
}

function Swatch({ at }: { readonly at: number }) {
  return (
    <svg className="twins-swatch" width="28" height="8" aria-hidden="true">
      <line
        x1="0"
        y1="4"
        x2="28"
        y2="4"
        style={{ stroke: `var(--${seriesToken(at)})` }}
        strokeWidth="2"
        strokeDasharray={seriesDash(at).join(" ")}
      />
    </svg>
  );
}

/** The last loss of its observed steps. */
function LastLoss({ at, twin }: { readonly at: number; readonly twin?: Twin }) {
  const store = useStore();
  const text = useRef<HTMLSpanElement>(null);
  const asking = useMemo(
    () =>
      twin &&
      new Asking(store, async () => {
        const { row } = store.state;
        // What is wrong with it stands beside it.
        const own = await twin.client.ask((service) => service.frame({ row })).catch(() => undefined);
        if (own && text.current) text.current.textContent = shown(own.frame.loss);
      }),
    [store, twin],
  );
  useFrames((frame) => {
    if (asking === undefined) text.current!.textContent = shown(frame.loss);
    else asking.look();
  });
  return (
    <span className="twins-loss">
      <span className="caption">Loss</span> <span ref={text} className="number" data-testid={`twin-loss-${at}`} />
    </span>
  );
}

/** Settings that a twin may have otherwise. */
const keys = (Object.keys(records) as SettingKey[]).filter(isTwinSetting);

function Duplicate() {
  const store = useStore();
  const { state } = useLab();
  const [key, setKey] = useState<SettingKey>("learningRate");
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const now = state.settings[key];
  const add = (event: FormEvent) => {
    event.preventDefault();
    try {
      const value = parseSetting(key, text.trim());
      if (JSON.stringify(value) === JSON.stringify(now)) setError("The training has this value already.");
      else {
        setError(undefined);
        setText("");
        store.addTwin({ [key]: value } as Settings);
      }
    } catch (problem) {
      setError(messageOf(problem));
    }
  };
  return (
    <Form className="twins-form" validationBehavior="aria" onSubmit={add}>
      <Choice
        label="Duplicate with another"
        chosen={key}
        choices={keys.map((id) => ({ id, words: id.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) }))}
        onChange={(id) => setKey(id)}
      />
      <TextField className="twins-value" value={text} onChange={setText} isInvalid={error !== undefined}>
        <Label className="panel-title">Value</Label>
        <Input className="twins-input" placeholder={now === undefined ? "" : printSetting(key, now as never)} />
      </TextField>
      <Button className="text-button" type="submit" isDisabled={text.trim() === ""}>
        Duplicate
      </Button>
      <p className="twins-trouble" role="alert">
        {error}
      </p>
    </Form>
  );
}
