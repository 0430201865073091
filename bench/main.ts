/**
 * `npm run bench`: every operation on the layers of its case, forward and backward, on every backend that runs here.
 *   --filter conv2d   only operations and layers whose name contains this
 *   --time 500        milliseconds to measure each for; default 200
 *   --small           the lecture's layers with small batches, which the tests use, instead of those of training
 */
import { parseArgs } from 'node:util';
import { type Backend, backendNames, createBackend } from 'receptive';
import { cases, type OperationName, type Pass, problem } from 'receptive/testing';
import { measure } from './measure.js';

const { values: options } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    time: { type: 'string', default: '200' },
    small: { type: 'boolean', default: false },
  },
});

/** In the order of the list, and the reference first, which the others are compared with. */
async function backends(): Promise<Backend[]> {
  const available: Backend[] = [];
  for (const name of backendNames) {
    try {
      available.push(await createBackend(name));
    } catch (error) {
      console.log(`${name} isn't measured: ${error instanceof Error ? error.message : error}`);
    }
  }
  return available.sort((a, b) => Number(b.name === 'reference') - Number(a.name === 'reference'));
}

function row(...cells: string[]): void {
  const [what, pass, ...columns] = cells;
  console.log(what.padEnd(52), pass.padEnd(9), ...columns.map((cell) => cell.padStart(11)));
}

const measured = await backends();
row('', '', ...measured.flatMap(({ name }) => [name, '', '']));
row('operation, layer', 'pass', ...measured.flatMap(() => ['ms', 'GFLOP/s', 'x reference']));

for (const [name, { layers, named, backward, flops }] of Object.entries(cases)) {
  for (const [layer, draft] of Object.entries(options.small ? named : layers)) {
    const what = `${name}, ${layer}`;
    if (!what.includes(options.filter)) continue;
    const p = problem(draft, { kind: 'uniform', seed: 1 });
    const work = flops(p.inputs as Parameters<typeof flops>[0], p.sizes);
    for (const pass of (backward ? ['forward', 'backward'] : ['forward']) as Pass[]) {
      const columns: string[] = [];
      let reference = Number.NaN;
      for (const backend of measured) {
        const ms = await measure(backend, name as OperationName, pass, p, Number(options.time));
        if (backend.name === 'reference') reference = ms;
        columns.push(
          ms.toPrecision(3),
          work[pass] > 0 ? (work[pass] / ms / 1e6).toPrecision(3) : '–',
          (reference / ms).toFixed(2),
        );
      }
      row(what, pass, ...columns);
    }
  }
}

for (const backend of measured) await backend.close();
