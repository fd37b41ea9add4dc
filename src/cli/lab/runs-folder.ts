// The runs in a folder, as the lab lists them.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type ListedRun, listedRun, newestFirst } from "../../runs/listed-run.ts";

/** By its name in the folder. */
export interface NamedRun extends ListedRun {
  readonly name: string;
}

export class RunsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  place(name: string): string {
    return join(this.path, name);
  }

  /** The folder of a run: undefined where the name is not that of a folder in this one. */
  async dirOf(name: string): Promise<string | undefined> {
    return (await this.#names()).includes(name) ? this.place(name) : undefined;
  }

  /** Those that hold a run.json, the newest first. */
  async list(): Promise<NamedRun[]> {
    const runs: NamedRun[] = [];
    for (const name of await this.#names()) {
      const run = await listedRun(this.place(name));
      if (run !== undefined) runs.push({ name, ...run });
    }
    return runs.sort((a, b) => newestFirst(a, b) || (a.name < b.name ? -1 : 1));
  }

  /** Links are left out: what they lead to may lie anywhere. */
  async #names(): Promise<string[]> {
    const entries = await readdir(this.path, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }
}
