// Signals while a training is at work: the first asks for an orderly end, the second ends at once.

/** Exit codes of a program that a signal ended: 128 and its number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Runs `work`, saving and all, with a signal that the first Ctrl-C, SIGTERM or SIGHUP aborts; `onFirst` tells the user. */
export async function interruptible<T>(onFirst: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const handlers = Object.entries(exitCodes).map(([name, code]) => {
    const handler = () => {
      if (controller.signal.aborted) process.exit(code);
      controller.abort();
      onFirst();
    };
    return [name, handler] as const;
  });
  for (const [name, handler] of handlers) process.on(name, handler);
  try {
    return await work(controller.signal);
  } finally {
    for (const [name, handler] of handlers) process.off(name, handler);
  }
}
