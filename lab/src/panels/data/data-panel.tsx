// The data: a built-in set with its options, or a file of one's own with its columns; its first rows, and what the loss pulls on.
import { messageOf } from "../../recipe/setting-words.ts";
import "./data.css";
import type { Settings } from "chainrule/train";
import { useState } from "react";
import type { HashedFile } from "../../page/own-file.ts";
import { useLab, useStore } from "../../page/use-lab.ts";
import { setOf } from "../../sets/index.ts";
import { BlamePanel } from "./blame-panel.tsx";
import { ColumnSheet } from "./column-sheet.tsx";
import { FileDrop } from "./file-drop.tsx";
import { Preview } from "./preview.tsx";
import { SetChoice } from "./set-choice.tsx";
import { SetOptionsPanel } from "./set-options.tsx";
import { type TableChoice, useInspection } from "./use-inspection.ts";

/** What an own table begins with: a network that can be seen whole. */
const ownSettings: Settings = { hidden: [16, 8] };

export function DataPanel() {
  const store = useStore();
  const { state, training } = useLab();
  const { data, settings } = state;
  /** A file that was given and has no target yet: the training before it stays. */
  const [draft, setDraft] = useState<TableChoice & { readonly given: HashedFile }>();
  const [problem, setProblem] = useState<string>();
  const set = data.kind === "set" ? setOf(data.name) : undefined;
  const held = data.kind === "file" ? store.fileOf(data.sha256) : undefined;
  const own: TableChoice | undefined =
    draft ?? (data.kind === "file" && held ? { data, settings, file: held } : undefined);
  const inspection = useInspection(own);

  const take = ({ file, sha256 }: HashedFile) => {
    setProblem(undefined);
    const of = { kind: "file", name: file.name, sha256 } as const;
    setDraft({ data: of, settings: ownSettings, file, given: { file, sha256 } });
  };
  const change = async (next: Settings) => {
    if (own === undefined) return;
    setProblem(undefined);
    const { file, data: of } = own;
    try {
      const found = await store.client.ask((service) => service.inspect({ data: of, settings: next }, file));
      if (found.problem) setProblem(messageOf(found.problem));
      else if (next.target === undefined) setDraft(draft && { ...draft, settings: next });
      else {
        if (draft) store.giveFile(draft.given.sha256, draft.given.file);
        setDraft(undefined);
        store.commit({ data: of, settings: next, interventions: [], selection: undefined, row: "batch", step: 0 });
      }
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <div className="data">
      <SetChoice />
      {set && <p className="caption">{set.about}</p>}
      <SetOptionsPanel />
      <FileDrop onGiven={take} />
      {own && inspection && (
        <ColumnSheet
          choice={own}
          inspection={inspection}
          problem={problem}
          onChange={(next) => void change(next)}
          {...(draft && { onLeave: () => setDraft(undefined) })}
        />
      )}
      <Preview choice={own ?? { data, settings }} />
      {training && draft === undefined && <BlamePanel />}
    </div>
  );
}
