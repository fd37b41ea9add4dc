// The recipe of the training: its data set and its settings.
import { DataPanel } from "./data/data-panel.tsx";

export function RecipePanel() {
  return <DataPanel />;
}
