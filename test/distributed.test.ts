/** Training on several ranks: in one process, and, where there is MPI, in several. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DataLoader, type Dataset, Subset } from '../src/data/index.js';
import { bucketsOf } from '../src/distributed/dataParallel.js';
import {
  averageGradients,
  broadcastParameters,
  DistributedSampler,
  inProcessGroups,
  type ProcessGroup,
  requireSame,
} from '../src/distributed/index.js';
import { launcherIn } from '../src/distributed/mpi/launcher.js';
import { sumInRankOrder } from '../src/distributed/processGroup.js';
import { mnist } from '../src/node/data.js';
import {
  type Backend,
  Checkpoint,
  createBackend,
  defaultGenerator,
  evaluate,
  functional as F,
  type FitOptions,
  fit,
  manualSeed,
  models,
  nn,
  optim,
  type Tensor,
} from '../src/node/index.js';
import { Ranks } from '../src/training/ranks.js';
import { MAIN, startIn } from './command.js';
import { missingForMpi, mpiEnvironment } from './mpi.js';
import { smallMnist } from './smallMnist.js';

let backend: Backend;
let digits: Dataset;
beforeAll(async () => {
  backend = await createBackend('wasm', { threads: 1 });
  digits = new Subset(
    await mnist({ train: true }),
    Array.from({ length: 331 }, (_, i) => i),
  );
});

/** `size` ranks, each an async function; what they return. */
function together<Result>(size: number, rank: (group: ProcessGroup) => Promise<Result>): Promise<Result[]> {
  return Promise.all(inProcessGroups(size).map(rank));
}

describe('a group', () => {
  test('sums over all ranks are those in f64, rounded once, in the order of ranks', async () => {
    const all = await together(3, async ({ rank, size, ...group }) => {
      const values = Float32Array.of([2 ** 24, 1, -(2 ** 24)][rank], 2 ** -30 * rank, rank);
      await group.allReduce(values);
      return [...values, size];
    });
    expect(all).toEqual(Array(3).fill([1, 3 * 2 ** -30, 3, 3]));
  });

  test('sums of more values than are added up at a time', () => {
    const parts = [1, 2].map((factor) => Float64Array.from({ length: 2500 }, (_, i) => i * factor));
    const sums = new Float64Array(2500);
    sumInRankOrder(sums, parts);
    expect([...sums]).toEqual(Array.from({ length: 2500 }, (_, i) => 3 * i));
  });

  test('bytes of any length are gathered, and broadcast from any rank', async () => {
    const all = await together(3, async (group) => {
      const gathered = await group.allGather(new Uint8Array(group.rank).fill(group.rank));
      const bytes = Uint8Array.of(group.rank, 7);
      await group.broadcast(bytes, 2);
      return [gathered.map((part) => [...part]), [...bytes]];
    });
    for (const one of all)
      expect(one).toEqual([
        [[], [1], [2, 2]],
        [2, 7],
      ]);
  });

  test('where facts differ, all ranks know of whom', async () => {
    const errors = await together(3, (group) =>
      requireSame(group, { 'the model': [1, 2], 'the data': group.rank === 1 ? 'x' : 'y' }).catch(
        (error) => error.message,
      ),
    );
    expect(errors).toEqual(Array(3).fill("the ranks don't train the same: other than on rank 0 are the data (rank 1)"));
    await together(2, (group) => requireSame(group, { same: true }));
  });
});

describe('the sampler', () => {
  test("gives every rank the images that PyTorch's gives it", async () => {
    const cases = JSON.parse(await readFile(new URL('golden/distributedSampler.json', import.meta.url), 'utf8'));
    expect(cases.length).toBeGreaterThan(50);
    for (const { length, indices, epoch, ...options } of cases) {
      for (const [rank, expected] of (indices as number[][]).entries()) {
        const sampler = new DistributedSampler({ length }, { numReplicas: indices.length, rank, ...options });
        sampler.setEpoch(epoch);
        expect([...sampler], JSON.stringify({ length, rank, ...options })).toEqual(expected);
        expect(sampler.length).toBe(expected.length);
      }
    }
  });

  test('without padding, each image is in one share', () => {
    for (const length of [1, 5, 6]) {
      const shares = [0, 1, 2].map((rank) => {
        const sampler = new DistributedSampler({ length }, { numReplicas: 3, rank, shuffle: false, pad: false });
        expect([...sampler].length).toBe(sampler.length);
        return [...sampler];
      });
      expect(shares.flat().sort()).toEqual(Array.from({ length }, (_, i) => i));
    }
  });

  test('wrong options are refused', () => {
    const sampler = (options: object) => () =>
      new DistributedSampler({ length: 4 }, { numReplicas: 2, rank: 0, ...options });
    expect(sampler({ rank: 2 })).toThrow('rank must be in 0 to 1, but is 2');
    expect(sampler({ numReplicas: 0 })).toThrow('numReplicas must be a whole number ≥ 1');
    expect(sampler({ pad: false, dropLast: true })).toThrow('dropLast leaves images out');
    const own = sampler({})();
    expect(() => new DataLoader(digits, { sampler: own, shuffle: true })).toThrow("shuffle doesn't go with it");
  });
});

