// Long work in stages: whoever runs it may do something else between them.

/** Runs all stages at once. */
export function finish<T>(stages: Generator<void, T>): T {
  for (;;) {
    const stage = stages.next();
    if (stage.done) return stage.value;
  }
}
