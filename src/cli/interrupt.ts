// Ctrl-C while training: the first asks for an orderly end, the second ends at once.

/** Exit code of a program ended by SIGINT: 128 + 2. */
const interruptedExitCode = 130;

/** Runs `work` with a signal that the first Ctrl-C aborts; `onFirst` tells the user. */
export async function interruptible<T>(onFirst: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) process.exit(interruptedExitCode);
    controller.abort();
    onFirst();
  };
  process.on("SIGINT", onInterrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}
