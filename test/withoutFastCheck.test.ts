/** Where fast-check isn't installed, what measures layers works, and what draws problems says what is missing. */
import { expect, test, vi } from 'vitest';
import { host } from '../src/backends/reference/index.js';
import { measureKernels } from '../src/measure/index.js';
import { operationNames } from '../src/ops/index.js';
import { cases, checkKernel, forwardArguments, problem } from '../src/testing/index.js';

vi.mock('fast-check', () => {
  throw new Error("Cannot find package 'fast-check'");
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

test('a check says what to install', async () => {
  const forward = (y: Float32Array, x: Float32Array) => y.set(x.map((value) => Math.max(value, 0)));
  await expect(checkKernel('relu', { forward })).rejects.toThrow('is not installed: npm install fast-check');
});
