/** The graph: what backward() gives, what it releases, and what it refuses. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import * as F from '../src/nn/functional/index.js';
import { BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential } from '../src/nn/index.js';
import { type OperationName, operationNames, ops } from '../src/ops/index.js';
import { ShapeError } from '../src/ops/shape.js';
import { SGD } from '../src/optim/index.js';
import { noGrad, setAsyncScope } from '../src/tensor/gradMode.js';
import { Generator, manualSeed } from '../src/tensor/random.js';
import type { Tensor } from '../src/tensor/tensor.js';
import type { DType } from '../src/tensor/tensorBackend.js';

const backend = new ReferenceBackend();
setAsyncScope(new AsyncLocalStorage()); // as the entry for Node does

/** A leaf that requires a gradient. */
function leaf(values: number[], shape?: number[]): Tensor {
  return backend.tensor(values, shape, { requiresGrad: true });
}

function zeros(shape: number[], dtype: DType = 'float32', on = backend): Tensor {
  return on.tensor(new Float32Array(shape.reduce((product, size) => product * size, 1)), shape, { dtype });
}

async function gradOf(tensor: Tensor): Promise<number[]> {
  return [...(await tensor.grad!.data())];
}

/** A backend that can create only so many buffers more. */
class SmallBackend extends ReferenceBackend {
  left = Number.POSITIVE_INFINITY;

  protected override create(length: number, dtype: DType) {
    if (this.left-- <= 0) throw new Error('out of memory');
    return super.create(length, dtype);
  }
}

describe('gradients', () => {
  it('add up over the ways that a tensor is used', async () => {
    const x = leaf([3, -2]);
    x.mul(x).sum().backward(); // both factors
    expect(await gradOf(x)).toEqual([6, -4]);

    const a = leaf([2]);
    const b = a.mul(3);
    const diamond = b.mul(b).add(b.add(a)); // 9a² + 3a + a
    diamond.backward();
    expect(await gradOf(a)).toEqual([40]);

    const c = leaf([1, 2]);
    F.cat([c, c.mul(10), c])
      .sum()
      .backward();
    expect(await gradOf(c)).toEqual([12, 12]);
  });

  it('are those of the tensors that cat was given, though their list has grown since', async () => {
    const a = leaf([1, 2]);
    const list = [a.mul(3)];
    const y = F.cat(list);
    list.push(a.mul(5));
    y.sum().backward();
    expect(await gradOf(a)).toEqual([3, 3]);
  });

  it('of a sum are passed on, to one operand as they are and to the other as a copy', async () => {
    const backwards = vi.spyOn(backend.kernels.add, 'backward');
    const [a, b, bias] = [leaf([1, 2]), leaf([3, 4]), leaf([5])];
    const gradient = backend.tensor([10, 20]);
    a.add(b).backward(gradient);
    expect(backwards.mock.calls.map(([da, db]) => [da !== null, db !== null])).toEqual([[false, true]]);
    a.grad!.copyFrom(Float32Array.of(0, 0));
    expect([await gradOf(b), [...(await gradient.data())]]).toEqual([
      [10, 20],
      [10, 20],
    ]);
    bias.add(b).add(1).backward(gradient);
    expect([await gradOf(b), await gradOf(bias)]).toEqual([[20, 40], [30]]);
    b.add(b).sub(b).backward(gradient);
    expect(await gradOf(b)).toEqual([30, 60]);
    a.sub(b).backward(gradient);
    expect([await gradOf(a), await gradOf(b)]).toEqual([
      [10, 20],
      [20, 40],
    ]);
    backwards.mockRestore();
  });

  it('add up over backward passes until zeroGrad()', async () => {
    const x = leaf([1, 2]);
    const optimizer = new SGD([x], { lr: 1 });
    x.mul(2).sum().backward();
    x.mul(3).sum().backward();
    expect(await gradOf(x)).toEqual([5, 5]);
    const old = x.grad!;
    optimizer.zeroGrad();
    expect(x.grad).toBeNull();
    await expect(old.data()).rejects.toThrow('was released by zeroGrad()');
    x.mul(4).sum().backward();
    expect(await gradOf(x)).toEqual([4, 4]);
  });

  it('follow the order of the graph, not the order of use', async () => {
    const x = leaf([2]);
    const early = x.mul(x);
    const late = early.mul(x);
    late.add(early).backward(); // x³ + x²
    expect(await gradOf(x)).toEqual([16]);
  });

  it('flow through views, of a leaf too', async () => {
    const x = leaf([1, 2, 3, 4], [2, 2]);
    const flat = x.reshape([4]);
    flat.mul(flat.detach()).sum().backward();
    expect(x.grad!.shape).toEqual([2, 2]);
    expect(await gradOf(x)).toEqual([1, 2, 3, 4]);
    expect([...(await x.data())]).toEqual([1, 2, 3, 4]); // the view let go of the memory, the leaf didn't

    const y = leaf([1, 2, 3, 4], [1, 4]);
    y.mul(2).flatten().reshape([2, -1]).flatten(0, 1).sum().backward();
    expect(await gradOf(y)).toEqual([2, 2, 2, 2]);

    const z = leaf([5]);
    z.reshape([]).backward();
    z.backward();
    expect(await gradOf(z)).toEqual([2]);
  });

  it('start from the gradient argument, which stays its owner’s', async () => {
    const x = leaf([1, 2]);
    const gradient = backend.tensor([10, 100]);
    x.reshape([2]).backward(gradient);
    gradient.copyFrom(new Float32Array(2));
    expect(await gradOf(x)).toEqual([10, 100]);
    gradient.release();
    expect(await gradOf(x)).toEqual([10, 100]);
    expect(() => x.mul(2).backward()).toThrow("backward: mul (2) isn't a scalar, so it needs a gradient of its shape");
    expect(() => x.mul(2).backward(zeros([3]))).toThrow('the gradient (3) must have the shape of mul (2)');
  });

  it('stop at detach(), and at tensors that require none', async () => {
    const x = leaf([3]);
    const y = x.mul(2);
    const constant = backend.tensor([7]);
    y.detach().mul(y).mul(constant).backward();
    expect(await gradOf(x)).toEqual([84]);
    expect(constant.grad).toBeNull();
    expect(() => x.detach().mul(2).backward()).toThrow("doesn't require a gradient");
  });
});

