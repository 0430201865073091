/** How a run trains, by name: in the catalog and as a user types it. Needs `npm run build`. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import {
  agrees,
  checkOptions,
  checkRecipe,
  completeRecipe,
  createRecipe,
  loadWeights,
  openPretrained,
  parseClassNames,
  preparedImage,
  runOptions,
} from '../src/catalog/index.js';
import { decodeImage } from '../src/data/index.js';
import {
  createBackend,
  loadCheckpoint,
  manualSeed,
  models,
  noGrad,
  type optim,
  safetensors,
} from '../src/node/index.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { type ClassifierOutput, scoresOf } from '../src/training/index.js';
import { expectClose, readGoldenJson } from './golden/golden.js';
import { smallMnist } from './smallMnist.js';

/** What torchvision has for a picture: golden/make_imagenet.py. */
interface Prepared {
  readonly name: string;
  readonly corner: readonly number[];
  readonly means: readonly number[];
  readonly scores: readonly number[];
}

const backend = new ReferenceBackend();
const parameter = () => backend.tensor([1], [1], { requiresGrad: true });
const wanted = (given: object) => checkOptions(runOptions, given);
const length = { epochs: 4, stepsPerEpoch: 5 };

function recipeOf(given: object) {
  return createRecipe([parameter()], completeRecipe(wanted(given), length), length);
}

/** The rate of every step, as `fit` would take them. */
function ratesOf(given: object): number[] {
  const { optimizer, fit } = recipeOf(given);
  const scheduler = fit.scheduler as optim.LRScheduler | undefined;
  return Array.from({ length: length.epochs * length.stepsPerEpoch }, (_, step) => {
    const lr = optimizer.paramGroups[0].lr;
    if (fit.schedulerEvery === 'step' || (step + 1) % length.stepsPerEpoch === 0) scheduler?.step();
    return lr;
  });
}

describe('the optimizer', () => {
  test.each([
    [{}, 'SGD', { lr: 0.01, momentum: 0.5, weightDecay: 0, nesterov: false }],
    [{ optimizer: 'sgd:nesterov=true', momentum: 0.9 }, 'SGD', { momentum: 0.9, nesterov: true }],
    [{ optimizer: 'adam:betas=0.8/0.9' }, 'Adam', { lr: 0.001, betas: [0.8, 0.9], weightDecay: 0 }],
    [{ optimizer: 'adamw', lr: 0.1 }, 'AdamW', { lr: 0.1, weightDecay: 0.01 }],
    [
      { optimizer: 'rmsprop:centered=true,alpha=0.9' },
      'RMSprop',
      { lr: 0.01, centered: true, alpha: 0.9, momentum: 0 },
    ],
    [{ optimizer: 'adagrad:lrDecay=0.1', weightDecay: 0.2 }, 'Adagrad', { lr: 0.01, lrDecay: 0.1, weightDecay: 0.2 }],
  ])('of %j is %s', (given, kind, options) => {
    const { optimizer } = recipeOf(given);
    expect((optimizer.constructor as unknown as { kind: string }).kind).toBe(kind);
    expect(optimizer.paramGroups[0]).toMatchObject(options);
  });
});

describe('the rate', () => {
  const rounded = (rates: readonly number[]) => rates.map((rate) => Number(rate.toFixed(6)));

  test('falls by epochs, or by steps', () => {
    const byEpoch = ratesOf({ lr: 1, scheduler: 'MultiStepLR:milestones=1/3,gamma=0.5' });
    expect(byEpoch).toEqual([1, 1, 1, 1, 1, ...Array(10).fill(0.5), ...Array(5).fill(0.25)]);
    expect(ratesOf({ lr: 1, scheduler: 'StepLR:stepSize=10,every=step' })[10]).toBeCloseTo(0.1);
  });

  test('ends with the run where nothing else is said', () => {
    expect(completeRecipe(wanted({ scheduler: 'CosineAnnealingLR' }), length).scheduler).toBe(
      'CosineAnnealingLR:tMax=4,every=epoch',
    );
    expect(completeRecipe(wanted({ scheduler: 'CosineAnnealingLR:every=step' }), length).scheduler).toBe(
      'CosineAnnealingLR:tMax=20,every=step',
    );
    const cycle = completeRecipe(wanted({ scheduler: 'OneCycleLR:pctStart=0.5', lr: 0.2 }), length);
    expect(cycle.scheduler).toBe('OneCycleLR:maxLr=0.2,totalSteps=20,pctStart=0.5,every=step');
    const rates = ratesOf({ scheduler: 'OneCycleLR:pctStart=0.5', lr: 0.2 });
    expect(Math.max(...rates)).toBeCloseTo(0.2);
    expect(rates[0]).toBeCloseTo(0.008);
    // Once more changes nothing: a resumed run has what it had.
    expect(completeRecipe(cycle, { epochs: 9, stepsPerEpoch: 1 })).toEqual(cycle);
  });

  test('rises in a warm-up, and the schedule begins after it', () => {
    const up = [0.2, 0.36, 0.52, 0.68, 0.84];
    expect(rounded(ratesOf({ lr: 1, warmup: 1 }))).toEqual([...up, ...Array(15).fill(1)]);
    expect(rounded(ratesOf({ lr: 1, warmup: '2steps' })).slice(0, 4)).toEqual([0.5, 0.75, 1, 1]);
    const cosine = completeRecipe(wanted({ lr: 1, warmup: 1, scheduler: 'CosineAnnealingLR' }), length);
    expect(cosine.scheduler).toBe('CosineAnnealingLR:tMax=3,every=epoch');
    const rates = rounded(ratesOf({ lr: 1, warmup: 1, scheduler: 'CosineAnnealingLR' }));
    expect(rates).toEqual([...up, 1, 1, 1, 1, 1, ...Array(5).fill(0.75), ...Array(5).fill(0.25)]);
  });
});

