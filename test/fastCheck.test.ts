/** fast-check draws the problems of a check, comes with the package, and isn't loaded by whoever only measures layers. */
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { host } from '../src/backends/reference/index.js';
import { measureKernels } from '../src/measure/index.js';
import { operationNames } from '../src/ops/index.js';
import { cases, checkKernel, forwardArguments, problem } from '../src/testing/index.js';

vi.mock('fast-check', () => {
  throw new Error('fast-check was loaded');
});

test.each(operationNames)('%s: its named problems and layers are there', (name) => {
  expect(Object.keys(cases[name].layers)).not.toEqual([]);
  for (const draft of Object.values(cases[name].named)) {
    const p = problem(draft, { kind: 'uniform', seed: 1 });
    expect(forwardArguments(cases[name], p).some((argument) => argument !== null)).toBe(true);
  }
});

test('kernels are measured', async () => {
  const contenders = [{ label: 'reference', backend: host }];
  const calls: string[] = [];
  for await (const { call } of measureKernels(contenders, { small: true, filter: 'tanh', time: 0 })) calls.push(call);
  expect(calls).toContain('backward');
});

test('a check loads it, and it comes with the package', async () => {
  const forward = (y: Float32Array, x: Float32Array) => y.set(x.map((value) => Math.max(value, 0)));
  await expect(checkKernel('relu', { forward })).rejects.toThrow();
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(dependencies).toHaveProperty('fast-check');
});
