/** What the chapters on ideas compute: graphs and gradients in them, numbers of f32, and sums in different orders. Needs `npm run build`. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { float32OfBits, float32Parts, partsOfBits, summationOrders, summations } from '../src/figures/index.js';
import { backwardSteps, differenceQuotient, gradientNorms } from '../src/insight/index.js';
import { createBackend, functional as F, nn } from '../src/node/index.js';
import { gradientsByDepth, kinds } from '../web/learn/ideas/deepNets.js';
import { type Expression, expressions, runExpression } from '../web/learn/ideas/expressions.js';

const seeded = { seed: 16, numRuns: 300 };

describe('backwardSteps', () => {
  test('tells of a fork and of a join', async () => {
    const backend = await createBackend('reference');
    const x = backend.tensor([3], [1], { requiresGrad: true });
    const { entries, gifts } = await backwardSteps(x.mul(x).add(x));
    expect(entries.map(({ operation, inputs }) => [operation, inputs])).toEqual([
      [null, []],
      ['mul', [0, 0]],
      ['add', [1, 0]],
    ]);
    expect(gifts.map(({ from, to, gradient, sum }) => [from, to, gradient[0], sum[0]])).toEqual([
      [2, 1, 1, 1],
      [2, 0, 1, 1],
      [1, 0, 3, 4],
      [1, 0, 3, 7],
    ]);
    expect((await x.grad!.data())[0]).toBe(7);
  });

  test('leaves nothing on the device but the root, the leaves and their gradients', async () => {
    const backend = await createBackend('reference');
    const x = backend.tensor([1, 2], [2], { requiresGrad: true });
    await backwardSteps(F.relu(x.mul(2).add(x)).sum());
    expect(backend.memory().allocated).toBe(4 * (1 + 2 + 2));
  });

  test('refuses what has no gradient, or is no scalar', async () => {
    const backend = await createBackend('reference');
    const x = backend.tensor([1, 2], [2], { requiresGrad: true });
    await expect(backwardSteps(x.mul(2))).rejects.toThrow("backwardSteps: mul (2) isn't a scalar");
    await expect(backwardSteps(x.detach().sum())).rejects.toThrow("doesn't require a gradient");
  });
});

test('the difference quotient is the slope, and x is as before', async () => {
  const backend = await createBackend('reference');
  const x = backend.tensor(Float64Array.of(3, -2), [2], { dtype: 'float64' });
  expect(await differenceQuotient(() => x.mul(x).mul(x).sum(), x, 0)).toBeCloseTo(27, 6);
  expect(await differenceQuotient(() => x.mul(x).mul(x).sum(), x, 1)).toBeCloseTo(12, 6);
  expect([...(await x.data())]).toEqual([3, -2]);
});

test('gradientNorms are those of the outputs’ gradients, and change nothing', async () => {
  const backend = await createBackend('reference');
  const [first, second, unused] = [1, 2, 3].map(() => new nn.Linear(2, 2, { bias: false }));
  for (const layer of [first, second, unused]) layer.to(backend);
  first.weight.copyFrom(Float32Array.of(1, 0, 0, 1));
  second.weight.copyFrom(Float32Array.of(3, 0, 0, 4));
  const x = backend.tensor([1, 1], [1, 2], { requiresGrad: true });
  const run = () => second.forward(first.forward(x)).sum().backward();
  // dy of the second is (1, 1), that of the first (3, 4).
  expect(await gradientNorms([first, second, unused], run)).toEqual(
    [5, Math.fround(Math.SQRT2), 0].map((norm) => expect.closeTo(norm, 6)),
  );
  expect([...(await x.grad!.data())]).toEqual([3, 4]);
  expect([...(await second.weight.grad!.data())]).toEqual([1, 1, 1, 1]);
  run();
  expect([...(await x.grad!.data())]).toEqual([6, 8]);
  const { entries } = await backwardSteps(second.forward(first.forward(x)).sum());
  expect(entries.flatMap(({ operation }) => operation ?? [])).toEqual(['linear', 'linear', 'sum']);
});

test('gradientNorms releases its own where a run throws', async () => {
  const backend = await createBackend('reference');
  const layer = new nn.Linear(2, 2).to(backend);
  const x = backend.tensor([1, 1], [1, 2]);
  const { allocated } = backend.memory();
  const run = () => {
    layer.forward(x).release();
    throw new Error('on the way');
  };
  await expect(gradientNorms([layer], run)).rejects.toThrow('on the way');
  // What the layer gave is the graph's, until that is forgotten.
  expect(backend.memory().allocated).toBeLessThanOrEqual(allocated + 8);
});

describe('a number of f32', () => {
  test('is what its parts say', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (bits) => {
        const { sign, exponent, fraction, kind, value } = partsOfBits(bits);
        expect(value).toBe(float32OfBits(bits));
        const size =
          kind === 'nan'
            ? Number.NaN
            : kind === 'infinity'
              ? Number.POSITIVE_INFINITY
              : exponent === 0
                ? 2 ** -126 * (fraction / 2 ** 23)
                : 2 ** (exponent - 127) * (1 + fraction / 2 ** 23);
        expect(value).toBe(sign ? -size : size);
      }),
      seeded,
    );
  });

  test('has no other number between it and its neighbours', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (x) => {
        const { below, above, ulp, value } = float32Parts(x);
        for (const [near, far] of [
          [below, value],
          [value, above],
        ]) {
          expect(near).toBeLessThan(far);
          if (Number.isFinite(near) && Number.isFinite(far)) {
            expect([near, far]).toContain(Math.fround(near + (far - near) / 2));
          }
        }
        if (Math.abs(x) < 3e38) expect(x < 0 ? value - below : above - value).toBe(ulp);
      }),
      seeded,
    );
  });

  test('at the ends', () => {
    expect(float32Parts(0).above).toBe(2 ** -149);
    expect(float32Parts(-0)).toMatchObject({ sign: 1, kind: 'zero', below: -(2 ** -149) });
    expect(float32Parts(3.4028234663852886e38)).toMatchObject({ kind: 'normal', above: Number.POSITIVE_INFINITY });
    expect(float32Parts(Number.POSITIVE_INFINITY)).toMatchObject({
      kind: 'infinity',
      below: 3.4028234663852886e38,
      above: Number.NaN,
    });
    expect(float32Parts(Number.NaN)).toMatchObject({ kind: 'nan', ulp: Number.NaN });
    expect(() => float32OfBits(2 ** 32)).toThrow('whole number of 32 bits');
  });
});

describe('a sum', () => {
  const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { maxLength: 70 });

  test('is within its budget in every order', () => {
    fc.assert(
      fc.property(numbers, (x) => {
        for (const { order, error, budget } of summations(x).sums) {
          // Kahan's is of first order: what is left out is 1e-5 of it here.
          expect(error, order).toBeLessThanOrEqual(budget * (order === 'kahan' ? 1.0001 : 1));
        }
      }),
      seeded,
    );
  });

  test('is exact where f64 itself would lose digits', () => {
    expect(summations([1e30, 1, -1e30]).truth).toBe(1);
    expect(summations([2 ** 60, 2 ** 30, 1, -(2 ** 60), -(2 ** 30)]).truth).toBe(1);
  });

  test('counts the additions that a number meets', () => {
    const { sums } = summations(new Float32Array(16).fill(1));
    expect(Object.fromEntries(sums.map(({ order, additions }) => [order, additions]))).toEqual({
      forward: 15,
      backward: 15,
      pairwise: 4,
      lanes: 5,
      kahan: 15,
    });
    expect(sums.map(({ order }) => order)).toEqual([...summationOrders]);
  });

  test('2²⁴ + 1 + 1: an order can lose what another keeps', () => {
    const { truth, sums } = summations([2 ** 24, 1, 1]);
    expect(truth).toBe(2 ** 24 + 2);
    expect(sums.map(({ sum }) => sum - truth)).toEqual([-2, 0, -2, -2, 0]);
  });

  test('of nothing, of one number, and of what isn’t finite', () => {
    expect(summations([]).sums.every(({ sum, budget }) => sum === 0 && budget === 0)).toBe(true);
    expect(summations([5]).sums.every(({ sum, error }) => sum === 5 && error === 0)).toBe(true);
    expect(summations([1, Number.NaN]).truth).toBeNaN();
    expect(summations([1, Number.POSITIVE_INFINITY]).truth).toBe(Number.POSITIVE_INFINITY);
  });
});

describe.each(Object.entries<Expression>(expressions))('the expression %s', (_, expression) => {
  test('has gradients that differences confirm, and a place for every tensor', async () => {
    const { entries, gifts, names, slopes } = await runExpression(expression, expression.values);
    expect(new Set(names)).toEqual(new Set(Object.keys(expression.places)));
    expect(names.at(-1)).toBe(expression.results.at(-1));
    for (const [name, measured] of Object.entries(slopes)) {
      const last = gifts.findLast(({ to }) => names[to] === name)!;
      for (const [i, slope] of measured.entries()) expect(last.sum[i]).toBeCloseTo(slope, 6);
    }
    for (const [i, { inputs }] of entries.entries()) {
      const column = (at: number) => expression.places[names[at]][0];
      for (const input of inputs) expect(column(input!)).toBeLessThan(column(i));
    }
    const places = Object.values(expression.places).map(String);
    expect(new Set(places).size).toBe(places.length);
  });
});

test('without shortcuts the gradient fades block by block, with the identity it stays, halved it fades as 2^−L', async () => {
  const norms = await gradientsByDepth({ blocks: 12, seed: 0, weights: 'pytorch' });
  for (const kind of kinds) {
    expect(norms[kind]).toHaveLength(12);
    expect(norms[kind][11]).toBeCloseTo(1, 5);
  }
  expect(norms.plain[0]).toBeLessThan(1e-6);
  expect(norms.identity[0]).toBeGreaterThan(0.5);
  expect(norms.residual[0]).toBeGreaterThan(0.3);
  expect(norms.halved[0]).toBeGreaterThan(2 ** -11);
  expect(norms.halved[0]).toBeLessThan(0.01);
  expect(await gradientsByDepth({ blocks: 12, seed: 0, weights: 'pytorch' })).toEqual(norms);
});

test.each(['en', 'zh'])('the chapters repeat what was measured (%s)', (language) => {
  const read = (path: string) => readFileSync(new URL(`../docs/${path}`, import.meta.url), 'utf8');
  const chapter = read(`learn/9-residual.${language}.md`);
  const cellsOf = (line: string) => line.split('|').map((cell) => cell.trim());
  let rows = 0;
  for (const experiment of ['depth', 'identity-mappings']) {
    for (const line of read(`experiments/${experiment}/report.md`).split('\n')) {
      const [, network, , , loss, trained, tested] = cellsOf(line);
      if (!loss || !/^[\d.]+$/.test(loss)) continue;
      rows++;
      const numbers = experiment === 'depth' ? [loss, trained, tested] : [loss, tested];
      // Behind the name of a variant stands its formula.
      const formula = experiment === 'depth' ? '' : '[^|\\n]+ \\| ';
      expect(chapter).toMatch(new RegExp(`^\\| ${network} \\| ${formula}${numbers.join(' \\| ')} \\|`, 'm'));
    }
  }
  expect(rows).toBe(14);
  const lines = readFileSync(new URL('../src/tensor/autograd.ts', import.meta.url), 'utf8').split('\n').length;
  // Its title says how many lines there are, about.
  const said = Number(/\d+/.exec(read(`learn/11-autograd.${language}.md`))![0]);
  expect(Math.abs(said - lines)).toBeLessThan(10);
});