describe('backward() returns memory', () => {
  it('of what it passed, and says so', async () => {
    const x = leaf([1, -2]);
    const before = backend.memory().allocated;
    const hidden = F.relu(x);
    const kept = hidden.mul(3).retain();
    const loss = kept.sum();
    loss.backward();
    await expect(hidden.data()).rejects.toThrow('was released by backward(); call retain() on it before, to keep it');
    expect(() => hidden.add(1)).toThrow('was released by backward()');
    expect([...(await kept.data())]).toEqual([3, 0]);
    expect(await loss.item()).toBe(3);
    expect(backend.memory().allocated - before).toBe(2 * 4 * 2); // kept, and the gradient of x
    kept.release();
  });

  it('but not with retainGraph, until the last pass', async () => {
    const x = leaf([2, 3]);
    const hidden = x.mul(x);
    const loss = hidden.sum();
    loss.backward(undefined, { retainGraph: true });
    expect([...(await hidden.data())]).toEqual([4, 9]);
    loss.backward();
    expect(await gradOf(x)).toEqual([8, 12]);
    expect(() => hidden.buffer).toThrow('released');
    expect(() => loss.backward()).toThrow('the graph behind tensor () was used up by an earlier backward()');
    expect(await gradOf(x)).toEqual([8, 12]);
  });

  it('but refuses a second pass through a part that is used up, changing nothing', async () => {
    const x = leaf([2]);
    const shared = x.mul(5);
    const [one, two] = [shared.mul(2), shared.mul(3)];
    one.backward();
    const { allocated } = backend.memory();
    expect(() => two.backward()).toThrow('used up by an earlier backward()');
    expect(await gradOf(x)).toEqual([10]);
    expect(backend.memory().allocated).toBe(allocated);
  });

  it('but gives nothing to anybody if something that it needs is gone', () => {
    const [x, w] = [leaf([2]), leaf([3])];
    const product = x.mul(w);
    const loss = product.mul(product);
    const { allocated } = backend.memory();
    product.release();
    expect(() => loss.backward()).toThrow('backward: mul (1) was released by release()');
    expect([x.grad, w.grad]).toEqual([null, null]);
    expect(backend.memory().allocated).toBe(allocated - 4);
  });

  it('but gives nothing to anybody if a gradient that it would add to is gone', () => {
    const [x, w] = [leaf([2]), leaf([3])];
    w.mul(1).backward();
    w.grad!.release();
    const loss = x.mul(w);
    const { allocated } = backend.memory();
    expect(() => loss.backward()).toThrow('backward: tensor (1) was released by release()');
    expect(x.grad).toBeNull();
    expect(backend.memory().allocated).toBe(allocated);
  });

  it('of its own, when the device runs out of it', () => {
    const device = new SmallBackend();
    const [x, w] = [1, 2].map((value) => device.tensor([value, value], [2], { requiresGrad: true }));
    const product = x.mul(w);
    const loss = product.mul(product).add(product.mean()).sum();
    const { allocated } = device.memory();
    let failures = 0;
    for (; x.grad === null; failures++) {
      device.emptyCache();
      device.left = failures;
      try {
        loss.backward(undefined, { retainGraph: true });
      } catch (error) {
        expect(String(error)).toContain('out of memory');
        expect([x.grad, w.grad]).toEqual([null, null]);
        expect(device.memory().allocated).toBe(allocated);
      }
    }
    expect(failures).toBeGreaterThan(3);
  });

  it('so that a training loop allocates nothing new from its second step on', () => {
    manualSeed(0);
    const device = new ReferenceBackend();
    const model = new Sequential(
      new Conv2d(1, 3, 3, { padding: 1, paddingMode: 'reflect' }),
      new BatchNorm2d(3),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(3, 4, 3, { padding: 'same' }),
      new ReLU(),
      new Flatten(),
      new Dropout(0.3),
      new Linear(64, 5),
    ).to(device);
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
    const images = new Generator(1).fillNormal(new Float32Array(2 * 64), 0, 1);
    const reports = Array.from({ length: 50 }, () => {
      using x = device.tensor(images, [2, 1, 8, 8]);
      const loss = F.crossEntropy(model.forward(x), [1, 3], { weight: [1, 2, 3, 4, 5], labelSmoothing: 0.1 });
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return device.memory();
    });
    expect(reports.slice(2)).toEqual(reports.slice(2).map(() => reports[1]));
  });
});

