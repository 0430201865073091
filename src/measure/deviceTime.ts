/**
 * How long the device itself works, by its own clock. That clock may be coarse (100 µs in browsers, by specification), may be set back,
 * and on some devices counts in other units than it should. So calls are repeated until they take 50 of its steps, and what it says is
 * held to the clock on the wall; where the two disagree, the time is kept and marked as not to be trusted.
 */
import type { Backend } from '../backends/backend.js';
import type { DeviceClock, WebGPUBackend } from '../backends/webgpuBackend.js';
import { totalOf } from './deviceWork.js';
import type { BenchResult } from './report.js';
import { sampled } from './statistics.js';
import type { PreparedWork } from './work.js';

/** What has a clock on its device, as WebGPU's backend does if it was created with `profile: true`. */
export type Profiled = Pick<WebGPUBackend, 'profiling' | 'deviceClock' | 'resetStats' | 'stats'>;

export function profiledOf(backend: Backend): Profiled | null {
  return 'deviceClock' in backend && 'profiling' in backend ? (backend as Backend & Profiled) : null;
}

/** Steps of the device's clock that a measurement takes at least: then a step is 2 % of it. */
const steps = 50;
/** By how much the two clocks may differ where both time the same. */
const agreement = 0.25;
/** Milliseconds of calls in a row, at most, whatever the steps are. */
const longest = 1000;

interface Reading {
  /** Of one call, in milliseconds. */
  readonly ms: number;
  readonly untrusted: string | null;
}

/** Milliseconds on the device of one call of `work`, some times. `calls`: in a row, to begin with. null if nothing is timed there. */
export async function deviceTime(
  profiled: Profiled,
  work: Pick<PreparedWork, 'start' | 'finished'>,
  calls: number,
  now: () => number,
): Promise<BenchResult['gpu']> {
  profiled.profiling = true;
  try {
    const readings: Reading[] = [];
    let inARow = calls;
    for (let attempt = 0; attempt < 8 && readings.length < 3; attempt++) {
      profiled.resetStats();
      const begin = now();
      for (let i = 0; i < inARow; i++) work.start();
      await work.finished();
      const wall = now() - begin;
      const clock = profiled.deviceClock();
      if (!clock) return null;
      const wanted = clock.span > 0 ? Math.ceil((inARow * steps * clock.step) / clock.span) : 8 * inARow;
      if (wanted > inARow && (wall / inARow) * wanted <= longest) inARow = wanted;
      else readings.push(read(profiled, clock, wall, inARow));
    }
    if (readings.length === 0) return null;
    const untrusted = readings.find((reading) => reading.untrusted)?.untrusted ?? null;
    return { ms: sampled(readings.map(({ ms }) => ms)), untrusted };
  } finally {
    profiled.profiling = false;
  }
}

function read(profiled: Profiled, clock: DeviceClock, wall: number, calls: number): Reading {
  const { dispatches, milliseconds } = totalOf(Object.values(profiled.stats().kernels));
  // Each dispatch's time is off by a step; their sum is better only if that is little. Between dispatches the device may rest.
  const isFine = clock.step * dispatches * 50 <= milliseconds;
  const total = isFine ? milliseconds : clock.span;
  const untrusted =
    clock.backwards > 0
      ? `${clock.backwards} of ${dispatches} dispatches ended before they began`
      : total <= 0
        ? "the device's clock stands still"
        : total < steps * clock.step
          ? `it is less than ${steps} steps of the device's clock, which are ${ms(clock.step)} each`
          : total > 1.02 * wall + clock.step
            ? `the device says ${ms(total)} for what took ${ms(wall)} by the clock`
            : null;
  return { ms: total / calls, untrusted };
}

/**
 * Whether the device's clock counts milliseconds: null if so, and otherwise what is wrong. `work` keeps the device alone busy for so
 * long that calling it and waiting for it (`emptyWait`) is nothing beside it, so that both clocks time the same.
 */
export async function clockDisagrees(
  profiled: Profiled,
  work: Pick<PreparedWork, 'start' | 'finished'>,
  emptyWait: number,
  now: () => number,
): Promise<string | null> {
  profiled.profiling = true;
  try {
    let worst: string | null = null;
    for (let attempt = 0; attempt < 3; attempt++) {
      profiled.resetStats();
      const begin = now();
      work.start();
      await work.finished();
      const wall = now() - begin - emptyWait;
      const { milliseconds } = totalOf(Object.values(profiled.stats().kernels));
      if (Math.abs(milliseconds / wall - 1) <= agreement) return null;
      worst = `of ${ms(wall)} by the clock, the device's own says ${ms(milliseconds)}`;
    }
    return worst;
  } finally {
    profiled.profiling = false;
  }
}

const ms = (milliseconds: number) => `${milliseconds.toPrecision(2)} ms`;
