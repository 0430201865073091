/** The laws that are about the maths alone, such as gradient against finite differences, and that none is forgotten. */
import { expect, test } from 'vitest';
import { operationNames, ops } from '../../src/ops/index.js';
import { cases, checkLaw, type LawName, laws, reference } from '../../src/testing/index.js';
import { runs, seed } from './settings.js';

test('every operation has a case, with the laws that all operations keep', () => {
  expect(Object.keys(cases).sort()).toEqual([...operationNames].sort());
  for (const name of operationNames) {
    const always: LawName[] = ['forward', 'equation'];
    if ('backward' in ops[name]) always.push('backward', 'gradient');
    expect(cases[name].operation).toBe(name);
    expect(cases[name].laws, name).toEqual(expect.arrayContaining(always));
  }
});

test('every law is kept by an operation', () => {
  const kept = new Set(operationNames.flatMap((name) => cases[name].laws));
  expect(Object.keys(laws).filter((law) => !kept.has(law as LawName))).toEqual([]);
});

const ofTheMaths = operationNames.flatMap((name) =>
  cases[name].laws.filter((law) => laws[law].needs.length === 0).map((law) => [name, law] as const),
);
test.each(ofTheMaths)('%s keeps %s', (name, law) => checkLaw(name, law, reference, { runs, seed }));