describe('gradients', () => {
  test('are exchanged in buckets, of which a large parameter has one of its own', () => {
    const parameter = (length: number) => backend.tensor(new Float32Array(length), [length], { requiresGrad: true });
    const sizes = [10, 20, 500, 30, 70, 1].map(parameter);
    const frozen = backend.tensor([0], [1]);
    const buckets = bucketsOf([frozen, ...sizes], 400).map((bucket) => bucket.map(({ numel }) => numel));
    expect(buckets).toEqual([[10, 20], [500], [30, 70], [1]]);
  });

  test('are means over all ranks; where some have none it counts as 0, and where all have none it stays so', async () => {
    const all = await together(2, async (group) => {
      const tensors = [1, 2, 3].map((value) => backend.tensor([value, 1], [2], { requiresGrad: true }));
      const [everywhere, once, nowhere] = tensors;
      everywhere
        .mul(group.rank + 1)
        .sum()
        .backward();
      if (group.rank === 1) once.mul(3).sum().backward();
      await averageGradients(tensors, group, { bucketBytes: 8 });
      const gradients = [...(await everywhere.grad!.data()), ...(await once.grad!.data())];
      return { gradients, nowhere: nowhere.grad };
    });
    expect(all).toEqual(Array(2).fill({ gradients: [1.5, 1.5, 1.5, 1.5], nowhere: null }));
  });

  test('begin with the weights of rank 0', async () => {
    const all = await together(2, async (group) => {
      manualSeed(group.rank);
      const model = new nn.BatchNorm2d(3).to(backend);
      model.runningMean!.copyFrom(new Float32Array(3).fill(group.rank + 5));
      await broadcastParameters(model, group);
      return [...(await model.runningMean!.data())];
    });
    expect(all).toEqual([
      [5, 5, 5],
      [5, 5, 5],
    ]);
  });
});

/** The losses of a run of `fit`, and all else that a test may ask for. */
async function train(group: ProcessGroup | undefined, more: Partial<FitOptions> & Making = {}) {
  const { batchSize = 32, make = models.mnistNet, data = digits, test: testing = null, ...options } = more;
  const { rank, size: numReplicas } = group ?? { rank: 0, size: 1 };
  manualSeed(3);
  const model = make().to(backend);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.5 });
  const sampler = new DistributedSampler(data, { numReplicas, rank, seed: 1 });
  const loader = new DataLoader(data, { batchSize, sampler, backend });
  const losses: number[] = [];
  const shares = testing && new DistributedSampler(testing, { numReplicas, rank, shuffle: false, pad: false });
  const validation = testing && new DataLoader(testing, { batchSize: 20, sampler: shares!, backend });
  const result = await fit(model, optimizer, loader, {
    processGroup: group,
    validation: validation ?? undefined,
    onStep: ({ loss }) => void losses.push(loss),
    ...options,
  });
  const weights = await Promise.all(model.parameters().map(async (parameter) => [...(await parameter.data())]));
  const buffers = await Promise.all(model.buffers().map(async (buffer) => [...(await buffer.data())]));
  return { losses, result, weights, buffers, model };
}

interface Making {
  batchSize?: number;
  make?: () => nn.Module;
  data?: Dataset;
  test?: Dataset;
}

/** The largest difference of two lists of losses, relative. */
function difference(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]) / Math.abs(b[i])));
}

class NormNet extends nn.Module {
  conv = new nn.Conv2d(1, 4, 5);
  norm = new nn.BatchNorm2d(4);
  fc = new nn.Linear(4 * 12 * 12, 10);

  forward(x: Tensor): Tensor {
    x = F.maxPool2d(F.relu(this.norm.forward(this.conv.forward(x))), 2);
    return this.fc.forward(x.flatten(1));
  }
}

