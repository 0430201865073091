/** Measures the backends of this browser. */
import { createBackend } from 'receptive';
import { measureKernels } from 'receptive/measure';
import type { Gate } from './gate.js';
import type { BenchOrder, Progress, Reports } from './messages.js';

export async function* bench(
  order: BenchOrder,
  tell: (progress: Progress) => void,
  gate: Gate,
): AsyncGenerator<Reports['bench']> {
  const contenders = [];
  for (const name of order.backends) {
    contenders.push({ label: name, backend: await createBackend(name, name === 'wasm' ? { threads: 1 } : {}) });
  }
  let i = 0;
  const rows: Reports['bench']['rows'][number][] = [];
  for await (const row of measureKernels(contenders, { small: true, filter: order.filter, time: 10 })) {
    tell({ doing: row.layer, done: ++i, of: 100 });
    rows.push({
      group: 'layers',
      name: row.layer,
      pass: row.call,
      parameter: null,
      flops: row.flops,
      bytes: 0,
      results: row.results.map(
        ({ ms }) => ms && { cold: ms, steady: { median: ms, mad: 0, samples: [ms] }, gpu: null, checked: null },
      ),
    } as Reports['bench']['rows'][number]);
    yield {
      format: 'receptive bench',
      version: 1,
      partial: true,
      seed: 1,
      environment: { date: new Date().toISOString() } as never,
      contenders: contenders.map(({ label }) => ({ label })) as never,
      rows: [...rows],
      growth: [],
      crossovers: [],
      warnings: [],
    };
    await gate.pass();
  }
}
