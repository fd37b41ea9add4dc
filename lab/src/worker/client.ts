// The page's side of the worker: calls that end even where the worker has died, with the engine's errors as errors.
import { ChainruleError } from "chainrule";
import { type Remote, releaseProxy, wrap } from "comlink";
import type { Answer, LabService } from "./service.ts";

/** The worker has died: nothing that was asked of it will be answered. */
export class WorkerDied extends Error {
  override readonly name = "WorkerDied";
}

export class LabClient {
  readonly #worker: Worker;
  readonly #service: Remote<LabService>;
  /** Who waits for an answer: told where the worker dies. */
  readonly #waiting = new Set<(error: WorkerDied) => void>();
  readonly #onDeath: (error: WorkerDied) => void;
  #death: WorkerDied | undefined;
  #isClosed = false;

  /** `onDeath` is called once, whether anything was asked of it or not. */
  constructor(onDeath: (error: WorkerDied) => void = () => {}) {
    this.#worker = new Worker(new URL("./main.ts", import.meta.url), { type: "module", name: "training" });
    this.#service = wrap<LabService>(this.#worker);
    this.#onDeath = onDeath;
    this.#worker.onerror = (event) => this.#die(event.message || "The worker could not be loaded.");
    this.#worker.onmessageerror = () => this.#die("A message of the worker could not be read.");
    void this.#outlive().then((isDead) => isDead && this.#die("The browser ended its worker."));
  }

  /** Until it has ended, of which no event tells: it holds a lock as long as it lives. A page without https has no locks. */
  async #outlive(): Promise<boolean> {
    const { locks } = navigator as Partial<Navigator>;
    if (locks === undefined) return false;
    const name = `worker ${crypto.randomUUID()}`;
    await this.#service.hold(name);
    return locks.request(name, () => !this.#isClosed);
  }

  /** `await client.ask((service) => service.seek(10))`. Throws the engine's ChainruleError, or WorkerDied. */
  async ask<T>(question: (service: Remote<LabService>) => Promise<Answer<T>>): Promise<T> {
    // A call to a dead worker never settles.
    const answer = await new Promise<Answer<T>>((resolve, reject) => {
      if (this.#death !== undefined) throw this.#death;
      this.#waiting.add(reject);
      void question(this.#service)
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(reject));
    });
    if ("error" in answer) throw ChainruleError.fromPlain(answer.error);
    return answer.value;
  }

  /** What is told and not answered. */
  tell(order: (service: Remote<LabService>) => Promise<void>): void {
    void order(this.#service).catch(() => {});
  }

  #die(message: string): void {
    if (this.#death !== undefined) return;
    this.#death = new WorkerDied(message);
    for (const reject of this.#waiting) reject(this.#death);
    this.#waiting.clear();
    this.#onDeath(this.#death);
  }

  close(): void {
    this.#isClosed = true;
    this.#service[releaseProxy]();
    this.#worker.terminate();
  }
}