describe('fit', () => {
  test('on three ranks gives the losses of one process at three times the batch, and all ranks the same bits', async () => {
    const one = await train(undefined, { batchSize: 30, epochs: 2, data: new Subset(digits, [...Array(330).keys()]) });
    const ranks = await together(3, (group) =>
      train(group, { batchSize: 10, epochs: 2, data: new Subset(digits, [...Array(330).keys()]) }),
    );
    expect(one.losses.length).toBe(22);
    for (const { losses, weights } of ranks) {
      expect(difference(losses, one.losses)).toBeLessThan(1e-5);
      expect(weights).toEqual(ranks[0].weights);
    }
  });

  test('with accumulate gives the losses of one batch of that size, a last step of fewer included', async () => {
    const whole = await train(undefined, { batchSize: 40, epochs: 2 });
    const parts = await train(undefined, { batchSize: 10, accumulate: 4, epochs: 2 });
    expect(whole.losses.length).toBe(18);
    expect(difference(parts.losses, whole.losses)).toBeLessThan(1e-5);
    await expect(train(undefined, { accumulate: 0.5 })).rejects.toThrow('accumulate must be a whole number');
  });

  test('validates over all ranks, each image once, with the statistics of rank 0', async () => {
    const some = new Subset(digits, [...Array(77).keys()]);
    const ranks = await together(3, (group) => train(group, { make: () => new NormNet(), test: some }));
    const alone = await evaluate(ranks[0].model, new DataLoader(some, { batchSize: 77, backend }));
    for (const { result } of ranks) {
      expect(result.validation).toEqual(ranks[0].result.validation);
      expect(result.validation!.count).toBe(77);
      expect(result.validation!.confusion).toEqual(alone.confusion);
      expect(difference([result.validation!.loss], [alone.loss])).toBeLessThan(1e-5);
    }
  });

  test('more ranks than images to validate with', async () => {
    const ranks = await together(3, (group) => train(group, { test: new Subset(digits, [0, 1]) }));
    for (const { result } of ranks) expect(result.validation!.count).toBe(2);
  });

  test('dropout draws other numbers on each rank, and leaves all with the same generator', () => {
    const drawn = inProcessGroups(2).map((group) => {
      manualSeed(5);
      const ranks = new Ranks(group, undefined);
      const own = [1, 2].map(() => ranks.withOwnGenerator(() => defaultGenerator.random()));
      return { own, next: defaultGenerator.random() };
    });
    expect(new Set(drawn.flatMap(({ own }) => own)).size).toBe(4);
    expect(drawn[0].next).toBe(drawn[1].next);
  });

  test('an end that one rank is asked for is the end of all, and resumes with the same bits', async () => {
    const whole = await together(2, (group) => train(group, { make: () => new NormNet() }));
    const saved: Uint8Array[] = [];
    const checkpoints = { save: async (_: string, bytes: Uint8Array) => void saved.push(bytes) };
    const ends = await together(2, (group) => {
      const signal = { aborted: false };
      const onStep = ({ step }: { step: number }) => {
        signal.aborted = step === 2 && group.rank === 1;
      };
      return train(group, { make: () => new NormNet(), signal, onStep, checkpoints });
    });
    expect(ends.map(({ result: { ended, step } }) => [ended, step])).toEqual(Array(2).fill(['interrupted', 3]));
    expect(saved.length).toBe(1); // by rank 0 alone
    const resume = await Checkpoint.decode(saved[0], 'saved');
    expect(resume.ranks).toBe(2);
    const ranks = await together(2, (group) => train(group, { make: () => new NormNet(), resume }));
    expect(ranks[0].losses).toEqual(whole[0].losses.slice(3));
    expect(ranks[0].weights).toEqual(whole[0].weights);
    // One rank goes on where two have seen as many images.
    const { result } = await train(undefined, { make: () => new NormNet(), resume });
    expect(result.step).toBe(3 + Math.ceil(331 / 32) - 6);
  });

  test('a rank that has lost the others, and is asked to end, saves the last whole step', async () => {
    const signal = { aborted: false };
    const saved: Uint8Array[] = [];
    const checkpoints = { save: async (_: string, bytes: Uint8Array) => void saved.push(bytes) };
    const [first, second] = inProcessGroups(2);
    const options = { make: () => new NormNet(), data: new Subset(digits, [...Array(320).keys()]) };
    const dead = train(second, {
      ...options,
      onStep: ({ step }) => (step === 3 ? new Promise<void>(() => {}) : undefined),
    });
    void dead;
    const lost = train(first, {
      ...options,
      signal,
      checkpoints,
      onStep: ({ step }) => {
        signal.aborted = step === 3;
      },
    });
    await expect(lost).rejects.toThrow('it has waited 0.5 s for the other ranks');
    const resume = await Checkpoint.decode(saved[0], 'saved');
    expect(resume.position.step).toBe(3);
    const whole = await together(2, (group) => train(group, options));
    const resumed = await together(2, (group) => train(group, { ...options, resume }));
    expect(resumed[0].weights).toEqual(whole[0].weights);
    expect(resumed[0].buffers).toEqual(whole[0].buffers);
  });

  test('refuses ranks that would not train the same', async () => {
    const errors = await together(2, (group) =>
      train(group, { make: () => (group.rank === 1 ? models.residualNet() : models.mnistNet()) }).catch(
        (error) => error.message,
      ),
    );
    expect(errors).toEqual(Array(2).fill(expect.stringContaining('the model (rank 1)')));
    const [group] = inProcessGroups(2);
    const model = models.mnistNet().to(backend);
    const loader = new DataLoader(digits, { batchSize: 32, backend });
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    await expect(fit(model, optimizer, loader, { processGroup: group })).rejects.toThrow('needs a DistributedSampler');
  });
});