describe('release()', () => {
  it('is what `using` does', async () => {
    const { allocated } = backend.memory();
    let outside: Tensor;
    {
      using x = backend.tensor([1, 2, 3]);
      outside = x;
      expect(backend.memory().allocated).toBe(allocated + 12);
    }
    expect(backend.memory().allocated).toBe(allocated);
    await expect(outside.data()).rejects.toThrow('tensor (3) was released by the end of its `using` block');
    outside.release();
    expect(backend.memory().allocated).toBe(allocated);
  });

  it('of one view leaves the others', async () => {
    const { allocated } = backend.memory();
    const x = backend.tensor([1, 2]);
    const view = x.reshape([2, 1]);
    x.release();
    expect([...(await view.data())]).toEqual([1, 2]);
    view.release();
    expect(backend.memory().allocated).toBe(allocated);
  });

  it('makes every operation on the tensor an error that changes nothing', () => {
    const gone = zeros([2, 2]);
    gone.release();
    const alive = zeros([2, 2]);
    const { allocated, created } = backend.memory();
    for (const use of [
      () => F.relu(gone),
      () => alive.add(gone),
      () => gone.matmul(alive),
      () => gone.sum(),
      () => gone.reshape([4]),
      () => F.linear(alive, gone, null),
      () => F.cat([alive, gone]),
      () => gone.to(new ReferenceBackend()),
      () => gone.detach(),
    ]) {
      expect(use).toThrow('tensor (2, 2) was released by release()');
    }
    expect(backend.memory()).toMatchObject({ allocated, created });
  });
});

