/** How cost grows with a size, and from which size on one contender wins. */
import type { BenchContender, BenchRow, Crossover, Growth } from './report.js';
import { exponentOf } from './statistics.js';

/** `families`: what each row's name belongs to. Rows that grow together are those of a family, a parameter and a pass; what
 *  has fewer than three of them isn't fitted. */
type Families = ReadonlyMap<string, string>;

export function growths(rows: readonly BenchRow[], families: Families): Growth[] {
  return [...series(rows, families, ['batch', 'growth'])].flatMap(([, members]) => {
    const [{ row, family }] = members;
    const expected = exponentOf(members.map(({ row }) => [row.parameter!.value, row.flops]));
    if (members.length < 3 || expected === null) return [];
    const name = row.pass === 'step' ? family : `${family}, ${row.pass}`;
    return row.results.flatMap((_, contender): Growth[] => {
      const points = members.flatMap(({ row }): [number, number][] => {
        const result = row.results[contender];
        return result ? [[row.parameter!.value, result.steady.median]] : [];
      });
      const exponent = points.length < 3 ? null : exponentOf(points);
      return exponent === null ? [] : [{ contender, name, parameter: row.parameter!.name, exponent, expected }];
    });
  });
}

interface Member {
  readonly row: BenchRow;
  readonly family: string;
}

function series(rows: readonly BenchRow[], families: Families, groups: readonly BenchRow['group'][]) {
  const all = new Map<string, Member[]>();
  for (const row of rows) {
    if (!row.parameter || !groups.includes(row.group)) continue;
    const family = families.get(row.name) ?? row.name;
    const key = [row.group, family, row.parameter.name, row.pass].join('\n');
    all.set(key, [...(all.get(key) ?? []), { row, family }]);
  }
  for (const members of all.values()) members.sort((a, b) => a.row.parameter!.value - b.row.parameter!.value);
  return all;
}

/** From which batch on WebGPU is faster than WASM on all cores, and that than WASM on one thread, for each network. */
export function crossovers(
  rows: readonly BenchRow[],
  families: Families,
  contenders: readonly BenchContender[],
): Crossover[] {
  const byThreads = contenders
    .map((contender, at) => ({ at, threads: contender.threads ?? 0, backend: contender.backend }))
    .filter(({ backend }) => backend === 'wasm')
    .sort((a, b) => a.threads - b.threads);
  const gpu = contenders.findIndex(({ backend }) => backend === 'webgpu');
  const most = byThreads.at(-1);
  const pairs: [slower: number, faster: number][] = [];
  if (most && gpu >= 0) pairs.push([most.at, gpu]);
  if (most && byThreads.length > 1) pairs.push([byThreads[0].at, most.at]);
  return [...series(rows, families, ['batch']).values()].flatMap((members) =>
    pairs.flatMap(([slower, faster]): Crossover[] => {
      const both = members.flatMap(({ row }) => {
        const [a, b] = [row.results[slower], row.results[faster]];
        return a && b ? [{ batch: row.parameter!.value, wins: b.steady.median < a.steady.median }] : [];
      });
      if (both.length < 2) return [];
      const lastLoss = both.findLastIndex(({ wins }) => !wins);
      return [{ network: members[0].family, slower, faster, batch: both[lastLoss + 1]?.batch ?? null }];
    }),
  );
}