test('what has started a process as a rank is known from the environment', () => {
  const slurm = { SLURM_PROCID: '0', SLURM_NTASKS: '8' };
  expect(launcherIn({ PATH: '/bin' })).toBeNull();
  expect(launcherIn({ OMPI_COMM_WORLD_SIZE: '4', ...slurm })).toMatchObject({ size: 4, mpi: 'Open MPI' });
  expect(launcherIn({ PMI_SIZE: '2' })).toMatchObject({ size: 2, mpi: 'MPICH' });
  expect(launcherIn({ PMI_SIZE: '2', ...slurm })).toMatchObject({ size: 2, mpi: null });
  expect(launcherIn(slurm)).toMatchObject({ name: "Slurm's srun", size: 8, mpi: null });
});

const without = missingForMpi === null ? '' : ` (skipped: there is no ${missingForMpi})`;

describe.skipIf(missingForMpi !== null)(`on MPI${without}`, () => {
  let folder: string;
  let data: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'receptive-mpi-'));
    data = await smallMnist(folder);
  });
  const mpirun = (...args: string[]) =>
    startIn(
      folder,
      'mpirun',
      ['-n', '2', process.execPath, MAIN, 'train', 'mnist', '--distributed', 'mpi', ...args],
      mpiEnvironment,
    );
  const weightsOf = async (out: string) => (await readFile(join(folder, out, 'last.safetensors'))).toString('base64');

  test('two ranks train, with the same bits in each run, and go on after one is killed', async () => {
    const recipe = ['--data-dir', data, '--batch-size', '4', '--epochs', '2'];
    const whole = await mpirun(...recipe, '--out', 'whole').ended;
    expect(whole.code, whole.stderr).toBe(0);
    expect(whole.stdout).toContain('batch 4 x 2 ranks = 8');
    expect(whole.stdout).toMatch(/2 ranks on MPI \(.*\)\nranks 0, 1: 'wasm x \d+' on /);
    expect(whole.stdout.match(/test accuracy .* after/g)!.length).toBe(1);

    const killed = mpirun(...recipe, '--out', 'killed');
    await killed.printed('epoch 1: loss');
    const ranks = execFileSync('pgrep', ['-P', String(killed.child.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    process.kill(Number(ranks[1]), 'SIGKILL');
    const { code, stderr } = await killed.ended;
    expect(code).not.toBe(0);
    expect(stderr).toContain('saved killed/last.safetensors');
    const resumed = await mpirun('--resume', '--out', 'killed').ended;
    expect(resumed.stdout, resumed.stderr).toMatch(/resumed after step \d+ of epoch 2/);
    expect(await weightsOf('killed')).toBe(await weightsOf('whole'));
  });

  test('what is missing is said in one line', async () => {
    const alone = await startIn(folder, process.execPath, [MAIN, 'train', 'mnist', '--distributed', 'mpi']).ended;
    expect(alone).toMatchObject({ code: 1, stdout: '' });
    expect(alone.stderr).toBe(
      'receptive: MPI needs ranks, but nothing has started this process as one: mpirun -n 4 node …\n',
    );
    const lost = { ...process.env, OMPI_COMM_WORLD_SIZE: '2', RECEPTIVE_LIBMPI: '/nowhere/libmpi.so' };
    const without = await startIn(folder, process.execPath, [MAIN, 'train', 'mnist', '--distributed', 'mpi'], lost)
      .ended;
    expect(without.stderr).toMatch(
      /^receptive: MPI needs libmpi, but RECEPTIVE_LIBMPI=\/nowhere\/libmpi.so can't be loaded: .*\n$/,
    );
  });
});