test('label smoothing is in the loss, of networks with a loss of their own too', async () => {
  const scores = backend.tensor([2, 0, -1], [1, 3]);
  const lossOf = async (given: object) => {
    const loss = recipeOf(given).fit.loss as (output: ClassifierOutput, labels: Int32Array) => Tensor;
    return loss(scores, Int32Array.of(0)).item();
  };
  const [own, plain] = [await lossOf({ model: 'googlenet' }), -2 + Math.log(Math.exp(2) + 1 + Math.exp(-1))];
  expect(own).toBeCloseTo(plain, 5);
  // The mean of the scores is 1/3, and (1 − ε) · loss(0) + ε / 3 · Σ loss(c) = loss(0) + ε · (2 − 1/3).
  for (const model of ['mnistNet', 'googlenet']) {
    expect(await lossOf({ model, labelSmoothing: 0.3 })).toBeCloseTo(plain + 0.3 * (2 - 1 / 3), 5);
  }
});

test.each([
  [{ optimizer: 'adm' }, /^optimizer must be one of sgd, adam, adamw, rmsprop, adagrad; near 'adm' are adam, adamw$/],
  [{ optimizer: 'adam:beta=1' }, /^optimizer has no 'beta' for adam; near it are betas$/],
  [{ optimizer: 'sgd:nesterov=yes' }, /^optimizer needs true or false in 'nesterov=yes'$/],
  [{ optimizer: 'adam', momentum: 0.9 }, /^adam has no momentum; sgd and rmsprop have$/],
  [{ optimizer: 'sgd:nesterov=true', momentum: 0 }, /nesterov needs momentum above 0/],
  [{ scheduler: 'steplr' }, /^scheduler must be one of StepLR, .*; near 'steplr' are StepLR/],
  [{ scheduler: 'StepLR' }, /StepLR: stepSize must be a whole number ≥ 1, but is undefined/],
  [{ scheduler: 'StepLR:stepSize=1,stepSize=2' }, /^scheduler has stepSize twice/],
  [{ scheduler: 'MultiStepLR' }, /MultiStepLR: milestones must be given/],
  [{ scheduler: 'MultiStepLR:milestones=1;2' }, /^scheduler needs numbers with \/ between them in 'milestones=1;2'$/],
  [{ scheduler: 'CosineAnnealingLR', warmup: 4 }, /^warmup 4 leaves nothing of 4 epochs for CosineAnnealingLR$/],
  [{ scheduler: 'OneCycleLR', warmup: 1 }, /^warmup doesn't go with OneCycleLR: it warms up itself$/],
  [{ scheduler: 'ReduceLROnPlateau', warmup: 1 }, /^warmup doesn't go with ReduceLROnPlateau/],
  [{ warmup: '3 weeks' }, /^warmup must be a number of epochs, as in 5, or of steps, as in 500steps$/],
  [{ labelSmoothing: 1.5 }, /^labelSmoothing must be at most 1$/],
  [{ maxGradNorm: 0 }, /^maxGradNorm must be a number above 0$/],
  [{ earlyStopping: 0 }, /^earlyStopping must be a number of epochs ≥ 1$/],
])('%j is refused before anything is loaded', (given, message) => {
  expect(() => checkRecipe(wanted(given), length.epochs)).toThrow(message);
});

test('a cycle that ends before the run is refused', () => {
  const options = completeRecipe(wanted({ scheduler: 'OneCycleLR' }), length);
  expect(() => createRecipe([parameter()], options, { ...length, epochs: 5 })).toThrow(
    'OneCycleLR: its cycle has 20 steps, but the run 25',
  );
});

test('what is typed again may leave out what was filled in', () => {
  expect(agrees('scheduler', 'CosineAnnealingLR', 'CosineAnnealingLR:tMax=3,every=epoch')).toBe(true);
  expect(agrees('scheduler', 'CosineAnnealingLR:tMax=4', 'CosineAnnealingLR:tMax=3,every=epoch')).toBe(false);
  expect(agrees('scheduler', 'CosineAnnealingLR', null)).toBe(false);
  expect(agrees('lr', 0.1, 0.1)).toBe(true);
  expect(agrees('lr', 0.1, 0.2)).toBe(false);
});

describe('receptive train', () => {
  let folder: string;
  let dir: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'receptive-recipes-'));
    dir = await smallMnist(folder);
  });

  const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
  function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      execFile(process.execPath, [main, ...args], { cwd: folder }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  }
  const train = (out: string, ...args: string[]) =>
    run(
      'train',
      'mnist',
      '--data-dir',
      dir,
      '--out',
      out,
      '--backend',
      'reference',
      '--limit',
      '24',
      '--batch-size',
      '8',
      ...args,
    );
  const tensorsOf = async (out: string) => {
    const checkpoint = await loadCheckpoint(join(folder, out, 'last.safetensors'));
    const state = Object.entries(checkpoint.modelState());
    return Promise.all(state.map(async ([key, tensor]) => [key, await tensor.data()]));
  };
  const recipe = (scheduler: string) => [
    ...['--optimizer', 'rmsprop:centered=true', '--scheduler', scheduler, '--warmup', '2steps'],
    ...[
      '--momentum',
      '0.5',
      '--max-grad-norm',
      '1',
      '--label-smoothing',
      '0.1',
      '--lr',
      '0.003',
      '--early-stopping',
      '5',
    ],
  ];

  test('a run says what it is made of in receptive.config, which makes it again, and a resumed one keeps it bit for bit', async () => {
    const whole = await train('whole', '--epochs', '2', ...recipe('CosineAnnealingLR'));
    expect(whole.stderr).toBe('');
    const config = JSON.parse(await readFile(join(folder, 'whole', 'receptive.config'), 'utf8'));
    expect(config).toMatchObject({
      ...{ model: 'mnistNet', optimizer: 'rmsprop:centered=true', lr: 0.003, momentum: 0.5, weightDecay: 0, epochs: 2 },
      ...{ warmup: '2steps', maxGradNorm: 1, labelSmoothing: 0.1, earlyStopping: 5, batchSize: 8, limit: 24 },
    });
    expect(config.scheduler).toMatch(/^CosineAnnealingLR:tMax=1\.33\d+,every=epoch$/);
    const again = await run(
      'train',
      'mnist',
      '--config',
      'whole/receptive.config',
      '--out',
      'again',
      '--backend',
      'reference',
    );
    expect(again.stderr).toBe('');
    expect(await tensorsOf('again')).toEqual(await tensorsOf('whole'));

    // The same recipe, broken in two, with the end of the first in the middle of the schedule.
    await train('broken', '--epochs', '1', ...recipe(config.scheduler));
    const resumed = await run(
      'train',
      'mnist',
      '--resume',
      '--out',
      'broken',
      '--epochs',
      '2',
      '--backend',
      'reference',
    );
    expect(resumed.stderr).toBe('');
    expect(await tensorsOf('broken')).toEqual(await tensorsOf('whole'));
    const other = await train('broken', '--resume', '--epochs', '3', '--optimizer', 'adam');
    expect(other.stderr).toContain('the run to resume has --optimizer rmsprop:centered=true, not adam');
  }, 120_000);

  test('what is typed wins over the file', async () => {
    await writeFile(join(folder, 'small.json'), '{ "optimizer": "adam", "lr": 0.5, "epochs": 1, "warmup": 1 }');
    const { stderr } = await train('typed', '--config', 'small.json', '--lr', '0.001');
    expect(stderr).toBe('');
    const config = JSON.parse(await readFile(join(folder, 'typed', 'receptive.config'), 'utf8'));
    expect(config).toMatchObject({ optimizer: 'adam', lr: 0.001, momentum: null, warmup: '1' });
  }, 60_000);

  test.each([
    ['{ "learningRate": 1 }', /^receptive: --config bad\.json: there is no option 'learningRate'; there are model, /],
    ['{ "batchsize": 1 }', /there is no option 'batchsize'; near it are batchSize\n$/],
    ['{ "lr": -1 }', /--config bad\.json: lr must be a number above 0\n$/],
    ['{ "optimizer": "adamm" }', /optimizer must be one of .*; near 'adamm' are adam, adamw\n$/],
    ['[1]', /it must be an object/],
    ['{', /^receptive: --config bad\.json: .*JSON.*\n$/],
  ])('a file with %s is refused', async (text, message) => {
    await writeFile(join(folder, 'bad.json'), text);
    const { code, stderr } = await train('bad', '--config', 'bad.json');
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  test('begins with weights, its own or torchvision’s', async () => {
    await train('first', '--epochs', '1');
    const { stdout, stderr } = await train('second', '--weights', 'first/last.safetensors', '--lr', '1e-12');
    expect(stderr).toBe('');
    expect(stdout).toContain(`begins with ${join(folder, 'first', 'last.safetensors')}\n`);
    const [before, after] = [await tensorsOf('first'), await tensorsOf('second')];
    expect(after.map(([key]) => key)).toEqual(before.map(([key]) => key));
    const moved = after.flatMap(([, values], k) =>
      Array.from(values as Float32Array, (value, i) => Math.abs(value - (before[k][1] as Float32Array)[i])),
    );
    expect(Math.max(...moved)).toBeLessThan(1e-8);
    const missing = await train('third', '--weights', 'nowhere.safetensors');
    expect(missing.stderr).toBe(
      `receptive: ${join(folder, 'nowhere.safetensors')} can't be read: there is no such file or folder\n`,
    );
  }, 60_000);
});

