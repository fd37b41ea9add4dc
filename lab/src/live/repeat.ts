// A finished run repeated in the page: its settings and its data, checked by their hash, become a training of the lab.
import { runSettings } from "chainrule/runs";
import type { Settings } from "chainrule/train";
import type { LabState } from "../recipe/recipe.ts";
import type { OwnFile } from "../training/open.ts";
import { readData, readManifest } from "./server.ts";

/** Throws an Error in words where the run cannot be repeated here. */
export async function repeated(name: string): Promise<{ readonly state: LabState; readonly file: OwnFile }> {
  const { data, settings: saved } = await readManifest(name);
  const no = (why: string) => new Error(`The run ${name} cannot be repeated in the page: ${why}.`);
  if ("program" in data) throw no(`${data.program} trained it`);
  if ("sql" in data) throw no("its data came from a query");
  if (data.further !== undefined || data.validation !== undefined) throw no("its data are several files");
  const { stream, validationData, ...settings } = runSettings(name, saved);
  if (stream || validationData !== undefined) throw no("its table was read in blocks");
  const file = { name: data.file.split(/[/\\]/).at(-1)!, bytes: await readData(name, 0) };
  return {
    file,
    state: {
      data: { kind: "file", name: file.name, sha256: data.sha256 },
      settings: lasting(settings),
      interventions: [],
      step: 0,
      row: "batch",
      panels: [],
    },
  };
}

/** Without what the page decides for itself: it computes with bits that are the same everywhere. */
function lasting(settings: object): Settings {
  const { backend: _, threads: __, deterministic: ___, out: ____, ...rest } = settings as Record<string, unknown>;
  return rest as Settings;
}
