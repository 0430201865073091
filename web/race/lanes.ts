/** Who can race here. */
import type { BackendName } from 'receptive';
import { surroundings } from '../forms/surroundings.js';
import { mostThreads } from '../work/here.js';
import type { Found } from '../work/messages.js';

export interface Lane {
  /** As reports call it: `wasm x 2`. */
  readonly label: string;
  readonly backend: BackendName;
  /** Of wasm; 1 elsewhere. */
  readonly threads: number;
}

/** 1 to 4, then 8, 16 … and all that there are. */
const threadCounts = [
  ...new Set([1, 2, 3, 4, 8, 16, 32, 64].filter((count) => count < mostThreads).concat(mostThreads)),
];

/** The lanes of a backend. */
export function lanesOf(backend: BackendName): Lane[] {
  if (backend !== 'wasm') return [{ label: backend, backend, threads: 1 }];
  return threadCounts.map((threads) => ({ label: `wasm x ${threads}`, backend, threads }));
}

/** The reference is the last: it takes longest, and the others needn't wait for it. */
const places: readonly BackendName[] = ['wasm', 'webgpu', 'reference'];

/** All backends that were looked for, in the order in which they race. */
export function foundBackends(): Found[] {
  const found = surroundings.value?.backends ?? [];
  return found.toSorted((a, b) => places.indexOf(a.name) - places.indexOf(b.name));
}

/** All that this browser has. */
export function lanesHere(): Lane[] {
  return foundBackends()
    .filter(({ description }) => description)
    .flatMap(({ name }) => lanesOf(name));
}
