/** A network and its run for PyTorch: classes with our keys, weights, the optimizer's memory, and a script that goes on. Needs
 *  `npm run build`. `golden/torchNetworks.mjs` holds every network's scores to ours, in PyTorch. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkOptions,
  completeRecipe,
  createNetwork,
  exportTorch,
  imagesOf,
  type NetworkName,
  networkNamed,
  networkNames,
  optimizers,
  runOptions,
  schedulers,
  torchNetwork,
  torchOptimizer,
  torchSchedule,
} from '../src/catalog/index.js';
import { parseSafetensors } from '../src/formats/index.js';
import { loadCheckpoint, models, safetensors } from '../src/node/index.js';
import { MAIN, run, startIn } from './command.js';
import { missingForMpi, mpiEnvironment } from './mpi.js';
import { gloo, python } from './pytorch.js';
import { smallMnist } from './smallMnist.js';
import { undrawn } from './undrawn.js';

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'receptive-torch-'));
  data = await smallMnist(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const variants = [
  ...models.shortcuts.map((shortcut) => ({ model: 'preactResnet', depth: 8, shortcut })),
  ...models.activations.map((activation) => ({ model: 'preactResnet', depth: 8, activation })),
];

describe('the classes of a network', () => {
  const choices = [...networkNames.map((model) => ({ model })), ...variants];
  test.each(choices)('$model $shortcut $activation: what has a key is named, and what is named has a key', (choice) => {
    const { images, numClasses } = networkNamed(choice.model);
    const options = checkOptions(runOptions, choice);
    const model = undrawn(() => createNetwork(options, images, numClasses));
    const { definition, make } = torchNetwork(options, images[0], numClasses);
    expect(definition).toContain(`\nclass ${make.slice(0, make.indexOf('('))}(nn.Module):`);
    // Of all paths, the words without their numbers.
    const bare = (path: string) =>
      path.split('.').map((word) => word.replace(/^\d+$|(?<=^dense\w+|transition)\d+$/, ''));
    const withKeys = Object.keys(model.stateDict()).flatMap((key) => bare(key).slice(0, -1));
    const all = model.namedModules().flatMap(([path]) => bare(path));
    const written = [
      ...definition.matchAll(/self\.(\w+) = (?!stride|channels|out_channels)/g),
      ...definition.matchAll(/^ +(\w+)=nn\./gm),
      ...definition.matchAll(/f'(denselayer|denseblock|transition)\{/g),
      ...definition.matchAll(/features\['(\w+)'\] = nn/g),
    ].map(([, name]) => name);
    expect([...withKeys, ...written].filter((word) => !written.includes(word) && word !== '')).toEqual([]);
    expect(written.filter((word) => !all.includes(word))).toEqual([]);
  });

  test('sizes are those that were asked for', () => {
    const make = (model: NetworkName, channels: number, classes: number) =>
      torchNetwork(checkOptions(runOptions, { model }), channels, classes).make;
    expect(make('resnet50', 3, 7)).toBe('ResNet(depths=[3, 4, 6, 3], num_classes=7)');
    expect(make('resnet20', 1, 10)).toBe('CifarResNet(depth=20, num_classes=10, in_channels=1)');
    expect(make('densenet161', 3, 2)).toBe(
      'DenseNet(growth_rate=48, blocks=[6, 12, 36, 24], init_features=96, num_classes=2)',
    );
    expect(() => torchNetwork({ ...checkOptions(runOptions, {}), model: 'resnet19' }, 3, 10)).toThrow('resnet18');
  });
});

describe('a recipe', () => {
  const length = { epochs: 3, stepsPerEpoch: 10 };
  const whole = (options: object) => completeRecipe(checkOptions(runOptions, options), length);

  test.each([
    [{}, 'SGD(model.parameters(), lr=0.01, momentum=0.5)'],
    [
      { optimizer: 'sgd:nesterov=true', momentum: 0.9 },
      'SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True)',
    ],
    [{ optimizer: 'adam:betas=0.8/0.99' }, 'Adam(model.parameters(), lr=0.001, betas=[0.8, 0.99])'],
    [{ optimizer: 'adamw' }, 'AdamW(model.parameters(), lr=0.001, weight_decay=0.01)'],
    [{ optimizer: 'adamw', weightDecay: 0 }, 'AdamW(model.parameters(), lr=0.001, weight_decay=0)'],
    [{ optimizer: 'rmsprop:centered=true' }, 'RMSprop(model.parameters(), lr=0.01, momentum=0, centered=True)'],
    [{ optimizer: 'adagrad:lrDecay=0.1' }, 'Adagrad(model.parameters(), lr=0.01, lr_decay=0.1)'],
  ])('%j', (options, expected) => {
    expect(torchOptimizer(whole(options))).toBe(`torch.optim.${expected}`);
  });

  test('every schedule is PyTorch’s', () => {
    const given: Partial<Record<string, string>> = { StepLR: ':stepSize=2', MultiStepLR: ':milestones=1/2' };
    const made = Object.keys(schedulers).map((name) =>
      torchSchedule(whole({ scheduler: `${name}${given[name] ?? ''}` })),
    );
    expect(made.map((schedule) => schedule?.make.replace('torch.optim.lr_scheduler.', ''))).toEqual([
      'StepLR(optimizer, step_size=2)',
      'MultiStepLR(optimizer, milestones=[1, 2])',
      'CosineAnnealingLR(optimizer, T_max=3)',
      'LinearLR(optimizer)',
      'OneCycleLR(optimizer, max_lr=0.01, total_steps=30)',
      'ReduceLROnPlateau(optimizer)',
    ]);
    expect(made.map((schedule) => schedule?.every)).toEqual(['epoch', 'epoch', 'epoch', 'epoch', 'step', 'epoch']);
    const without = whole({ optimizer: 'adagrad', scheduler: 'OneCycleLR' });
    expect(torchSchedule(without)?.make).toContain('cycle_momentum=False');
    expect(Object.keys(optimizers)).toHaveLength(5);
  });
});

describe('receptive export --to torch', () => {
  const header = async (file: string) => parseSafetensors(await readFile(join(folder, file)), file).tensors;

  test('writes the classes, the weights, what the optimizer remembers, and where the run is', async () => {
    const trained = await run(folder, 'train', 'mnist', '--data-dir', data, '--batch-size', '16', '--threads', '1');
    expect(trained.stdout).toMatch(
      /\ngo on elsewhere: npx receptive export runs.mnist --to onnx, or --to torch DIR\n$/,
    );
    const { code, stdout, stderr } = await run(folder, 'export', join('runs', 'mnist'), '--to', 'torch', 'there');
    expect([code, stderr]).toEqual([0, '']);
    const last = join('runs', 'mnist', 'last.safetensors');
    expect(stdout.split('\n')[0]).toBe(
      `there: mnistNet of ${last}, model.py, model.safetensors, optimizer.safetensors, train_ddp.py`,
    );
    // The run has its one epoch.
    expect(stdout.split('\n')[1]).toBe(
      'go on there, after step 0 of epoch 2: torchrun --nproc_per_node 2 there/train_ddp.py --epochs 2',
    );
    const checkpoint = await loadCheckpoint(join(folder, last));
    const model = models.mnistNet();
    expect([...(await header('there/model.safetensors')).keys()]).toEqual(Object.keys(model.stateDict()));
    model.loadStateDict(await safetensors.loadFile(join(folder, 'there', 'model.safetensors')));
    expect(await model.conv2.weight.data()).toEqual(await checkpoint.modelState()['conv2.weight'].data());
    const kept = await safetensors.loadFile(join(folder, 'there', 'optimizer.safetensors'));
    expect(Object.keys(kept)).toEqual(Object.keys(model.stateDict()).map((key) => `${key}.momentum_buffer`));
    const { tensors } = checkpoint.optimizerState();
    expect(await kept['conv1.bias.momentum_buffer'].data()).toEqual(await tensors['1.momentumBuffer'].data());

    const script = await readFile(join(folder, 'there', 'train_ddp.py'), 'utf8');
    expect(script).toContain(`default=${JSON.stringify(data)}`);
    expect(script).toMatch(/^EPOCHS = 1\nBATCH_SIZE = 16\nSEED = 0\n/m);
    expect(script).toContain('torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)');
    expect(script).toMatch(/^START = \{"epoch": 1, "step_in_epoch": 0, "step": 10, "ranks": 1, "schedule": 0, /m);
    expect(script).not.toMatch(/class Schedule|ACCUMULATE|clip_grad|label_smoothing|undefined|\[object/);
  });

  test('what is there already stays, unless --force is given; mistakes leave nothing behind', async () => {
    await mkdir(join(folder, 'kept'));
    await writeFile(join(folder, 'kept', 'model.py'), 'mine');
    const exported = (...args: string[]) => run(folder, 'export', join('runs', 'mnist'), '--to', 'torch', ...args);
    const refused = await exported('--out', 'kept');
    const file = join('kept', 'model.py');
    expect(refused.stderr).toBe(`receptive: ${file} is there already: --force replaces it, --out writes elsewhere\n`);
    expect(await readdir(join(folder, 'kept'))).toEqual(['model.py']);
    expect((await exported('kept', '--force')).code).toBe(0);
    expect(await readdir(join(folder, 'kept'))).toHaveLength(4);
    expect((await exported('one', '--out', 'two')).stderr).toBe(
      'receptive: both one and --out two say where it goes\n',
    );
    await writeFile(join(folder, 'file'), '');
    expect((await exported(join('file', 'inside'))).stderr).toMatch(/^receptive: .* can't be (made|written): .*\n$/);
    expect(await readdir(folder)).not.toContain('two');
  });

  test('Adam’s moments come with their steps; a script has what its recipe needs, and no more', async () => {
    const asked = [
      '--optimizer',
      'adam',
      '--scheduler',
      'CosineAnnealingLR',
      '--warmup',
      '1steps',
      '--accumulate',
      '2',
    ];
    const more = ['--label-smoothing', '0.1', '--max-grad-norm', '1', '--early-stopping', '3', '--batch-size', '16'];
    await run(folder, 'train', 'resnet20', '--data-dir', data, '--limit', '64', '--out', 'adam', ...asked, ...more);
    expect((await run(folder, 'export', 'adam', '--to', 'torch', 'adam-torch')).code).toBe(0);
    const kept = await safetensors.loadFile(join(folder, 'adam-torch', 'optimizer.safetensors'));
    const of = Object.keys(kept).filter((key) => key.startsWith('fc.bias.'));
    expect(of).toEqual(['fc.bias.exp_avg', 'fc.bias.exp_avg_sq', 'fc.bias.step']);
    expect([kept['fc.bias.step'].shape, await kept['fc.bias.step'].item()]).toEqual([[], 2]);
    const script = await readFile(join(folder, 'adam-torch', 'train_ddp.py'), 'utf8');
    for (const part of [
      'ACCUMULATE = 2',
      '"schedule": 2',
      'CosineAnnealingLR(optimizer, T_max=',
      'self.warmup = 1\n',
      'label_smoothing=0.1',
      'clip_grad_norm_(model.parameters(), 1)',
      "at['epochs_since_best'] < 3",
    ])
      expect(script).toContain(part);
  });

  test('images are read as the run read them', async () => {
    const script = async (choice: object, classes?: string[], source?: string) => {
      const options = checkOptions(runOptions, choice);
      const images = imagesOf(options, classes);
      const model = undrawn(() => createNetwork(options, images.shape, images.classes.length));
      const position = { epoch: 0, stepInEpoch: 0, step: 0 };
      const files = await exportTorch({ model, options, images, epochs: [], position }, { source });
      return new TextDecoder().decode(files['train_ddp.py']);
    };
    expect(await script({ model: 'mnistNet', data: 'cifar10' })).toMatch(/0\.587[\s\S]*areas\(28, 32\)/);
    const plain = await script({ model: 'resnet20', data: 'cifar10' });
    expect(plain).not.toMatch(/areas|0\.587|augment|read_idx|PIL/);
    expect(plain).toContain("add_argument('--data-dir', required=True, help=");
    expect(await script({ model: 'resnet20', data: 'cifar10', augment: true })).toContain('F.pad(x, (4, 4, 4, 4))');
    const own = { model: 'resnet18', data: 'folder', limit: 9, skipDamaged: true, augment: true, imageSize: 64 };
    const folderScript = await script(own, ['a cat', "dog's"]);
    expect(folderScript).toContain(`CLASSES = ["a cat", "dog's"]\nSIZE = 64`);
    for (const part of ['drawn(training, 9)', 'is_sound', 'random_resized_crop']) expect(folderScript).toContain(part);
    expect(await script({ model: 'googlenet', data: 'cifar10' })).toContain('scores, aux1, aux2 = outputs');
    // Python would read what is behind a \\ of Windows as an escape, and three quotes as the docstring's end.
    const windows = await script({ model: 'mnistNet' }, undefined, String.raw`runs\unet\"""`);
    expect(windows.split('\n')[0]).toBe(String.raw`"""Goes on in PyTorch with runs\\unet\\\"\"\".`);
  });
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const without = [...(missingForMpi === null ? [] : [missingForMpi]), ...(python === undefined ? ['PyTorch'] : [])];
const why = without.length === 0 ? '' : ` (skipped: there is no ${without.join(', no ')})`;

test.skipIf(without.length > 0)(
  `two processes of PyTorch go on with the losses of two ranks of ours, and come back${why}`,
  { timeout: 300_000 },
  async () => {
    const train = (...args: string[]) =>
      startIn(
        folder,
        'mpirun',
        ['-n', '2', process.execPath, MAIN, 'train', 'mnist', '--distributed', 'mpi', ...args],
        mpiEnvironment,
      ).ended;
    const recipe = [
      '--limit',
      '320',
      '--test-limit',
      '300',
      '--batch-size',
      '8',
      '--momentum',
      '0.9',
      '--out',
      'ranks',
    ];
    expect((await train(...recipe)).code).toBe(0);
    expect((await run(folder, 'export', 'ranks', '--to', 'torch', 'ranks-torch')).code).toBe(0);
    const ours = await train('--resume', '--out', 'ranks', '--epochs', '2');
    const log = (await readFile(join(folder, 'ranks', 'log.jsonl'), 'utf8')).trim().split('\n');
    const losses = log.slice(20).map((line) => JSON.parse(line).loss as number);
    expect(losses).toHaveLength(20);

    // On Python 3.11, the torchrun of PyTorch 1.13 wants to be told where outputs go.
    const torchrun = `-m torch.distributed.run --nproc_per_node 2 -r 1 -t 1 --log_dir logs --master_port ${await freePort()}`;
    const script = join('ranks-torch', 'train_ddp.py');
    const args = [...torchrun.split(' '), script, '--epochs', '2', '--log-every', '1'];
    const theirs = await startIn(folder, python!, args, gloo).ended;
    const said = [...theirs.stdout.matchAll(/: loss (\d+\.\d+)/g)].map(([, loss]) => Number(loss));
    expect(said, theirs.stderr).toHaveLength(20);
    expect(Math.max(...said.map((loss, i) => Math.abs(loss - losses[i])))).toBeLessThan(1e-4);

    const accuracy = Number(/test accuracy ([\d.]+)/.exec(theirs.stdout)?.[1]);
    expect(ours.stdout).toContain(`test accuracy ${(100 * accuracy).toFixed(2)} % after`);
    const back = ['--model', 'mnistNet', '--weights', join('ranks-torch', 'trained.pt'), '--test-limit', '300'];
    expect((await run(folder, 'eval', ...back)).stdout).toContain(
      `test accuracy ${(100 * accuracy).toFixed(2)} % on 300`,
    );
  },
);
