/**
 * What Ctrl-C, a closed terminal (SIGHUP) and SIGTERM do: whatever is under way is finished, and kept. A second Ctrl-C quits at once.
 *
 * JavaScript hears signals between two of its tasks only, and a step of a large network is one task of a minute. So Ctrl-C is heard by a
 * thread of its own (`interruptionThread.ts`), which sets a flag that the main thread looks at, and says so in its stead if that is busy.
 */
import { Worker } from 'node:worker_threads';

/** Exit codes as shells have them: 128 + the signal's number. */
const INTERRUPTED = 130;
/** The terminal was closed. */
export const CLOSED = 129;
const CODES = { SIGTERM: 143, SIGHUP: CLOSED } as const;

/** What the flag is set to: nothing was asked, it was asked, and the user has been told. */
export const IDLE = 0;
export const ASKED = 1;
export const TOLD = 2;

/** What the thread is started with. */
export interface Watch {
  readonly flag: Int32Array;
  /** What is said, and the number of the stream that it goes to. */
  readonly text: string;
  readonly stream: number;
}

export interface Interruption {
  readonly signal: { readonly aborted: boolean };
  /** What the process should exit with, once it was interrupted. */
  readonly code: number;
  /** Signals do what they always do again. */
  end(): Promise<void>;
}

let listening: ((code: number) => void) | null = null;

/** Does what Ctrl-C does; false: nothing is under way that could be finished. */
export function interrupt(): boolean {
  listening?.(INTERRUPTED);
  return listening !== null;
}

/** `finishing` says what will be finished; `print` may have to take a line of progress away first, and `stream` is where it prints. */
export async function listenForInterruption(
  finishing: string,
  print: (text: string) => void = console.log,
  stream: number = process.stdout.fd,
): Promise<Interruption> {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const text = `${finishing}; Ctrl-C again quits at once`;
  let code = INTERRUPTED;
  const ask = (asked: number) => {
    if (Atomics.compareExchange(flag, 0, IDLE, TOLD) !== IDLE) return; // a closed terminal says so twice
    code = asked;
    print(text);
  };
  const watch: Watch = { flag, text, stream };
  const thread = new Worker(new URL('./interruptionThread.js', import.meta.url), { workerData: watch, execArgv: [] });
  await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
  thread.on('message', () => {
    if (Atomics.compareExchange(flag, 0, ASKED, TOLD) === ASKED) print(text);
  });
  thread.unref();
  const handlers = Object.entries(CODES).map(([name, its]) => [name, () => ask(its)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  listening = ask;
  return {
    signal: {
      get aborted() {
        return Atomics.load(flag, 0) !== IDLE;
      },
    },
    get code() {
      return code;
    },
    async end() {
      listening = null;
      for (const [name, handler] of handlers) process.off(name, handler);
      await thread.terminate();
    },
  };
}
