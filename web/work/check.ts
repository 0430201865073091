/** Holds a backend of this browser to the laws. */
import { createBackend } from 'receptive';
import { backendCandidate, checkAll, type LawReport, lawsFor, newSeed } from 'receptive/testing';
import type { Gate } from './gate.js';
import type { CheckOrder, Progress, Reports } from './messages.js';

type CheckReport = Reports['check'];

export async function* check(
  order: CheckOrder,
  tell: (progress: Progress) => void,
  gate: Gate,
): AsyncGenerator<CheckReport> {
  const seed = order.seed ?? newSeed();
  const runs = 'runs' in order.until ? order.until.runs : 100;
  const threads = Math.min(order.threads, crossOriginIsolated ? navigator.hardwareConcurrency : 1);
  const backend = await createBackend(order.backend, order.backend === 'wasm' ? { threads } : {});
  const candidate = backendCandidate(backend);
  const laws = order.operations.flatMap((operation) =>
    lawsFor(operation, candidate).map((law) => ({ operation, law })),
  );
  const rows: CheckReport['rows'][number][] = [];
  const report = (partial: boolean): CheckReport => ({
    format: 'receptive check',
    version: 1,
    partial,
    runs,
    seed,
    environment: {
      runtime: navigator.userAgent,
      machine: '',
      cores: navigator.hardwareConcurrency,
      isolated: crossOriginIsolated,
      timerStep: 0,
      version: '',
      date: new Date().toISOString(),
    },
    backend: { label: order.backend, backend: order.backend, threads, build: null, adapter: null },
    rows: [...rows],
  });
  for (const [done, { operation, law }] of laws.entries()) {
    let found: LawReport | undefined;
    while (!found) {
      await gate.pass();
      const onProblem = (_: unknown, __: unknown, problem: number, of: number) =>
        tell({ doing: `${operation}, ${law}`, done, of: laws.length, within: { done: problem, of } });
      for await (const report of checkAll(candidate, {
        operations: [operation],
        laws: [law],
        runs,
        seed,
        signal: gate,
        onProblem,
      })) {
        found = report;
      }
    }
    const { problems, worst, milliseconds, failure } = found;
    rows.push({
      operation,
      law,
      verdict: failure ? 'wrong' : 'holds',
      problems,
      worst,
      where: null,
      milliseconds,
      failure: failure && { message: failure.message, command: 'npx receptive check' },
    });
    yield report(done + 1 < laws.length);
  }
}
