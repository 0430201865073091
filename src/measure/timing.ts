/** How long something takes: the one clock of this room. */
import { Bench } from 'tinybench';

export interface TimingOptions {
  /** Milliseconds that the measured calls take together, at least. Default: 200. */
  readonly time?: number;
  /** The clock, in milliseconds. It must go on from call to call. Default: `performance.now`. */
  readonly now?: () => number;
}

/** What is timed. */
interface Timed {
  /** One call. It ends when the work is done. */
  run(): Promise<unknown>;
  /** Called before each call, and not timed. */
  prepare?(): void;
  /** Called once, between the warm-up and the first measured call. */
  begin?(): void;
  /** Calls that are measured, at least. */
  readonly calls: number;
  /** Calls that come before them and aren't measured, at least: they compile and allocate. A fifth of the time goes to them. */
  readonly warmups: number;
}

export interface Timing {
  /** Median milliseconds of a call. */
  readonly ms: number;
  /** Calls that it is the median of. */
  readonly calls: number;
}

export async function timed(
  { run, prepare, begin, calls, warmups }: Timed,
  { time = 200, now }: TimingOptions,
): Promise<Timing> {
  const bench = new Bench({
    time,
    now,
    iterations: calls,
    warmupTime: time / 5,
    warmupIterations: warmups,
    throws: true,
  });
  bench.add('run', run, {
    async: true,
    beforeEach: () => prepare?.(),
    beforeAll: (mode) => {
      if (mode === 'run') begin?.();
    },
  });
  const [{ result }] = await bench.run();
  if (result.state !== 'completed') throw new Error(`a measurement ended as '${result.state}'`);
  return { ms: result.latency.p50, calls: result.latency.samplesCount };
}

/** Milliseconds of each call of `run`, one after the other until `time` is over; at least one. */
export async function turn(
  { run, prepare }: Pick<Timed, 'run' | 'prepare'>,
  { time, now }: Required<TimingOptions>,
): Promise<readonly number[]> {
  const bench = new Bench({ time, now, iterations: 1, warmup: false, retainSamples: true, throws: true });
  bench.add('run', run, { async: true, beforeEach: () => prepare?.() });
  const [{ result }] = await bench.run();
  if (result.state !== 'completed') throw new Error(`a measurement ended as '${result.state}'`);
  return result.latency.samples ?? [];
}
