/** What changed from one report to another beyond noise. */
import type { BenchContender, BenchReport, BenchResult, BenchRow, Change } from './report.js';
import { logVarianceOfMedian, ratioInterval } from './statistics.js';

/** Two processes that run the same code lie apart by this much, as a standard deviation: where memory lies, which code was compiled
 *  when. No process can see that of itself. */
const betweenProcesses = 0.02;
/** A change is one if it is as many standard deviations away from none. Of a hundred rows, more than every twentieth would be by
 *  chance outside of an interval of 95 %; hardly one is outside of this. */
const deviations = 3;

/**
 * Every row that both reports have, contender by contender. The interval knows three sources of noise: calls differ from call to
 * call; rounds differ from round to round, which the rows of a report tell together; and processes differ. If the machine's
 * peaks have changed, the interval is widened up to the ratio that remains when the peaks' is taken out.
 */
export function compareReports(before: BenchReport, after: BenchReport): Change[] {
  const rows = new Map(before.rows.map((row) => [keyOf(row), row]));
  return after.rows.flatMap((row) => {
    const old = rows.get(keyOf(row));
    if (!old || row.group === 'threads') return []; // whose results are those of 'steps'
    return after.contenders.flatMap((contender, i): Change[] => {
      const j = before.contenders.findIndex(({ label }) => label === contender.label);
      const [now, then] = [row.results[i], j < 0 ? null : old.results[j]];
      if (!now || !then) return [];
      const between = betweenRounds(after, i, now) + betweenRounds(before, j, then) + 2 * betweenProcesses ** 2;
      const drift = peakRatio(before.contenders[j], contender);
      return [{ name: row.name, pass: row.pass, contender: contender.label, ...changeOf(then, now, between, drift) }];
    });
  });
}

const keyOf = ({ group, name, pass }: BenchRow) => `${group}\n${name}\n${pass}`;

function changeOf(then: BenchResult, now: BenchResult, between: number, drift: number) {
  const [a, b] = [now.steady, then.steady];
  const ratio = a.median / b.median;
  const [low, high] = ratioInterval(a.samples, b.samples, between);
  const interval = [low * Math.min(1, drift), high * Math.max(1, drift)] as const;
  const noise =
    deviations * Math.sqrt(logVarianceOfMedian(a.samples) + logVarianceOfMedian(b.samples) + between) +
    Math.abs(Math.log(drift));
  const isChange = (interval[0] > 1 || interval[1] < 1) && Math.abs(Math.log(ratio)) > noise;
  const verdict: Change['verdict'] = !isChange ? 'no change' : ratio > 1 ? 'slower' : 'faster';
  return { before: b.median, after: a.median, ratio, interval, verdict };
}

/** Of the logarithm of a median over all rounds: what rounds add to it. As two or three rounds of one row say little, it is at least
 *  what three quarters of the report's rows stay below. A machine that lends a core to others for some seconds may slow down all rounds
 *  of one row, and few rounds of the others: their middle wouldn't show it. */
function betweenRounds({ rows }: BenchReport, contender: number, own: BenchResult): number {
  const variances = rows.flatMap(({ results }) => varianceOfRounds(results[contender]) ?? []).toSorted((a, b) => a - b);
  const usual = variances[Math.floor(0.75 * variances.length)] ?? 0;
  return Math.max(usual, varianceOfRounds(own) ?? 0);
}

/** The variance of the mean of a result's rounds, in logarithms. null of a single round. */
function varianceOfRounds(result: BenchResult | null): number | null {
  const logs = (result?.rounds ?? []).filter((ms) => ms > 0).map(Math.log);
  if (logs.length < 2) return null;
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1) / logs.length;
}

/** How much faster the machine has become: what to multiply a ratio of times by in order to take it out. */
function peakRatio(before: BenchContender, after: BenchContender): number {
  const ratio = (after.peaks?.compute.median ?? 0) / (before.peaks?.compute.median ?? 0);
  return Number.isFinite(ratio) && ratio > 0 ? ratio : 1;
}