describe('weights from elsewhere', () => {
  test('torchvision’s ResNet-18 says of three pictures what it says in torchvision', async () => {
    manualSeed(0);
    const bytes = await safetensors.save(models.resnet18().stateDict());
    const names = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
    const network = await openPretrained(bytes, { model: 'resnet18', classes: names }, 'resnet18.safetensors');
    const { model, images } = network;
    expect(images).toMatchObject({ shape: [3, 224, 224], classes: names });
    const wasm = await createBackend('wasm');
    model.to(wasm).eval();
    for (const { name, corner, means, scores } of readGoldenJson<Prepared[]>('imagenet')) {
      const file = new URL(`golden/imagenet/${name}`, import.meta.url);
      const image = preparedImage(await decodeImage(await readFile(file), name), images);
      expectClose(
        Float32Array.from(
          [0, 1, 2].flatMap((c) =>
            [0, 1, 2, 3].flatMap((h) => [...image.subarray((c * 224 + h) * 224, (c * 224 + h) * 224 + 4)]),
          ),
        ),
        corner,
        1e-6,
        `${name}: corner`,
      );
      const mean = (c: number) =>
        image.subarray(c * 224 ** 2, (c + 1) * 224 ** 2).reduce((sum, x) => sum + x, 0) / 224 ** 2;
      expectClose([0, 1, 2].map(mean), means, 1e-5, `${name}: means`);
      const own = await noGrad(() => scoresOf(model.forward(wasm.tensor(image, [1, 3, 224, 224])))).data();
      own.forEach((score, i) => {
        if (Math.abs(score - scores[i]) > 1e-3) throw new Error(`${name}: score ${i} is ${score}, not ${scores[i]}`);
      });
    }
    await wasm.close();
  }, 60_000);

  test('the file says for how many classes it is, and names must be as many', async () => {
    const bytes = await safetensors.save(models.resnet20({ numClasses: 3 }).stateDict());
    const { images, options } = await openPretrained(bytes, { model: 'resnet20' });
    expect(options.data).toBe('cifar10');
    expect(images).toMatchObject({ shape: [3, 32, 32], classes: ['0', '1', '2'] });
    await expect(openPretrained(bytes, { model: 'resnet20', classes: ['a'] }, 'w')).rejects.toThrow(
      'w: the weights are for 3 classes, but there are 1 names',
    );
    await expect(openPretrained(bytes, { model: 'mnistDenseNet' }, 'w')).rejects.toThrow(
      'w: the weights are of another network: they have no ',
    );
    await expect(openPretrained(bytes, { model: 'resnet56' }, 'w')).rejects.toThrow('w: loadStateDict: missing keys: ');
  });

  test.each([
    ['cat\ndog\r\n', ['cat', 'dog']],
    ['["cat", "dog"]', ['cat', 'dog']],
    ['{ "0": ["n1", "cat"], "1": "dog" }', ['cat', 'dog']],
  ])('names of classes in %j', (text, names) => {
    expect(parseClassNames(text, 'names')).toEqual(names);
  });

  test.each([
    ['cat\n\ndog', 'names: class 1 has no name'],
    ['{ "cat": 0 }', 'names: class 0 has no name'],
    ['["cat"', /^names: .*JSON/],
  ])('no names of classes in %j', (text, message) => {
    expect(() => parseClassNames(text, 'names')).toThrow(message);
  });

  test('only the layer that gives the scores may differ, and begins anew', async () => {
    const given = models.resnet20({ numClasses: 7 });
    const file = safetensors.load(await safetensors.save(given.stateDict()));
    const model = models.resnet20({ numClasses: 5 });
    const fc = await model.fc.weight.data();
    expect(loadWeights(model, file, 5, 'some.safetensors')).toEqual(['fc.weight', 'fc.bias']);
    expect(await model.fc.weight.data()).toEqual(fc);
    expect(await model.conv1.weight.data()).toEqual(await given.conv1.weight.data());
    expect(loadWeights(models.resnet20({ numClasses: 7 }), file, 7, 'some.safetensors')).toEqual([]);
  });

  test('all else is an error that names the keys', async () => {
    const file = safetensors.load(await safetensors.save(models.resnet20().stateDict()));
    const { 'conv1.weight': conv1, ...rest } = file;
    const load =
      (weights: Record<string, Tensor>, model = models.resnet20()) =>
      () =>
        loadWeights(model, weights, 10, 'w');
    expect(load(rest)).toThrow('w: loadStateDict: missing keys: conv1.weight');
    expect(load({ ...file, stranger: conv1 })).toThrow('w: loadStateDict: unexpected keys: stranger');
    expect(load(file, models.resnet20({ inChannels: 1 }))).toThrow(
      'w: loadStateDict: conv1.weight is (16, 1, 3, 3) here, but (16, 3, 3, 3) there',
    );
    // Of the classifier, the classes alone.
    const narrow = backend.tensor(new Float32Array(7 * 3), [7, 3]);
    expect(load({ ...file, 'fc.weight': narrow })).toThrow('fc.weight is (10, 64) here, but (7, 3) there');
  });
});

