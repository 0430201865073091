/** What the GitHub action `benchmark-action/github-action-benchmark` reads as `customSmallerIsBetter`. */
import type { BenchReport } from '../measure/report.js';
import { nameOf } from './head.js';
import { digits, duration, gflops } from './numbers.js';
import { labelOf, workTime } from './series.js';
import { english } from './texts.js';

export interface ActionBenchmark {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly range: string;
  readonly extra: string;
}

/** The steady time of every row on every contender that ran it. */
export function githubActionBenchmark(report: BenchReport): ActionBenchmark[] {
  return report.rows.flatMap((row) =>
    row.results.flatMap((result, i) => {
      if (!result) return [];
      const { steady, cold } = result;
      const contender = nameOf(report.contenders[i]!, english);
      const rate = row.flops > 0 ? [gflops(row.flops, workTime(result))] : [];
      return [
        {
          name: `${labelOf(row)}, ${contender}`,
          unit: 'ms',
          value: steady.median,
          range: `± ${digits(steady.mad)}`,
          extra: [...rate, `first call ${duration(cold)}`, report.environment.runtime, report.environment.machine].join(
            '\n',
          ),
        },
      ];
    }),
  );
}
