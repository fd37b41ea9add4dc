// Which built-in set: a small picture of each.
import { useEffect, useRef } from "react";
import { ListBox, ListBoxItem } from "react-aria-components";
import { useLab, useStore } from "../../page/use-lab.ts";
import { stateOfSet } from "../../recipe/address.ts";
import { setNames, setOf, type TableSet } from "../../sets/index.ts";
import { sized } from "../../view/canvas.ts";
import { onTheme } from "../../view/tokens.ts";
import { drawSet } from "./set-picture.ts";

const tables = setNames.flatMap((name) => {
  const set = setOf(name);
  return set.kind === "table" ? [{ name, set }] : [];
});

export function SetChoice() {
  const store = useStore();
  const { data } = useLab().state;
  return (
    <ListBox
      className="set-choice"
      aria-label="Data set"
      layout="grid"
      selectionMode="single"
      disallowEmptySelection={data.kind === "set"}
      selectedKeys={data.kind === "set" ? [data.name] : []}
      onSelectionChange={(keys) => {
        const chosen = tables.find(({ name }) => keys !== "all" && keys.has(name));
        if (chosen) store.commit(stateOfSet(chosen.name));
      }}
    >
      {tables.map(({ name, set }) => (
        <ListBoxItem key={name} id={name} textValue={set.title} className="set-item">
          <Picture set={set} />
          <span className="set-title">{set.title}</span>
        </ListBoxItem>
      ))}
    </ListBox>
  );
}

function Picture({ set }: { readonly set: TableSet }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const surface = sized(canvas.current!, (context, width, height) => void drawSet(context, width, height, set));
    const off = onTheme(surface.redraw);
    return () => {
      surface.end();
      off();
    };
  }, [set]);
  return <canvas ref={canvas} className="set-picture" aria-hidden />;
}
