import type { BenchReport } from './report.js';

/** An entry as github-action-benchmark takes it, with its tool 'customSmallerIsBetter'. */
export interface GithubActionEntry {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly range: string;
  readonly extra: string;
}

/** Every row on every contender, in milliseconds. */
export function githubActionBenchmark({ rows, contenders, environment }: BenchReport): GithubActionEntry[] {
  const extra = `${environment.runtime}, ${environment.machine}, receptive ${environment.version}`;
  return rows
    .filter(({ group }) => group !== 'threads') // whose results are those of 'steps'
    .flatMap(({ name, pass, results }) =>
      results.flatMap((result, i) => {
        if (!result) return [];
        const { median, mad } = result.steady;
        return [
          { name: `${name}, ${pass} (${contenders[i].label})`, unit: 'ms', value: median, range: `± ${mad}`, extra },
        ];
      }),
    );
}
