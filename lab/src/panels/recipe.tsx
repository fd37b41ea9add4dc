// The recipe of the training: its data set and its settings.
import { useLab, useStore } from "../page/use-lab.ts";
import { stateOfSet } from "../recipe/address.ts";
import { setNames, setOf } from "../sets/index.ts";
import { Choice } from "../view/choice.tsx";

const tables = setNames.filter((name) => setOf(name).kind === "table");

export function RecipePanel() {
  const store = useStore();
  const { state } = useLab();
  const { data } = state;
  return (
    <Choice
      label="Data"
      chosen={data.name}
      choices={tables.map((name) => ({ id: name, words: setOf(name).title }))}
      onChange={(name) => store.commit(stateOfSet(name))}
    />
  );
}
