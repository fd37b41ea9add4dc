// Twins of the training that is open: the same recipe with something changed, each in a worker of its own, at the same step.
import { flagText, type Settings, withSettings } from "chainrule/train";
import { mostTwins, trainingText } from "../recipe/address.ts";
import type { LabState, Recipe } from "../recipe/recipe.ts";
import type { ColumnData } from "../training/columns.ts";
import type { OwnFile } from "../training/open.ts";
import type { ColumnView } from "../training/thin.ts";
import { LabClient } from "../worker/client.ts";
import type { Status } from "../worker/service.ts";

export interface Twin {
  /** What it sets otherwise. */
  readonly change: Settings;
  readonly client: LabClient;
  /** Why it cannot be trained, or is not any more. */
  readonly trouble?: string;
}

/** The name of a twin's column: "twin loss: --learning-rate 0.1" has its loss. */
export const twinColumn = (name: string, flags: string): string => `twin ${name}: ${flags}`;

/** A twin as it is worked with. */
class Held {
  readonly client: LabClient;
  /** What is open in it. */
  recipe: Recipe | undefined;
  step = 0;
  trouble: string | undefined;

  readonly change: Settings;

  /** `onTrouble` is called where its worker dies. */
  constructor(change: Settings, onTrouble: () => void) {
    this.change = change;
    this.client = new LabClient(({ message }) => {
      this.trouble = message;
      onTrouble();
    });
  }
}

export class Twins {
  #held: readonly Held[] = [];
  readonly #listeners = new Set<() => void>();
  #list: readonly Twin[] = [];

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): readonly Twin[] => this.#list;

  get hasRoom(): boolean {
    return this.#held.length < mostTwins;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** Those of a state, at its step: what is there already stays. */
  async bring({ data, settings, interventions, step, twins = [] }: LabState, file: OwnFile | undefined): Promise<void> {
    const before = [...this.#held];
    this.#held = twins.map((change) => {
      const at = before.findIndex((one) => sameText(one.change, change));
      return at < 0 ? new Held(change, () => this.#say()) : before.splice(at, 1)[0]!;
    });
    for (const { client } of before) client.close();
    this.#say();
    await this.#each(async (one) => {
      const recipe = { data, interventions, settings: withSettings(settings, one.change) };
      const isSame = one.recipe !== undefined && trainingText(one.recipe) === trainingText(recipe);
      if (!isSame) await one.client.ask((service) => service.open(recipe, step, file));
      else {
        if (!sameText(one.recipe!.interventions, interventions))
          await one.client.ask((service) => service.intervene(interventions));
        if (one.step !== step) await one.client.ask((service) => service.seek(step));
      }
      one.recipe = recipe;
      one.step = step;
      one.trouble = undefined;
    });
    // They have figures now, or others.
    if (twins.length > 0) for (const listener of this.#listeners) listener();
  }

  /** So many steps on; `isLooked` as of the service's. */
  step(steps: number, isLooked?: boolean): Promise<void> {
    return this.#each(async (one) => {
      if (one.recipe === undefined) return;
      const status = await one.client.ask((service) => service.step(steps, isLooked));
      hear(one, status);
    });
  }

  seek(step: number): Promise<void> {
    return this.#each(async (one) => {
      if (one.recipe === undefined || one.step === step) return;
      hear(one, await one.client.ask((service) => service.seek(step)));
    });
  }

  /** Columns of each over the steps, by their own names, under those of its twins. */
  async columns(names: readonly string[], view: ColumnView): Promise<readonly ColumnData[]> {
    const all = await Promise.all(
      this.#held.map(async ({ client, change, recipe }) => {
        if (recipe === undefined) return [];
        const answer = await client.ask((service) => service.columns(-1, names, view)).catch(() => undefined);
        const flags = flagText(change);
        return (answer?.columns ?? []).map((column) => ({ ...column, name: twinColumn(column.name, flags) }));
      }),
    );
    return all.flat();
  }

  /** One that cannot be opened or goes wrong is said beside it: the others go on. */
  async #each(work: (one: Held) => Promise<void>): Promise<void> {
    const held = this.#held;
    await Promise.all(
      held.map(async (one) => {
        try {
          await work(one);
        } catch (error) {
          one.trouble = error instanceof Error ? error.message : String(error);
        }
      }),
    );
    if (held === this.#held) this.#say();
  }

  #say(): void {
    const list = this.#held.map(
      ({ change, client, trouble }): Twin => ({ change, client, ...(trouble !== undefined && { trouble }) }),
    );
    const isSame =
      list.length === this.#list.length &&
      list.every((one, i) => one.client === this.#list[i]!.client && one.trouble === this.#list[i]!.trouble);
    if (isSame) return;
    this.#list = list;
    for (const listener of this.#listeners) listener();
  }
}

function hear(one: Held, { step, standing, failure }: Status): void {
  one.step = step;
  one.trouble = standing === "failed" ? failure?.message : undefined;
}

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