describe('receptive predict and eval', () => {
  const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
  const picture = new URL('golden/imagenet/small.png', import.meta.url).pathname;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'receptive-weights-'));
    manualSeed(1);
    await safetensors.saveFile(models.resnet20({ numClasses: 2 }).stateDict(), join(folder, 'w.safetensors'));
    await writeFile(join(folder, 'names.json'), '["cat", "dog"]');
  });
  function run(...args: string[]): Promise<string> {
    return new Promise((resolve) => {
      execFile(process.execPath, [main, ...args], { cwd: folder }, (_, stdout, stderr) => resolve(stdout + stderr));
    });
  }

  test('ask weights alone, with the names that are given', async () => {
    const weights = ['--weights', 'w.safetensors'];
    const said = await run('predict', picture, '--model', 'resnet20', ...weights, '--classes', 'names.json');
    expect(said).toMatch(/small\.png shows: (cat|dog)\n$/);
    expect(await run('predict', picture, ...weights)).toBe(
      'receptive: w.safetensors has weights alone, and no run: say with --model which network they are of\n',
    );
    expect(await run('predict', picture, ...weights, '--classes', 'names.json')).toContain(
      "--classes needs --model: a run's checkpoint says it itself",
    );
    expect(await run('eval', '--model', 'resnet56', ...weights)).toMatch(
      /w\.safetensors: loadStateDict: missing keys: .*\n$/,
    );
    expect(await run('eval', '--model', 'resnet20', ...weights)).toContain('--data cifar10 needs --data-dir');
  }, 60_000);

  test('are held to a folder of pictures, whose classes stand for those that weights alone don’t name', async () => {
    const classes = async (...names: string[]) => {
      for (const name of names) {
        await mkdir(join(folder, 'pets', name), { recursive: true });
        for (const i of [1, 2, 3, 4, 5]) await copyFile(picture, join(folder, 'pets', name, `${i}.png`));
      }
    };
    const onPets = ['--model', 'resnet20', '--weights', 'w.safetensors', '--data', 'folder', '--data-dir', 'pets'];
    await classes('bird', 'fish');
    const said = await run('eval', ...onPets, '--image-size', '32');
    expect(said).toMatch(/bird │.*\nfish │/);
    expect(said).toMatch(/test images of folder\n$/);
    await classes('frog');
    expect(await run('eval', ...onPets, '--image-size', '32')).toBe(
      'receptive: pets has 3 classes, but the weights are for 2: name these with --classes\n',
    );
  }, 60_000);
});
