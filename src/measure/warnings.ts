/** What a reader of a report must know of the machine. */
import type { BenchContender, BenchRow } from './report.js';
import { median } from './statistics.js';

/** By how much the peaks of one run may differ. */
const drift = 0.1;
/** By how much calls may vary: half of all samples of a row lie within so much of its median, relatively. */
const noise = 0.05;

/** A machine that became slower or faster while it was measured. */
export function driftWarnings(contenders: readonly BenchContender[]): string[] {
  return contenders.flatMap(({ label, peaks }) => {
    const samples = peaks?.compute.samples ?? [];
    const [low, high] = [Math.min(...samples), Math.max(...samples)];
    if (samples.length < 2 || high <= (1 + drift) * low) return [];
    const list = samples.map((gflops) => gflops.toPrecision(3)).join(', ');
    return [`the machine drifted: ${label} reached ${list} GFLOP/s from round to round`];
  });
}

/** A machine that had other things to do. */
export function noiseWarnings(rows: readonly BenchRow[]): string[] {
  const spreads = rows.flatMap(({ results }) =>
    results.flatMap((result) =>
      result && result.steady.samples.length > 2 ? [result.steady.mad / result.steady.median] : [],
    ),
  );
  const typical = median(spreads);
  if (!(typical > noise)) return [];
  return [
    `a noisy run: half of the samples of a typical row are more than ${(100 * typical).toFixed(0)} % off its median`,
  ];
}
