/** What a backend says of itself in a report, and how fine a clock is. */
import type { Backend } from './backend.js';
import type { AdapterDescription, BackendDescription } from './environment.js';

/** Of any backend: `describeBackend(backend)` calls it `reference`, `wasm x 2` or `webgpu`. */
export function describeBackend(backend: Backend, label: string = labelOf(backend)): BackendDescription {
  const { threads = null, build = null, adapterInfo = null } = backend as Backend & Partial<Described>;
  return { label, backend: backend.name as BackendDescription['backend'], threads, build, adapter: adapterInfo };
}

/** What some backends have. */
interface Described {
  readonly threads: number;
  readonly build: string;
  readonly adapterInfo: AdapterDescription;
}

function labelOf(backend: Backend): string {
  const { threads } = backend as Backend & Partial<Described>;
  return threads === undefined ? backend.name : `${backend.name} x ${threads}`;
}

/** Milliseconds between two readings of a clock that differ, at least: the shortest of many steps. It takes some milliseconds, and
 *  gives up with 0 on a clock that stands still. */
export function timerStep(now: () => number = () => performance.now()): number {
  let step = Number.POSITIVE_INFINITY;
  let before = now();
  const begin = before;
  for (let reading = 0; reading < 1e6 && before - begin < 5; reading++) {
    const time = now();
    if (time > before) step = Math.min(step, time - before);
    before = time;
  }
  return Number.isFinite(step) ? step : 0;
}
