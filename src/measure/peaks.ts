/** What a backend takes for nothing, and what it can do at best: the ground that its rows stand on. */
import type { Backend } from '../backends/backend.js';
import { median } from './statistics.js';

/** Milliseconds of waiting for no work: of each of some waits. A wait may take 0.1 ms or 100, by the browser. */
export async function emptyWaits(backend: Backend, now: () => number, time = 100): Promise<number[]> {
  const flag = backend.allocate(1, 'float32');
  const waits: number[] = [];
  await backend.read(flag);
  const begin = now();
  while (waits.length < 3 || (waits.length < 25 && now() - begin < time)) {
    const start = now();
    await backend.read(flag);
    waits.push(now() - start);
  }
  backend.free(flag);
  return waits;
}

export interface Peak {
  /** GFLOP/s. */
  readonly compute: number;
  /** GB/s. */
  readonly bandwidth: number;
}

/** Milliseconds after which there are no more attempts than three. */
const longest = 500;

/** Numbers of each array that is copied: 64 MiB, more than most caches hold. */
const copied = 2 ** 24;

/**
 * The best of some attempts, since other programs can only slow one down. `least`: milliseconds that an attempt takes at least, so
 * that waiting for it is nothing beside it. null on a backend without kernels for it.
 */
export async function measurePeak(backend: Backend, now: () => number, least: number): Promise<Peak | null> {
  const { peakKernels } = backend;
  if (!peakKernels) return null;
  const flag = backend.allocate(1, 'float32');
  /** Operations a millisecond. `work(n)` does it n times, and gives the number of operations. */
  const best = async (work: (times: number) => number): Promise<number> => {
    let times = 1;
    let rate = 0;
    const begin = now();
    for (let attempts = 0; attempts < 3 || (attempts < 12 && now() - begin < longest); ) {
      const start = now();
      const operations = work(times);
      await backend.read(flag);
      const ms = now() - start;
      if (ms >= least || times >= 2 ** 24) attempts++;
      else times *= ms > least / 8 ? 2 : 8;
      if (ms > 0) rate = Math.max(rate, operations / ms);
    }
    return rate;
  };
  try {
    const compute = (await best(peakKernels.multiplyAdd)) / 1e6;
    const [y, x] = [backend.allocate(copied, 'float32'), backend.allocate(copied, 'float32')];
    const bandwidth = await best((times) => {
      for (let i = 0; i < times; i++) peakKernels.copy(y, x);
      return times * 2 * 4 * copied;
    });
    backend.free(y);
    backend.free(x);
    return { compute, bandwidth: bandwidth / 1e6 };
  } finally {
    backend.free(flag);
    backend.emptyCache();
  }
}

/** How many milliseconds one attempt takes, beside an empty wait. */
export const leastAttempt = (waits: readonly number[]) => Math.max(8, 20 * median(waits));
