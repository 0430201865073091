/** Measures the backends of this browser. */
import { type BackendName, type BackendOptions, createBackend } from 'receptive';
import { type Contender, describeBackend, measureAll, plan } from 'receptive/measure';
import type { Gate } from './gate.js';
import { here, mostThreads } from './here.js';
import type { BenchOrder, Progress, Reports } from './messages.js';

/** All that there is so far, after each row. */
export async function* bench(
  order: BenchOrder,
  tell: (progress: Progress) => void,
  gate: Gate,
): AsyncGenerator<Reports['bench']> {
  const { isQuick: quick, filter } = order;
  if (plan({ quick, filter, seed: 0 }).length === 0) throw new Error(`no row is called '${filter}'`);
  const contenders: Contender[] = [];
  for (const [name, options] of asked(order)) {
    const backend = await createBackend(name, options);
    contenders.push({ label: describeBackend(backend).label, backend });
  }
  for await (const event of measureAll(contenders, { environment: here(), quick, filter, now: () => gate.now() })) {
    if (event.kind === 'progress') tell({ doing: event.what, done: event.done, of: event.total });
    else if (event.kind === 'row') yield event.soFar();
    else if (event.kind === 'report') yield event.report;
    await gate.pass();
  }
}

/** The backends, wasm once for each number of threads: 1, 2, 4 … and the number itself. */
function asked({ backends, threads }: BenchOrder): [BackendName, BackendOptions][] {
  const most = Math.min(threads, mostThreads);
  const counts = [1, 2, 4, 8, 16, 32].filter((count) => count < most);
  return backends.flatMap((name): [BackendName, BackendOptions][] => {
    if (name === 'wasm') return [...counts, most].map((threads) => [name, { threads }]);
    return [[name, name === 'webgpu' ? { profile: true } : {}]];
  });
}