describe('noGrad', () => {
  const live = () => backend.memory().allocated;

  it('records nothing, and returns all but its result', async () => {
    const x = leaf([1, 2]);
    const before = live();
    let inner: Tensor | undefined;
    const y = noGrad(() => {
      inner = x.mul(2);
      return inner.add(1);
    });
    expect(y.requiresGrad).toBe(false);
    expect([...(await y.data())]).toEqual([3, 5]);
    expect(live()).toBe(before + 8);
    expect(() => inner!.add(1)).toThrow('tensor (2) was released by noGrad()');
    expect(x.mul(2).requiresGrad).toBe(true);
  });

  it('keeps results in arrays and objects, and what asked to stay', () => {
    const x = leaf([1]);
    const before = live();
    let retained: Tensor | undefined;
    const { pair, named } = noGrad(() => {
      retained = x.mul(2).retain();
      x.mul(100);
      return { pair: [x.mul(3), x.mul(4)], named: { y: x.mul(5), text: 'no tensor' } };
    });
    for (const tensor of [...pair, named.y, retained!]) tensor.assertAlive('test');
    expect(live()).toBe(before + 4 * 4);
  });

  it('nests: an inner result lives until the outer block ends', () => {
    const before = live();
    let inner: Tensor | undefined;
    const outer = noGrad(() => {
      inner = noGrad(() => backend.tensor([1]).add(1));
      expect(backend.tensor([1], [1], { requiresGrad: true }).add(1).requiresGrad).toBe(false);
      return inner.add(1);
    });
    expect(() => inner!.assertAlive('test')).toThrow('released by noGrad()');
    outer.assertAlive('test');
    expect(live()).toBe(before + 4 + 4); // the result, and the leaf that asked for a gradient
  });

  it('ends when its function throws', () => {
    const before = live();
    const failing = () =>
      noGrad(() => {
        backend.tensor([1]);
        throw new Error('in the block');
      });
    expect(failing).toThrow('in the block');
    expect(live()).toBe(before);
    expect(leaf([1]).mul(2).requiresGrad).toBe(true);
  });

  it('lasts until an async function settles, well or badly', async () => {
    const x = leaf([1]);
    const before = live();
    const y = await noGrad(async () => {
      const first = x.mul(2);
      await first.data();
      return first.add(1);
    });
    expect(y.requiresGrad).toBe(false);
    expect(live()).toBe(before + 4);
    const failing = noGrad(async () => {
      x.mul(2);
      await Promise.resolve();
      throw new Error('later');
    });
    await expect(failing).rejects.toThrow('later');
    expect(live()).toBe(before + 4);
    expect(x.mul(2).requiresGrad).toBe(true);
  });

  it('holds nothing of what others do meanwhile: blocks side by side, and code outside of any', async () => {
    const x = leaf([1]);
    const turns = Array.from({ length: 3 }, () => {
      let resolve = () => {};
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      return { promise, resolve };
    });
    const requests = turns.map(({ promise }) =>
      noGrad(async () => {
        const first = x.mul(2);
        await promise;
        return first.add(x.mul(3));
      }),
    );
    const batch = backend.tensor([5]);
    const recorded = x.mul(batch);
    expect(recorded.requiresGrad).toBe(true);
    for (const i of [1, 0, 2]) {
      turns[i].resolve();
      expect([...(await (await requests[i]).data())]).toEqual([5]);
      expect((await requests[i]).requiresGrad).toBe(false);
    }
    expect([...(await batch.data())]).toEqual([5]);
    recorded.sum().backward();
    expect([...(await x.grad!.data())]).toEqual([5]);
  });

  it('is over for what an async function left behind', async () => {
    const x = leaf([1]);
    let late = Promise.resolve(true);
    await noGrad(async () => {
      late = new Promise((resolve) => setTimeout(() => resolve(x.mul(2).requiresGrad), 5));
    });
    expect(await late).toBe(true);
  });

  it('keeps the tensors in maps, sets, class instances, and objects that hold themselves', async () => {
    class Scores {
      readonly itself: Scores = this;
      constructor(readonly best: Tensor) {}
    }
    const make = (value: number) => backend.tensor([value]);
    const kept = noGrad(() => ({
      map: new Map([['a', make(1)]]),
      set: new Set([[make(2)]]),
      scores: new Scores(make(3)),
    }));
    const tensors = [kept.map.get('a')!, [...kept.set][0][0], kept.scores.best];
    expect(await Promise.all(tensors.map((tensor) => tensor.item()))).toEqual([1, 2, 3]);
  });

  it('follows promises of another realm', async () => {
    const x = leaf([1]);
    const foreign = runInNewContext('async (use) => { await use(); return use(); }');
    const y = noGrad(() => foreign(async () => x.mul(2))) as Promise<Tensor>;
    expect((await y).requiresGrad).toBe(false);
    expect(await (await y).item()).toBe(2);
  });

  it('refuses async functions where no platform follows them, and promises of reading stay possible', async () => {
    setAsyncScope(null);
    try {
      expect(() => noGrad(async () => {})).toThrow(/noGrad: here an async function can't be followed/);
      const x = leaf([1]);
      expect([...(await noGrad(() => x.mul(2).data()))]).toEqual([2]);
      expect(noGrad(() => noGrad(() => x.mul(2)).add(x)).requiresGrad).toBe(false);
      expect(x.mul(2).requiresGrad).toBe(true);
    } finally {
      setAsyncScope(new AsyncLocalStorage());
    }
  });
});

describe('tensors that don’t go together', () => {
  const elsewhere = new ReferenceBackend();
  const x = zeros([2, 3, 4, 4]);
  const stats = [zeros([3]), zeros([3])] as const;

  it.each<[string, () => unknown]>([
    ['add', () => x.add(zeros([4], 'float32', elsewhere))],
    ['matmul', () => x.matmul(zeros([4, 4], 'float32', elsewhere))],
    ['conv2d', () => F.conv2d(x, zeros([1, 3, 2, 2]), zeros([1], 'float32', elsewhere))],
    ['cat', () => F.cat([x, zeros([2, 3, 4, 4], 'float32', elsewhere)])],
    ['mseLoss', () => F.mseLoss(x, zeros([2, 3, 4, 4], 'float32', elsewhere))],
    ['batchNorm2d', () => F.batchNorm2d(x, stats[0], zeros([3], 'float32', elsewhere))],
    ['crossEntropy', () => F.crossEntropy(zeros([1, 3]), [0], { weight: zeros([3], 'float32', elsewhere) })],
    ['nllLoss', () => F.nllLoss(zeros([1, 3]), [0], { weight: zeros([3], 'float32', elsewhere) })],
    [
      'backward',
      () =>
        leaf([1])
          .mul(1)
          .backward(zeros([1], 'float32', elsewhere)),
    ],
  ])('%s refuses tensors of two backends', (name, mix) => {
    const { allocated } = backend.memory();
    expect(mix).toThrow(new RegExp(`^${name}: .*is on backend 'reference', but .* on another 'reference'; move one`));
    expect(backend.memory().allocated - allocated).toBeLessThan(500); // its own arguments, no output
  });

  it.each<[string, () => unknown]>([
    ['add', () => x.add(zeros([4], 'float64'))],
    ['linear', () => F.linear(x, zeros([2, 4], 'float64'), null)],
    ['batchNorm2d', () => F.batchNorm2d(x, zeros([3], 'float64'), stats[1])],
    ['crossEntropy', () => F.crossEntropy(zeros([1, 3]), [0], { weight: zeros([3], 'float64') })],
  ])('%s refuses float32 with float64', (name, mix) => {
    expect(mix).toThrow(new RegExp(`^${name}: .* is float32, but .* is float64`));
  });

  it('and nothing computes with int32', () => {
    expect(() => zeros([2], 'int32').add(1)).toThrow('add: needs a tensor of float32 or float64');
  });
});

const mistakes: Record<
  Exclude<OperationName, 'sgd' | 'adam' | 'rmsprop' | 'adagrad' | 'gradNorm' | 'clipGrad'>,
  [() => unknown, string][]
> = {
  conv2d: [
    [
      () => F.conv2d(zeros([64, 3, 28, 28]), zeros([10, 1, 5, 5]), null),
      'conv2d: x (64, 3, 28, 28) has C_in = 3, but weight (10, 1, 5, 5) takes 1 (C_in / groups)',
    ],
    [() => F.conv2d(zeros([3, 28, 28]), zeros([10, 3, 5, 5]), null), 'conv2d: x (3, 28, 28) must have four dimensions'],
    [() => F.conv2d(zeros([1, 4, 8, 8]), zeros([6, 4, 3, 3]), zeros([5])), 'conv2d: bias (5) must be (C_out) = (6)'],
    [
      () => F.conv2d(zeros([1, 4, 8, 8]), zeros([6, 1, 3, 3]), null, { groups: 4 }),
      'conv2d: groups = 4 must divide C_in = 4 and C_out = 6',
    ],
    [
      () => F.conv2d(zeros([1, 1, 3, 3]), zeros([1, 1, 5, 5]), null),
      'conv2d: the kernel spans 5x5 pixels, but x (1, 1, 3, 3) with its padding is only 3x3',
    ],
    [
      () => F.conv2d(zeros([1, 1, 8, 8]), zeros([1, 1, 3, 3]), null, { padding: 'same', stride: 2 }),
      "conv2d: padding 'same' needs stride 1, but stride is [2, 2]",
    ],
    [
      () =>
        F.conv2d(zeros([1, 1, 8, 8]), zeros([1, 1, 3, 3]), null, {
          padding: 'same',
          stride: 2,
          paddingMode: 'reflect',
        }),
      "conv2d: padding 'same' needs stride 1, but stride is [2, 2]",
    ],
    [
      () => F.conv2d(zeros([1, 1, 8, 8]), zeros([1, 1, 3, 3]), null, { stride: 0 }),
      'conv2d: stride must be a whole number ≥ 1, or [height, width] of them, but is 0',
    ],
  ],
  maxPool2d: [
    [
      () => F.maxPool2d(zeros([1, 1, 4, 4]), 3, { padding: 2 }),
      'maxPool2d: padding [2, 2] must be at most half of kernelSize [3, 3]',
    ],
    [() => F.maxPool2d(zeros([1, 1, 2, 2]), 3), "maxPool2d: a window of 3x3 pixels doesn't fit x (1, 1, 2, 2)"],
    [
      () => F.maxPool2d(zeros([1, 1, 1, 1]), 2, { padding: 1, dilation: 2, stride: 1 }),
      'maxPool2d: dilation [2, 2] and padding [1, 1] leave a window without a single pixel of the 1x1 image',
    ],
  ],
  avgPool2d: [
    [() => F.avgPool2d(zeros([4, 4]), 2), 'avgPool2d: x (4, 4) must have four dimensions (N, C, H, W)'],
    [
      () => F.avgPool2d(zeros([1, 1, 4, 4]), 2, { divisorOverride: 0 }),
      'avgPool2d: divisorOverride must be a number other than 0, but is 0',
    ],
  ],
  adaptiveAvgPool2d: [
    [
      () => F.adaptiveAvgPool2d(zeros([1, 1, 4, 4]), [0, 2]),
      'adaptiveAvgPool2d: outputSize must be whole numbers ≥ 1 or null, but is [0, 2]',
    ],
  ],
  linear: [
    [
      () => F.linear(zeros([2, 320]), zeros([10, 300]), null),
      'linear: x (2, 320) must end in 300, as weight (10, 300) is (out, in)',
    ],
    [() => F.linear(zeros([2, 3]), zeros([10, 3]), zeros([3])), 'linear: bias (3) must be (out) = (10)'],
  ],
  matmul: [
    [() => zeros([2, 3]).matmul(zeros([2, 3])), 'matmul: a (2, 3) has rows of 3, but b (2, 3) has columns of 2'],
    [() => zeros([2, 1, 3]).matmul(zeros([4, 3, 1])), "matmul: (2) and (4) don't broadcast"],
    [() => zeros([]).matmul(zeros([1])), 'matmul: a scalar has no rows or columns; use mul'],
  ],
  batchNorm2d: [
    [
      () => F.batchNorm2d(zeros([2, 3, 4, 4]), zeros([4]), zeros([3])),
      'batchNorm2d: runningMean (4) must be (C) = (3), as x is (2, 3, 4, 4)',
    ],
    [() => F.batchNorm2d(zeros([2, 3, 4, 4]), null, null), 'batchNorm2d: evaluation needs runningMean and runningVar'],
    [
      () => F.batchNorm2d(zeros([1, 3, 1, 1]), null, null, null, null, { training: true }),
      'batchNorm2d: x (1, 3, 1, 1) has one value a channel; training needs at least 2',
    ],
  ],
  localResponseNorm: [
    [() => F.localResponseNorm(zeros([2, 3]), 5), 'localResponseNorm: x (2, 3) must be (N, C, …)'],
    [() => F.localResponseNorm(zeros([2, 3, 4]), 0), 'localResponseNorm: size must be a whole number ≥ 1, but is 0'],
  ],
  relu: [[() => F.relu(zeros([2], 'int32')), 'relu: needs a tensor of float32 or float64']],
  sigmoid: [[() => F.sigmoid(zeros([2], 'int32')), 'sigmoid: needs a tensor of float32 or float64']],
  tanh: [[() => F.tanh(zeros([2], 'int32')), 'tanh: needs a tensor of float32 or float64']],
  softmax: [[() => F.softmax(zeros([2, 3]), 2), 'softmax: dim 2 is out of range for a tensor of 2 dimensions']],
  logSoftmax: [
    [() => F.logSoftmax(zeros([2, 3]), -3), 'logSoftmax: dim -3 is out of range for a tensor of 2 dimensions'],
  ],
  crossEntropy: [
    [() => F.crossEntropy(zeros([3]), [0]), 'crossEntropy: x (3) must be (N, C) or (N, C, d1, …)'],
    [() => F.crossEntropy(zeros([2, 3]), [0]), 'crossEntropy: x (2, 3) needs 2 targets, but 1 are given'],
    [
      () => F.crossEntropy(zeros([2, 3]), [0, 3]),
      "crossEntropy: target[1] = 3 isn't a class: x (2, 3) has the classes 0 … 2",
    ],
    [() => F.crossEntropy(zeros([2, 3]), [0, 0.5]), "crossEntropy: target[1] = 0.5 isn't a class"],
    [() => F.crossEntropy(zeros([2, 3]), [0, 1], { weight: [1, 2] }), 'crossEntropy: weight (2) must be (C) = (3)'],
    [
      () => F.crossEntropy(zeros([1, 3]), [0], { labelSmoothing: 1.5 }),
      'crossEntropy: labelSmoothing must be in 0 … 1, but is 1.5',
    ],
  ],
  nllLoss: [
    [() => F.nllLoss(zeros([1, 3]), [-1]), "nllLoss: target[0] = -1 isn't a class: x (1, 3) has the classes 0 … 2"],
  ],
  mseLoss: [[() => F.mseLoss(zeros([2, 3]), zeros([3])), 'mseLoss: x (2, 3) and target (3) must have the same shape']],
  cat: [
    [() => F.cat([zeros([2, 3]), zeros([1, 4])], 1), 'cat: (2, 3) and (1, 4) may differ in dim 1 only'],
    [() => F.cat([]), 'cat: there is no tensor to join'],
    [() => F.cat([zeros([])]), 'cat: dim 0 is out of range for a tensor of 0 dimensions'],
  ],
  pad: [
    [
      () => F.pad(zeros([1, 1, 3, 3]), [3, 0, 0, 0], { mode: 'reflect' }),
      "pad: 'reflect' must pad by less than the image, but x (1, 1, 3, 3) gets [3,0,0,0]",
    ],
    [
      () => F.pad(zeros([1, 1, 3, 3]), [4, 0], { mode: 'circular' }),
      "pad: 'circular' must pad by at most the image, but x (1, 1, 3, 3) gets [4,0]",
    ],
    [() => F.pad(zeros([3]), [1]), 'pad: padding must be [left, right] or [left, right, top, bottom], but is [1]'],
    [() => F.pad(zeros([3]), [1, 1, 1, 1]), 'pad: x (3) has too few dimensions for [1,1,1,1]'],
    [() => F.pad(zeros([2, 3]), [-2, -1]), 'pad: [-2,-1] leaves nothing of x (2, 3)'],
  ],
  dropout: [[() => F.dropout(zeros([2]), 1.5), 'dropout: p must be in 0 … 1, but is 1.5']],
  add: [[() => zeros([2, 3]).add(zeros([2])), "add: (2, 3) and (2) don't broadcast: 3 and 2 differ and neither is 1"]],
  sub: [[() => zeros([2, 3]).sub(zeros([3, 3])), "sub: (2, 3) and (3, 3) don't broadcast: 2 and 3 differ"]],
  mul: [[() => zeros([4]).mul(zeros([3])), "mul: (4) and (3) don't broadcast: 4 and 3 differ and neither is 1"]],
  div: [[() => zeros([4, 1]).div(zeros([3, 2])), "div: (4, 1) and (3, 2) don't broadcast: 4 and 3 differ"]],
  sum: [[() => zeros([2, 3]).sum([0, -2]), 'sum: dim [0,0] names a dimension twice']],
  mean: [[() => zeros([2, 3]).mean(2), 'mean: dim 2 is out of range for a tensor of 2 dimensions']],
};

describe('shape mistakes', () => {
  const differentiable = operationNames.filter((name) => 'backward' in ops[name]);

  it.each(differentiable)('%s names itself, the shapes and the rule', (name) => {
    for (const [mistake, message] of mistakes[name as keyof typeof mistakes]) expect(mistake).toThrow(message);
  });

  it('are caught in reshape, flatten and tensor too', async () => {
    expect(() => zeros([2, 3]).reshape([4, -1])).toThrow(
      "reshape: tensor (2, 3) has 6 elements and can't become (4, -1)",
    );
    expect(() => zeros([2, 3]).reshape([-1, -1])).toThrow(ShapeError);
    expect(() => zeros([2, 3]).flatten(1, 0)).toThrow('flatten: startDim 1 comes after endDim 0 in tensor (2, 3)');
    expect(() => backend.tensor([1, 2, 3], [2, 2])).toThrow(
      "tensor: 3 values don't fill shape (2, 2), which has 4 elements",
    );
    expect(() => backend.tensor([], [-1, 0])).toThrow('tensor: shape [-1, 0] must be an array of whole numbers ≥ 0');
    await expect(zeros([2]).item()).rejects.toThrow('item: tensor (2) has 2 elements, not one');
  });
});

/** The lecture's net in small, in f64: its loss for given parameters. */
function smallNet(x: Tensor, [w1, b1, w2, b2, w3, b3]: Tensor[]): Tensor {
  let y = F.relu(F.maxPool2d(F.conv2d(x, w1, b1), 2));
  y = F.relu(F.maxPool2d(F.conv2d(y, w2, b2), 2));
  return F.crossEntropy(F.linear(y.flatten(1), w3, b3), [2, 0, 1]);
}

it('a whole network’s gradient is its slope, in every direction that is tried', async () => {
  const generator = new Generator(11);
  const random = (shape: number[]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return Float64Array.from(generator.fillNormal(new Float32Array(count), 0, 0.5));
  };
  const f64 = (values: Float64Array, shape: number[], requiresGrad = false) =>
    backend.tensor(values, shape, { dtype: 'float64', requiresGrad });
  const shapes = [[3, 1, 3, 3], [3], [4, 3, 3, 3], [4], [3, 16], [3]];
  const values = shapes.map(random);
  const x = f64(random([3, 1, 14, 14]), [3, 1, 14, 14]);

  const params = values.map((value, i) => f64(value, shapes[i], true));
  smallNet(x, params).backward();
  const gradients = await Promise.all(params.map((param) => param.grad!.data()));

  for (let trial = 0; trial < 5; trial++) {
    const direction = shapes.map(random);
    const lossAt = (step: number) => {
      const moved = values.map((value, i) =>
        f64(
          value.map((v, j) => v + step * direction[i][j]),
          shapes[i],
        ),
      );
      return smallNet(x, moved).item();
    };
    const slope = ((await lossAt(1e-6)) - (await lossAt(-1e-6))) / 2e-6;
    const expected = gradients.flatMap((g, i) => [...g].map((v, j) => v * direction[i][j])).reduce((a, b) => a + b, 0);
    expect(Math.abs(slope - expected)).toBeLessThan(1e-7 * Math.max(1, Math.abs(expected)));
  }
});
