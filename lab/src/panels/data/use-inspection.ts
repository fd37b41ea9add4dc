// What the worker says of a table, asked anew where the table or its settings change.
import { useEffect, useState } from "react";
import { useStore } from "../../page/use-lab.ts";
import { trainingText } from "../../recipe/address.ts";
import type { Recipe } from "../../recipe/recipe.ts";
import type { Inspection } from "../../training/inspect.ts";
import type { OwnFile } from "../../training/open.ts";

/** A table by its recipe, and the file where that names one. */
export interface TableChoice extends Pick<Recipe, "data" | "settings"> {
  readonly file?: OwnFile | undefined;
}

/** Undefined until it is there, and where nothing is asked for. */
export function useInspection(choice: TableChoice | undefined): Inspection | undefined {
  const store = useStore();
  const [inspection, setInspection] = useState<Inspection>();
  const text = choice && trainingText(choice);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text says the choice.
  useEffect(() => {
    if (choice === undefined) {
      setInspection(undefined);
      return;
    }
    let isWanted = true;
    const { file, ...recipe } = choice;
    store.client
      .ask((service) => service.inspect(recipe, file))
      .then((found) => isWanted && setInspection(found))
      // What cannot be opened at all is told where it was opened.
      .catch(() => isWanted && setInspection(undefined));
    return () => {
      isWanted = false;
    };
  }, [text, store]);
  return inspection;
}
