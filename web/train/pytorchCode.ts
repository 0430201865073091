/** A run as code for PyTorch. */
import { imagesOf, type RunOptions } from 'receptive/catalog';
import { pytorchNetwork } from './pytorchNetworks.js';

/** A script; null: PyTorch and torchvision have no such network. `classes`: how many there are. */
export function pytorchCode(options: RunOptions, epochs: number, classes: number): string | null {
  const { shape, normalize } = imagesOf(options);
  const network = pytorchNetwork(options.model, shape[0], classes);
  if (network === null) return null;
  const clip =
    options.maxGradNorm !== null && `        nn.utils.clip_grad_norm_(model.parameters(), ${options.maxGradNorm})`;
  const schedule = scheduleOf(options);
  return lines(
    'import torch',
    'import torch.nn.functional as F',
    'from torch import nn',
    'from torch.utils.data import DataLoader, Subset',
    'from torchvision import datasets, models, transforms',
    '',
    network.definition,
    `torch.manual_seed(${options.seed})`,
    `model = ${network.make}`,
    ...network.change,
    '',
    `normalize = transforms.Normalize(${JSON.stringify(normalize.mean)}, ${JSON.stringify(normalize.std)})`,
    `training_transform = ${transform(options, shape, options.augment)}`,
    `test_transform = ${transform(options, shape, false)}`,
    ...dataOf(options),
    options.limit !== null && `training = Subset(training, range(${options.limit}))`,
    options.testLimit !== null && `test = Subset(test, range(${options.testLimit}))`,
    `loader = DataLoader(training, batch_size=${options.batchSize}, shuffle=True)`,
    'test_loader = DataLoader(test, batch_size=1000)',
    '',
    `optimizer = torch.optim.${optimizerOf(options)}`,
    ...schedule.before,
    `loss_of = nn.CrossEntropyLoss(${options.labelSmoothing === 0 ? '' : `label_smoothing=${options.labelSmoothing}`})`,
    '',
    `for epoch in range(${epochs}):`,
    '    model.train()',
    '    for x, y in loader:',
    '        loss = loss_of(model(x), y)',
    '        optimizer.zero_grad()',
    '        loss.backward()',
    clip,
    '        optimizer.step()',
    ...schedule.step,
    '    model.eval()',
    '    with torch.no_grad():',
    '        right = sum((model(x).argmax(1) == y).sum().item() for x, y in test_loader)',
    ...schedule.epoch,
    "    print(f'epoch {epoch + 1}: test accuracy {right / len(test):.4f}')",
    '',
  );
}

const lines = (...all: (string | false | null)[]) => all.filter((line) => line !== false && line !== null).join('\n');

function transform({ data }: RunOptions, [C, H]: readonly number[], isAugmented: boolean): string {
  const isFolder = data === 'folder';
  const isSmaller = { mnist: 28, 'fashion-mnist': 28, cifar10: 32 }[data] !== H;
  const steps = [
    C === 1 && (data === 'cifar10' || isFolder) && 'transforms.Grayscale()',
    isAugmented && isFolder && `transforms.RandomResizedCrop(${H})`,
    isAugmented && data === 'cifar10' && 'transforms.RandomCrop(32, padding=4)',
    isAugmented && 'transforms.RandomHorizontalFlip()',
    !(isAugmented && isFolder) && isSmaller && `transforms.Resize(${H})`,
    !isAugmented && isFolder && `transforms.CenterCrop(${H})`,
    'transforms.ToTensor()',
    'normalize',
  ];
  return `transforms.Compose([${steps.filter(Boolean).join(', ')}])`;
}

function dataOf({ data }: RunOptions): string[] {
  if (data === 'folder') {
    return [
      "training = datasets.ImageFolder('data/train', training_transform)",
      "test = datasets.ImageFolder('data/val', test_transform)",
    ];
  }
  const name = { mnist: 'MNIST', 'fashion-mnist': 'FashionMNIST', cifar10: 'CIFAR10' }[data];
  return [
    `training = datasets.${name}('data', train=True, download=True, transform=training_transform)`,
    `test = datasets.${name}('data', train=False, download=True, transform=test_transform)`,
  ];
}

/** `sgd:nesterov=true`: a name, and options as Python writes them. */
function partsOf(choice: string): { name: string; options: Record<string, string> } {
  const [name, ...rest] = choice.split(':');
  const pairs = rest.join(':').split(',').filter(Boolean);
  return { name, options: Object.fromEntries(pairs.map((pair) => pair.split('='))) };
}

const snake = (key: string) =>
  key === 'tMax' ? 'T_max' : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function python(value: string): string {
  if (value === 'true' || value === 'false') return value === 'true' ? 'True' : 'False';
  if (value.includes('/')) return `[${value.split('/').join(', ')}]`;
  return Number.isNaN(Number(value)) ? `'${value}'` : value;
}

const keywords = (options: Readonly<Record<string, string>>) =>
  Object.entries(options).map(([key, value]) => `${snake(key)}=${python(value)}`);

const optimizers: Readonly<Record<string, string>> = {
  sgd: 'SGD',
  adam: 'Adam',
  adamw: 'AdamW',
  rmsprop: 'RMSprop',
  adagrad: 'Adagrad',
};

function optimizerOf({ optimizer, lr, momentum, weightDecay }: RunOptions): string {
  const { name, options } = partsOf(optimizer);
  const all = [
    `lr=${lr}`,
    momentum !== null && `momentum=${momentum}`,
    weightDecay !== null && weightDecay !== 0 && `weight_decay=${weightDecay}`,
    ...keywords(options),
  ];
  return `${optimizers[name]}(model.parameters(), ${all.filter(Boolean).join(', ')})`;
}

/** What stands before the loop, behind each step and behind each epoch, for lr to change. A schedule begins behind the warm-up. */
function scheduleOf({ scheduler, warmup }: RunOptions): Readonly<Record<'before' | 'step' | 'epoch', string[]>> {
  const { name, options } = partsOf(scheduler ?? '');
  const { every = 'epoch', ...own } = options;
  const isPlateau = name === 'ReduceLROnPlateau';
  const make =
    scheduler === null ? [] : [`scheduler = torch.optim.lr_scheduler.${name}(optimizer, ${keywords(own).join(', ')})`];
  const go = scheduler === null ? null : `scheduler.step(${isPlateau ? 'loss.item()' : ''})`;
  if (warmup === null) {
    const indented = { step: `        ${go}`, epoch: `    ${go}` };
    return {
      before: make,
      step: [],
      epoch: [],
      ...(go !== null && { [every]: [indented[every as 'step' | 'epoch']] }),
    };
  }
  const n = warmup.endsWith('steps') ? warmup.slice(0, -5) : `${warmup} * len(loader)`;
  return {
    before: [
      ...make,
      `warmup = ${n}`,
      'rise = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup)',
      'step = 0',
    ],
    step: [
      '        step += 1',
      '        if step <= warmup:',
      '            rise.step()',
      ...(go === null
        ? []
        : [
            every === 'step' ? '        else:' : '        elif (step - warmup) % len(loader) == 0:',
            `            ${go}`,
          ]),
    ],
    epoch: [],
  };
}
