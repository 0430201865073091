/** Exit code of a command that Ctrl-C interrupted, as shells have it. */
export const INTERRUPTED = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Ctrl-C does what it always does again. */
  end(): void;
}

/** Ctrl-C once asks to finish what is under way, and prints what that is; twice ends the process. */
export function listenForInterruption(finishing: string, print: (line: string) => void = console.log): Interruption {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    print(`\n${finishing}; Ctrl-C again quits at once`);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, onInterrupt);
  return {
    signal: controller.signal,
    end() {
      for (const signal of signals) process.off(signal, onInterrupt);
    },
  };
}
