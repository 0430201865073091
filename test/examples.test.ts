/** The worked examples in the heads of `src/ops/*.ts`: an expression, and below it `// →` and its value or shape. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import * as F from '../src/nn/functional/index.js';
import { operationNames, ops } from '../src/ops/index.js';
import { numel, type Shape } from '../src/ops/shape.js';
import { Tensor } from '../src/tensor/tensor.js';

const folder = new URL('../src/ops/', import.meta.url);
const backend = new ReferenceBackend();
const tensor = (values: number[], shape: Shape) => backend.tensor(values, shape);
const zeros = (shape: Shape) => backend.tensor(new Float32Array(numel(shape)), shape);

interface Example {
  readonly expression: string;
  readonly expected: unknown;
}

/** An example lasts from `@example` (with a title, perhaps) to the next blank line or the comment's end. */
function examplesIn(file: string): Example[] {
  const source = readFileSync(new URL(file, folder), 'utf8');
  const [head = ''] = source.match(/\/\*\*[\s\S]*?\*\//) ?? [];
  const text = head.replace(/^ \* ?/gm, '').replace(/\*\/$/, '');
  return text
    .split('@example')
    .slice(1)
    .map((block) => {
      const [, expression, expected] = block.match(/^.*\n([\s\S]*?)\n\/\/ → (.*)/) ?? [];
      if (!expected) throw new Error(`${file}: an @example is an expression and, below it, "// →" and its value`);
      return { expression, expected: JSON.parse(expected) };
    });
}

/** A flat array as nested ones. */
function nested(values: readonly number[], shape: Shape): unknown {
  if (shape.length === 0) return values[0];
  const step = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => nested(values.slice(i * step, (i + 1) * step), shape.slice(1)));
}

async function evaluate(expression: string): Promise<unknown> {
  const result = new Function('F', 'tensor', 'zeros', `return (${expression});`)(F, tensor, zeros);
  return result instanceof Tensor ? nested(Array.from(await result.data()), result.shape) : result;
}

/** Two values of the same structure whose numbers are equal to 1e-6. */
function expectClose(actual: unknown, expected: unknown): void {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    expect(actual.length).toBe(expected.length);
    for (const [i, element] of expected.entries()) expectClose(actual[i], element);
  } else {
    expect(Math.abs((actual as number) - (expected as number))).toBeLessThanOrEqual(1e-6);
  }
}

const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
const examples = new Map(files.map((file) => [file, examplesIn(file)]));

describe.each([...examples].filter(([, found]) => found.length > 0))('%s', (_, found) => {
  test.each(found)('$expression', async ({ expression, expected }) => {
    expectClose(await evaluate(expression), expected);
  });
});

test.each(operationNames.filter((name) => 'backward' in ops[name]))('%s has an example', (name) => {
  expect(examples.get(`${name}.ts`)?.length).toBeGreaterThan(0);
});
