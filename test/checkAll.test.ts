/** What `checkAll` tells, law by law. */
import { expect, test } from 'vitest';
import { ops } from '../src/ops/index.js';
import { arrayCandidate, checkAll, type LawReport, lawsFor } from '../src/testing/index.js';

const wrong = arrayCandidate({
  relu: { forward: (y, x) => y.set(x), backward: ops.relu.backward },
  linear: { forward: ops.linear.forward },
});

async function all(reports: AsyncIterable<LawReport>): Promise<LawReport[]> {
  const told = [];
  for await (const report of reports) told.push(report);
  return told;
}

test('it goes on after a broken law, and tells how close the others were', async () => {
  const told = await all(checkAll(wrong, { operations: ['relu', 'linear'], runs: 20, seed: 1 }));
  expect(told.map(({ operation, law }) => `${operation} ${law}`)).toEqual([
    ...lawsFor('relu', wrong).map((law) => `relu ${law}`),
    ...lawsFor('linear', wrong).map((law) => `linear ${law}`),
  ]);
  const by = (operation: string, law: string) => told.find((r) => r.operation === operation && r.law === law)!;
  expect(by('relu', 'forward').worst).toBe(Number.POSITIVE_INFINITY);
  const { message } = by('relu', 'forward').failure!;
  expect(message).toMatch(/^relu \(arrays\) breaks the law 'forward':\ny\[\d+\] is .* exactly/);
  expect(message).toContain('seed 1');
  expect(by('relu', 'backward')).toMatchObject({ problems: 22, worst: 0, seed: 1, failure: null });
  const { worst, failure, problems } = by('linear', 'forward');
  expect({ failure, problems }).toEqual({ failure: null, problems: 24 });
  expect(worst).toBeGreaterThan(0);
  expect(worst).toBeLessThanOrEqual(1);
});

test('laws can be chosen, those of the maths too', async () => {
  const told = await all(checkAll(wrong, { operations: ['relu'], laws: ['gradient'], runs: 5, seed: 1 }));
  expect(told).toMatchObject([{ law: 'gradient', failure: null }]);
});

test('it ends before the next problem when it is interrupted, and leaves the event loop time', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const interruption = new AbortController();
  const options = { operations: ['linear'] as const, laws: ['forward'] as const, seed: 1 };
  let done = 0;
  try {
    const told = await all(
      checkAll(wrong, {
        ...options,
        runs: 5000,
        signal: interruption.signal,
        onProblem: (_operation, _law, so, of) => {
          expect(of).toBe(5004);
          done = so;
          if (turns >= 3) interruption.abort();
        },
      }),
    );
    expect(told).toEqual([]);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(5003);
  } finally {
    clearInterval(timer);
  }
}, 60_000);
