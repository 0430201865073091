/** The thread that hears Ctrl-C while the main one computes. */
import { writeSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { ASKED, IDLE, TOLD, type Watch } from './interruption.js';

/** npm and others hand on the Ctrl-C that a terminal has sent already: what comes within so many milliseconds is the same one. */
const SAME = 200;

const { flag, text, stream } = workerData as Watch;
const never = new Int32Array(new SharedArrayBuffer(4));
Object.assign(globalThis, { never });

/** Waits so long for Ctrl-C; whether it came. Of all that Node has, this alone hears a signal outside of the main thread. */
function isPressedWithin(ms: number): boolean {
  try {
    runInThisContext(`Atomics.wait(never, 0, 0, ${ms})`, { breakOnSigint: true });
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return true;
    throw error;
  }
}

parentPort!.postMessage('listening');
while (!isPressedWithin(Number.POSITIVE_INFINITY));
if (Atomics.compareExchange(flag, 0, IDLE, ASKED) !== IDLE) process.kill(process.pid, 'SIGINT'); // after SIGTERM, it's the second
parentPort!.postMessage('pressed');
for (let until = performance.now() + SAME; performance.now() < until; isPressedWithin(until - performance.now()));
// From here on nothing listens any more, and Ctrl-C ends the process as it does any other.
if (Atomics.compareExchange(flag, 0, ASKED, TOLD) === ASKED) {
  try {
    writeSync(stream, `\n${text}\n`);
  } catch {
    // nobody reads it
  }
}
