/** What belongs together in a report of measuring: rows that differ in one size alone, and what can be computed from a row. */
import type { BenchGroup, BenchReport, BenchResult, BenchRow, Growth } from '../measure/report.js';

export function labelOf({ name, pass }: Pick<BenchRow, 'name' | 'pass'>): string {
  return pass === 'step' ? name : `${name}, ${pass}`;
}

/** Milliseconds of the work itself: on the device where its own times are trusted, of a steady call elsewhere. */
export function workTime({ steady, gpu }: BenchResult): number {
  return gpu && gpu.untrusted === null ? gpu.ms.median : steady.median;
}

/** Rows of one work in which one size grows. */
export interface Family {
  readonly label: string;
  readonly parameter: string;
  readonly rows: readonly BenchRow[];
}

/** In the order of the report; within a family by size. */
export function familiesOf({ rows }: BenchReport, group: BenchGroup): Family[] {
  const found = new Map<string, { label: string; parameter: string; rows: BenchRow[] }>();
  for (const row of rows) {
    if (row.group !== group || !row.parameter) continue;
    const label = labelOf({ name: withoutSize(row.name, row.parameter), pass: row.pass });
    const parameter = row.parameter.name;
    const key = `${label}\n${parameter}`;
    const family = found.get(key) ?? { label, parameter, rows: [] };
    family.rows.push(row);
    found.set(key, family);
  }
  return [...found.values()].map((family) => ({
    ...family,
    rows: family.rows.sort((a, b) => a.parameter!.value - b.parameter!.value),
  }));
}

/** `mnistNet, batch 64` without the part that says 64: the one that names what grows, or else the last that has the number. */
function withoutSize(name: string, { name: parameter, value }: NonNullable<BenchRow['parameter']>): string {
  const parts = name.split(', ');
  const hasValue = (part: string) => part.split(/[^0-9.]+/).includes(String(value));
  const index = parts.findIndex((part) => hasValue(part) && part.includes(parameter));
  const other = parts.findLastIndex(hasValue);
  const dropped = index >= 0 ? index : other;
  return dropped > 0 ? parts.filter((_, i) => i !== dropped).join(', ') : name;
}

/** How many times as fast a row is, on a contender, as the row of its family with the fewest threads on the same backend. */
export function threadSpeedup(report: BenchReport, row: BenchRow, contender: number): number | null {
  const backendOf = (i: number) => report.contenders[i]!.backend;
  const own = row.results[contender];
  const family = familiesOf(report, 'threads').find(({ rows }) => rows.includes(row));
  for (const { results } of family?.rows ?? []) {
    const first = results.find((result, i) => result && backendOf(i) === backendOf(contender));
    if (first && own) return first.steady.median / own.steady.median;
  }
  return null;
}

/** The fit that belongs to a family, on one contender. */
export function growthOf({ growth }: BenchReport, { label, parameter }: Family, contender: number): Growth | undefined {
  return growth.find((one) => one.contender === contender && one.parameter === parameter && label.startsWith(one.name));
}

/** The contender that others are held against: the first of those that ran most of these rows. null: there is nobody else. */
export function baseOf(rows: readonly BenchRow[], contenders: readonly unknown[]): number | null {
  const counts = contenders.map((_, i) => rows.filter(({ results }) => results[i]).length);
  const most = Math.max(0, ...counts);
  return counts.filter((count) => count > 0).length > 1 ? counts.indexOf(most) : null;
}

/** Contenders that ran some of these rows. */
export function shownIn(rows: readonly BenchRow[], { contenders }: Pick<BenchReport, 'contenders'>): number[] {
  return [...contenders.keys()].filter((i) => rows.some((row) => row.results[i]));
}

/** How many times as fast the contender `i` is as another. */
export function speedup({ results }: BenchRow, i: number, base: number): number | null {
  const [own, theirs] = [results[i], results[base]];
  return own && theirs ? theirs.steady.median / own.steady.median : null;
}
