/** A whole check as one report, which a command and a page show, save and compare. */
import type { BackendDescription, Environment } from '../backends/environment.js';
import type { Candidate } from './candidate.js';
import { type CheckAllOptions, checkAll, lawsToCheck, newSeed } from './check.js';
import type { LawReport } from './examine.js';
import type { CheckReport, CheckRow } from './report.js';

export interface CheckReportOptions extends CheckAllOptions {
  readonly environment: Environment;
  readonly backend: BackendDescription;
  /** Told of each row as soon as it is known, with the report so far. */
  onRow?(row: CheckRow, soFar: CheckReport): void;
}

/**
 * Holds a candidate to the laws of its operations, by WGSL's specification where its rounding is open (`strict: false`). What was
 * interrupted, or ended with a device that can't be replaced, is partial. Throws if an option is wrong.
 */
export async function toCheckReport(
  candidate: Candidate,
  { environment, backend, onRow, ...given }: CheckReportOptions,
): Promise<CheckReport> {
  const options = { strict: false, ...given, runs: given.runs ?? 100, seed: given.seed ?? newSeed() };
  const rows: CheckRow[] = [];
  const soFar = (partial: boolean): CheckReport => ({
    format: 'receptive check',
    version: 1,
    partial,
    runs: options.runs,
    seed: options.seed,
    environment,
    backend,
    rows: [...rows],
  });
  try {
    for await (const report of checkAll(candidate, options)) {
      const row = toRow(report, backend);
      rows.push(row);
      onRow?.(row, soFar(true));
    }
  } catch (error) {
    // Its device is gone: the last row says where.
    if (rows.at(-1)?.failure == null) throw error;
  }
  return soFar(rows.length < lawsToCheck(candidate, options.operations, options.laws).length);
}

function toRow({ failure, seed: _, ...report }: LawReport, backend: BackendDescription): CheckRow {
  return { ...report, failure: failure && { message: failure.message, command: repeatCommand(failure, backend) } };
}

/** What tries exactly this problem again. */
function repeatCommand(
  { operation, law, seed, which }: NonNullable<LawReport['failure']>,
  { backend, threads, build }: BackendDescription,
): string {
  const problem = /^[\w:.-]+$/.test(which) ? which : `'${which.replaceAll("'", "'\\''")}'`;
  return [
    `npx receptive check --backend ${backend}`,
    ...(threads === null ? [] : [`--threads ${threads}`]),
    ...(build?.startsWith('simd') ? ['--no-relaxed-simd'] : []),
    `--operation ${operation} --law ${law} --seed ${seed} --problem ${problem}`,
  ].join(' ');
}
