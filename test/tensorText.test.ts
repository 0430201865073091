/** What console.log shows of tensors and modules. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { host, ReferenceBackend } from '../src/backends/reference/index.js';
import * as nn from '../src/nn/index.js';
import { formatShape } from '../src/ops/shape.js';
import { formatValues } from '../src/tensor/format.js';
import { readGolden } from './golden/golden.js';

const text = (values: number[], shape = [values.length]) => formatValues(Float32Array.from(values), shape, 7);

describe('values', () => {
  it.each([
    [[1, 2, 3], undefined, '[1., 2., 3.]'],
    [[1.5, -2, 10], undefined, '[ 1.5000, -2.0000, 10.0000]'],
    [[1, 2, 3, 4], [2, 2], '[[1., 2.],\n        [3., 4.]]'],
    [[1, 2, 3, 4], [2, 1, 2], '[[[1., 2.]],\n\n        [[3., 4.]]]'],
    [[1e-5, 1], undefined, '[1.0000e-05, 1.0000e+00]'],
    [[0.001, 100.5], undefined, '[1.0000e-03, 1.0050e+02]'],
    [[1e9], undefined, '[1.0000e+09]'],
    [[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1], undefined, '[nan, inf, -inf, 1.]'],
    [[-0, 0], undefined, '[-0., 0.]'],
    [[], [0], '[]'],
    [[3.25], [], '3.2500'],
  ])('%j', (values, shape, expected) => {
    expect(text(values, shape)).toBe(expected);
  });

  it('of long ones the ends, and long rows in several lines', () => {
    const many = Array.from({ length: 40 * 40 }, (_, i) => i);
    expect(text(many)).toBe('[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 1.5970e+03, 1.5980e+03,\n        1.5990e+03]');
    expect(text(many, [40, 40]).split('\n')).toHaveLength(2 * 6 + 1);
    expect(
      text(many.slice(0, 40))
        .split('\n')
        .every((line) => line.length <= 80),
    ).toBe(true);
    expect(text(many.slice(0, 40)).split('\n')).toHaveLength(3);
  });
});

/** PyTorch names a type or a size where they can't be seen; here shape, type and backend are always there. */
describe('as PyTorch prints them', () => {
  it.each(readGolden<string>('tensorText').map(({ options, tensors }) => [options, tensors.get('x')!] as const))(
    '%s',
    (text, { values, shape }) => {
      const dtype = values instanceof Int32Array ? 'int32' : 'float32';
      const own = `${host.tensor(values, shape, { dtype })}`;
      const suffix = `, ${formatShape(shape)}, ${dtype}, 'reference')`;
      expect(own.endsWith(suffix)).toBe(true);
      expect(`${own.slice(0, -suffix.length)})`).toBe(text.replace(/,\s+(size=\([\d, ]*\)|dtype=torch\.\w+)/g, ''));
    },
  );
});

describe('a tensor', () => {
  it('shows shape, type, backend and values, in console.log and as a string', () => {
    const t = host.tensor([1, 2, 3, 4], [2, 2], { requiresGrad: true });
    const expected = "tensor([[1., 2.],\n        [3., 4.]], (2, 2), float32, 'reference', requiresGrad)";
    expect(inspect(t)).toBe(expected);
    expect(`${t}`).toBe(expected);
    expect(`${t.mul(2)}`).toContain("(2, 2), float32, 'reference', of mul)");
    expect(`${host.tensor([7], [1], { dtype: 'int32' })}`).toBe("tensor([7], (1), int32, 'reference')");
    expect(inspect({ t: host.tensor([1], []) })).toContain("t: tensor(1., (), float32, 'reference')");
    expect(`${new nn.Parameter(Float32Array.of(1), [1])}`).toMatch(/^Parameter containing:\ntensor\(/);
  });

  it('that can’t be read at once says how it can; one that is gone says why', async () => {
    class Far extends ReferenceBackend {
      override readSync = undefined as never;
    }
    expect(`${new Far().tensor([1, 2])}`).toBe(
      "tensor((values on the device: await t.data()), (2), float32, 'reference')",
    );
    const gone = host.tensor([1]);
    gone.release();
    expect(inspect(gone)).toBe('tensor((1), released by release())');
    const backend = new ReferenceBackend();
    const closed = backend.tensor([1]);
    await backend.close();
    expect(`${closed}`).toContain("'reference' (closed))");
  });
});

it('a module shows what it is made of', () => {
  const model = new nn.Sequential(new nn.Linear(1, 2), new nn.Sequential({ act: new nn.ReLU() }));
  expect(inspect(model)).toBe('Sequential(\n  (0): Linear\n  (1): Sequential(\n    (act): ReLU\n  )\n)');
});
