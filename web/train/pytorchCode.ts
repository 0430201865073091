/** A run as code for PyTorch. */
import {
  imagesOf,
  networkNamed,
  type RunOptions,
  torchNetwork,
  torchOptimizer,
  torchSchedule,
  torchWarmup,
} from 'receptive/catalog';

/** A script. `classes`: how many there are. */
export function pytorchCode(options: RunOptions, epochs: number, classes: number): string {
  const { shape, normalize } = imagesOf(options);
  const network = torchNetwork(options, shape[0], classes);
  const hasAux = networkNamed(options.model).loss !== undefined;
  const clip =
    options.maxGradNorm !== null && `        nn.utils.clip_grad_norm_(model.parameters(), ${options.maxGradNorm})`;
  const schedule = scheduleOf(options);
  return lines(
    network.definition.includes('OrderedDict') && 'from collections import OrderedDict',
    'import torch',
    'import torch.nn.functional as F',
    'from torch import nn',
    'from torch.utils.data import DataLoader, Subset',
    'from torchvision import datasets, transforms',
    '',
    network.definition,
    '',
    `torch.manual_seed(${options.seed})`,
    `model = ${network.make}`,
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
    `optimizer = ${torchOptimizer(options)}`,
    ...schedule.before,
    `loss_of = nn.CrossEntropyLoss(${options.labelSmoothing === 0 ? '' : `label_smoothing=${options.labelSmoothing}`})`,
    '',
    `for epoch in range(${epochs}):`,
    '    model.train()',
    '    for x, y in loader:',
    ...(hasAux
      ? [
          '        scores, aux1, aux2 = model(x)',
          '        loss = loss_of(scores, y) + 0.3 * (loss_of(aux1, y) + loss_of(aux2, y))',
        ]
      : ['        loss = loss_of(model(x), y)']),
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

/** What stands before the loop, behind each step and behind each epoch, for lr to change. A schedule begins behind the warm-up. */
function scheduleOf(options: RunOptions): Readonly<Record<'before' | 'step' | 'epoch', string[]>> {
  const schedule = torchSchedule(options);
  const warmup = torchWarmup(options, 'len(loader)');
  const make = schedule === null ? [] : [`scheduler = ${schedule.make}`];
  const go = schedule === null ? null : `scheduler.step(${schedule.followsLoss ? 'loss.item()' : ''})`;
  if (warmup === null) {
    return {
      before: make,
      step: go !== null && schedule?.every === 'step' ? [`        ${go}`] : [],
      epoch: go !== null && schedule?.every === 'epoch' ? [`    ${go}`] : [],
    };
  }
  return {
    before: [
      ...make,
      `warmup = ${warmup}`,
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
            schedule?.every === 'step' ? '        else:' : '        elif (step - warmup) % len(loader) == 0:',
            `            ${go}`,
          ]),
    ],
    epoch: [],
  };
}
