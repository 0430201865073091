/** Holds a backend of this browser to the laws. */
import { createBackend } from 'receptive';
import { describeBackend } from 'receptive/measure';
import { backendCandidate, type CheckRow, lawsToCheck, newSeed, toCheckReport } from 'receptive/testing';
import type { Gate } from './gate.js';
import { here, mostThreads } from './here.js';
import type { CheckOrder, Progress, Reports } from './messages.js';

/** So many that time is up before. */
const endless = 10_000;

/** All that there is so far, after each law. A law at which it was stopped begins anew when it goes on, with the same problems. */
export async function* check(
  order: CheckOrder,
  tell: (progress: Progress) => void,
  gate: Gate,
): AsyncGenerator<Reports['check']> {
  const threads = Math.min(order.threads, mostThreads);
  const backend = await createBackend(order.backend, order.backend === 'wasm' ? { threads } : {});
  const candidate = backendCandidate(backend);
  const laws = lawsToCheck(candidate, order.operations);
  const options = {
    environment: here(),
    backend: describeBackend(backend),
    seed: order.seed ?? newSeed(),
    signal: gate,
  };
  const rows: CheckRow[] = [];
  const end = 'seconds' in order.until ? gate.now() + 1000 * order.until.seconds : null;

  for (const { operation, law } of laws) {
    for (let isDone = false; !isDone; ) {
      await gate.pass();
      /** What is left of the time is shared by the laws that are left. */
      const limit = end === null ? {} : { seconds: Math.max(0, end - gate.now()) / 1000 / (laws.length - rows.length) };
      const report = await toCheckReport(candidate, {
        ...options,
        ...limit,
        runs: 'runs' in order.until ? order.until.runs : endless,
        operations: [operation],
        laws: [law],
        onProblem: (_operation, _law, done, of) =>
          tell({ doing: `${operation}, ${law}`, done: rows.length, of: laws.length, within: { done, of } }),
      });
      isDone = report.rows.length > 0;
      rows.push(...report.rows);
      if (isDone) yield { ...report, partial: rows.length < laws.length, rows: [...rows] };
    }
  }
}
