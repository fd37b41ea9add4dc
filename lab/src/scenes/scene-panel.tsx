// A lesson's text: one beat at a time, at the reader's pace, with a guess before what it shows.
import "./scene-panel.css";
import { useEffect, useRef, useState } from "react";
import { Button, Label, Radio, RadioGroup } from "react-aria-components";
import { useStore } from "../page/use-lab.ts";
import { sceneNames, scenes } from "./index.ts";
import type { Beat, Guess, Scene } from "./scene.ts";

interface ScenePanelProps {
  readonly scene: { readonly name: string; readonly beat: number };
}

export function ScenePanel({ scene: { name, beat } }: ScenePanelProps) {
  const known = sceneNames.find((one) => one === name);
  return known === undefined ? (
    <p>There is no lesson “{name}”.</p>
  ) : (
    <SceneText name={known} scene={scenes[known]} beat={beat} />
  );
}

function SceneText({ name, scene, beat }: { readonly name: string; readonly scene: Scene; readonly beat: number }) {
  const store = useStore();
  const { beats } = scene;
  const at = Math.min(beat, beats.length - 1);
  const go = (to: number) => {
    const next = beats[to];
    if (next !== undefined) store.commit({ ...next.change, scene: { name, beat: to } });
  };
  usePages(
    () => go(at - 1),
    () => go(at + 1),
  );
  const following = sceneNames[sceneNames.indexOf(name as never) + 1];
  const isLast = at === beats.length - 1;
  return (
    <article className="scene" aria-labelledby="scene-title">
      <h2 id="scene-title" className="scene-title">
        {scene.title}
      </h2>
      <BeatText key={`${name} ${at}`} beat={beats[at]!} />
      <div className="scene-pace">
        <Button className="text-button" isDisabled={at === 0} onPress={() => go(at - 1)}>
          Back
        </Button>
        <span className="caption number">
          <span className="visually-hidden">Part </span>
          {at + 1} of {beats.length}
        </span>
        {isLast && following !== undefined ? (
          <Button
            className="text-button"
            onPress={() =>
              store.commit({ ...(scenes[following] as Scene).start, step: 0, scene: { name: following, beat: 0 } })
            }
          >
            {scenes[following].title}
          </Button>
        ) : (
          <Button className="text-button" isDisabled={isLast} onPress={() => go(at + 1)}>
            Next
          </Button>
        )}
      </div>
      <p className="caption scene-keys">Page Up and Page Down turn, Space plays, arrows step</p>
    </article>
  );
}

/** The keys of presenters turn pages. */
function usePages(back: () => void, next: () => void): void {
  const latest = useRef({ back, next });
  latest.current = { back, next };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "PageDown") latest.current.next();
      else if (event.key === "PageUp") latest.current.back();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function BeatText({ beat: { text, guess } }: { readonly beat: Beat }) {
  return (
    <>
      <p className="scene-text">{text}</p>
      {guess && <GuessForm guess={guess} />}
    </>
  );
}

function GuessForm({ guess: { question, answers, right, because } }: { readonly guess: Guess }) {
  const [answer, setAnswer] = useState<string | null>(null);
  return (
    <div className="guess">
      <RadioGroup className="guess-answers" value={answer} onChange={setAnswer}>
        <Label className="guess-question">{question}</Label>
        {answers.map((words, i) => (
          <Radio key={words} value={String(i)} className="guess-answer">
            {words}
          </Radio>
        ))}
      </RadioGroup>
      <p className="guess-because" role="status">
        {answer !== null && (
          <>
            {Number(answer) === right ? "Right. " : `Not quite: ${answers[right]}. `}
            {because}
          </>
        )}
      </p>
    </div>
  );
}
