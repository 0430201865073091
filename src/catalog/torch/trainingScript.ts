/** `train_ddp.py`: goes on with a run in PyTorch, on one process or under torchrun on many. */

import { type Images, PICTURE_FOLDER } from '../images.js';
import { networkNamed } from '../networks.js';
import type { RunOptions } from '../runOptions.js';
import { torchData } from './data.js';
import { inDocstring, lines, literal } from './python.js';
import { torchOptimizer, torchSchedule, torchWarmup } from './recipe.js';

/** Where the run is that the script goes on with, as the script keeps it. */
export interface TorchPosition {
  /** Epochs finished, steps taken in the one under way and in all, by so many ranks. */
  readonly epoch: number;
  readonly step_in_epoch: number;
  readonly step: number;
  readonly ranks: number;
  /** Steps of the schedule. */
  readonly schedule: number;
  /** Of ReduceLROnPlateau. */
  readonly plateau?: Readonly<Record<'best' | 'num_bad_epochs' | 'cooldown_counter' | 'lr', number>>;
  /** For early stopping. */
  readonly best_loss: number;
  readonly epochs_since_best: number;
}

export interface TorchRun {
  /** With all that `completeRecipe` fills in. */
  readonly options: RunOptions;
  readonly images: Images;
  readonly epochs: number;
  /** The learning rate that the schedule begins with. */
  readonly lr: number | null;
  readonly position: TorchPosition;
  /** What it goes on with, for its reader. */
  readonly from: string;
  /** Folder of the data, unless another is given to the script; null: one must be. */
  readonly dataDir: string | null;
}

function scheduleOf(options: RunOptions): string {
  const schedule = torchSchedule(options);
  const warmup = torchWarmup(options, 'steps_per_epoch');
  if (schedule === null && warmup === null) return '';
  const every = warmup === null ? schedule!.every : 'step';
  const behind = schedule?.every === 'step' ? 'else' : 'elif (self.t - self.warmup) % self.steps_per_epoch == 0';
  return lines(
    `
class Schedule:
    """The learning rate. It is stepped behind every ${every}; \`t\` counts that."""

    def __init__(self, optimizer, steps_per_epoch):
        self.t = 0`,
    schedule !== null && `        self.scheduler = ${schedule.make}`,
    warmup !== null && [
      `        self.warmup = ${warmup}`,
      '        self.steps_per_epoch = steps_per_epoch',
      '        rise = torch.optim.lr_scheduler.LinearLR',
      '        self.rise = rise(optimizer, start_factor=1 / self.warmup, total_iters=self.warmup)',
    ],
    '',
    `    def step(self${schedule?.followsLoss ? ', loss' : ''}):`,
    '        self.t += 1',
    warmup === null
      ? `        self.scheduler.step(${schedule!.followsLoss ? 'loss' : ''})`
      : [
          '        if self.t <= self.warmup:',
          '            self.rise.step()',
          ...(schedule === null ? [] : [`        ${behind}:`, '            self.scheduler.step()']),
        ],
    '',
  );
}

/** Brings a new schedule to where the run is. */
function catchUp(options: RunOptions): string[] {
  if (torchSchedule(options)?.followsLoss) {
    return [
      "    schedule.t = at['schedule']",
      '    for group in optimizer.param_groups:',
      "        group['lr'] = at['plateau']['lr']",
      "    for key in ('best', 'num_bad_epochs', 'cooldown_counter'):",
      "        setattr(schedule.scheduler, key, at['plateau'][key])",
    ];
  }
  return [
    '    with warnings.catch_warnings():',
    "        warnings.simplefilter('ignore')  # PyTorch would see steps of the optimizer first",
    "        for _ in range(at['schedule']):",
    '            schedule.step()',
  ];
}

export function trainingScript(run: TorchRun): string {
  const { options, images, epochs, lr, position, from, dataDir } = run;
  const { normalize, shape, classes } = images;
  const data = torchData(options, shape, classes);
  const schedule = scheduleOf(options);
  const { followsLoss = false, every = 'epoch', hasEnd = false } = torchSchedule(options) ?? {};
  const isStepwise = options.warmup !== null || every === 'step';
  const { labelSmoothing, maxGradNorm, earlyStopping, accumulate } = options;
  const hasAux = networkNamed(options.model).loss !== undefined;
  const hasSchedule = schedule !== '';
  const imports = [
    ...['argparse', 'os', 'time'],
    ...data.imports,
    ...(accumulate > 1 ? ['contextlib'] : []),
    ...(hasSchedule && !followsLoss ? ['warnings'] : []),
  ].sort();
  return lines(
    `"""Goes on in PyTorch with ${inDocstring(from)}.`,
    '',
    '    python3 train_ddp.py --data-dir FOLDER                       # one process',
    '    torchrun --nproc_per_node 4 train_ddp.py --data-dir FOLDER   # four, each with a GPU of its own where there are any',
    '',
    'The batch size is that of each process. It leaves checkpoint.pt, with which it goes on when it is started again, and trained.pt,',
    `the weights alone, which \`receptive eval --model ${options.model} --weights trained.pt\` tests.`,
    '"""',
    ...imports.map((name) => `import ${name}`),
    '',
    'import torch',
    'import torch.distributed as dist',
    'import torch.nn.functional as F',
    options.data === PICTURE_FOLDER && 'from PIL import Image',
    'from torch.nn.parallel import DistributedDataParallel',
    'from torch.utils.data import DataLoader, Dataset, DistributedSampler',
    '',
    'from model import make_model, read_safetensors',
    '',
    'HERE = os.path.dirname(os.path.abspath(__file__))',
    `EPOCHS = ${epochs}`,
    `BATCH_SIZE = ${options.batchSize}`,
    accumulate > 1 && `ACCUMULATE = ${accumulate}  # batches a step`,
    `SEED = ${options.seed}`,
    `MEAN = torch.tensor(${literal(normalize.mean)}).reshape(-1, 1, 1)`,
    `STD = torch.tensor(${literal(normalize.std)}).reshape(-1, 1, 1)`,
    '# Where Receptive was.',
    `START = ${literal(position)}`,
    '',
    data.code,
    `
def make_optimizer(model):
    return ${torchOptimizer(options, lr)}
`,
    hasSchedule && schedule,
    '',
    "def loss_of(outputs, labels, reduction='mean'):",
    hasAux && [
      '    if isinstance(outputs, tuple):  # in training, with those of the auxiliary classifiers',
      '        scores, aux1, aux2 = outputs',
      '        return loss_of(scores, labels) + 0.3 * (loss_of(aux1, labels) + loss_of(aux2, labels))',
    ],
    `    return F.cross_entropy(outputs, labels, reduction=reduction${labelSmoothing === 0 ? '' : `, label_smoothing=${labelSmoothing}`})`,
    `

def sum_of_all(values):
    """The sum over all processes."""
    if dist.is_initialized():
        dist.all_reduce(values)
    return values.tolist()


@torch.no_grad()
def evaluate(model, loader, device):
    """Loss and accuracy over all processes, each of which has its share of the images."""
    if dist.is_initialized():
        for buffer in model.buffers():  # running statistics are each process's own
            dist.broadcast(buffer, 0)
    model.eval()
    sums = torch.zeros(3, dtype=torch.float64, device=device)
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        scores = model(x)
        sums[0] += loss_of(scores, y, 'sum')
        sums[1] += (scores.argmax(1) == y).sum()
        sums[2] += len(y)
    loss, correct, count = sum_of_all(sums)
    return loss / count, correct / count


def save(values, name):
    """A file that is there is replaced whole, or not at all."""
    path = os.path.join(HERE, name)
    torch.save(values, path + '.part')
    os.replace(path + '.part', path)


def begin(model):
    """Weights, what the optimizer remembers of each parameter, and the position: of the checkpoint, or as Receptive left them."""
    path = os.path.join(HERE, 'checkpoint.pt')
    if os.path.exists(path):
        checkpoint = torch.load(path, map_location='cpu')
        model.load_state_dict(checkpoint['model'])
        return checkpoint['optimizer'], checkpoint['at'], 'checkpoint.pt'
    model.load_state_dict(read_safetensors(os.path.join(HERE, 'model.safetensors')))
    kept = read_safetensors(os.path.join(HERE, 'optimizer.safetensors'))
    states = {}
    for i, (name, _) in enumerate(model.named_parameters()):
        own = {key[len(name) + 1:]: value for key, value in kept.items() if key.rpartition('.')[0] == name}
        if own:
            states[i] = own
    return states, START, 'model.safetensors'


def main():
    parser = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--data-dir', ${dataDir === null ? 'required=True' : `default=${literal(dataDir)}`}, help='folder of the images')
    parser.add_argument('--epochs', type=int, default=EPOCHS, help='epochs in all')
    parser.add_argument('--workers', type=int, default=${options.data === PICTURE_FOLDER ? 4 : 0}, help='processes that read images')
    parser.add_argument('--log-every', type=int, default=50, help='steps between two lines')
    parser.add_argument('--save-every', type=int, default=200, help='steps between two checkpoints in an epoch')
    args = parser.parse_args()

    rank, world = int(os.environ.get('RANK', 0)), int(os.environ.get('WORLD_SIZE', 1))
    local_rank = int(os.environ.get('LOCAL_RANK', 0))
    cuda = torch.cuda.is_available()
    device = torch.device('cuda', local_rank) if cuda else torch.device('cpu')
    if cuda:
        torch.cuda.set_device(device)
    if 'RANK' in os.environ:
        dist.init_process_group('nccl' if cuda else 'gloo')
    torch.manual_seed(SEED + rank)  # of what is left to chance, on each process by itself

    training, test = make_data(args.data_dir)
    model = make_model()
    start = [begin(model) if rank == 0 else None]
    if dist.is_initialized():
        dist.broadcast_object_list(start)
    states, at, source = start[0]
    model.to(device)
    optimizer = make_optimizer(model)
    optimizer.load_state_dict({'state': states, 'param_groups': optimizer.state_dict()['param_groups']})
    network = model
    if dist.is_initialized():
        network = DistributedDataParallel(model, device_ids=[local_rank] if cuda else None)  # gives all the weights of rank 0

    sampler = DistributedSampler(training, num_replicas=world, rank=rank, seed=SEED)
    batches = -(-len(sampler) // BATCH_SIZE)
    if len(sampler) % BATCH_SIZE == 1 and batches > 1 and any('running_mean' in key for key in model.state_dict()):
        batches -= 1  # batch normalisation can't learn from one image
    steps_per_epoch = ${accumulate > 1 ? '-(-batches // ACCUMULATE)' : 'batches'}
    if at['ranks'] != world:  # a step takes another number of images: go on where as many have been seen
        at['step_in_epoch'] = min(at['step_in_epoch'] * at['ranks'] // world, steps_per_epoch - 1)
        at['ranks'] = world`,
    hasSchedule && ['    schedule = Schedule(optimizer, steps_per_epoch)', ...catchUp(options)],
    hasEnd && [
      "    steps = schedule.t + (args.epochs - at['epoch']) * steps_per_epoch - at['step_in_epoch']",
      `    cycle = schedule.scheduler.total_steps${options.warmup === null ? '' : ' + schedule.warmup'}`,
      '    if steps > cycle:',
      "        raise SystemExit(f'OneCycleLR: its cycle has {cycle} steps, but the run {steps}')",
    ],
    `    test_loader = DataLoader(test, batch_size=500, sampler=range(rank, len(test), world), num_workers=args.workers)
    if rank == 0:
        if at['epoch'] < args.epochs:
            print(f'goes on with {source}: epoch {at["epoch"] + 1}, after step {at["step_in_epoch"]} of {steps_per_epoch}', flush=True)
        else:
            print(f'{source} is at the end of epoch {at["epoch"]}: --epochs {at["epoch"] + 1} trains on', flush=True)

    def keep():`,
    hasSchedule && "        at['schedule'] = schedule.t",
    followsLoss && [
      '        plateau = schedule.scheduler',
      "        own = {key: getattr(plateau, key) for key in ('best', 'num_bad_epochs', 'cooldown_counter')}",
      "        at['plateau'] = {**own, 'lr': optimizer.param_groups[0]['lr']}",
    ],
    `        if rank == 0:
            save({'model': model.state_dict(), 'optimizer': optimizer.state_dict()['state'], 'at': at}, 'checkpoint.pt')

    while at['epoch'] < args.epochs${earlyStopping === null ? '' : ` and at['epochs_since_best'] < ${earlyStopping}`}:
        began = time.time()
        network.train()
        sampler.set_epoch(at['epoch'])
        order = list(sampler)[at['step_in_epoch'] * ${accumulate > 1 ? 'ACCUMULATE * ' : ''}BATCH_SIZE:batches * BATCH_SIZE]
        loader = DataLoader(training, batch_size=BATCH_SIZE, sampler=order, num_workers=args.workers, pin_memory=cuda)`,
    ...(accumulate > 1 ? accumulatedStep : plainStep).map((line) => `        ${line}`),
    maxGradNorm !== null && `            torch.nn.utils.clip_grad_norm_(model.parameters(), ${maxGradNorm})`,
    `            optimizer.step()
            at['step'] += 1
            at['step_in_epoch'] += 1`,
    isStepwise && hasSchedule && !followsLoss && '            schedule.step()',
    followsLoss && isStepwise && '            schedule.step(sum_of_all(loss.detach().clone()) / world)',
    `            if at['step'] % args.log_every == 0:
                mean = sum_of_all(loss.detach().clone()) / world
                if rank == 0:
                    print(f'epoch {at["epoch"] + 1}, step {at["step_in_epoch"]}/{steps_per_epoch}: loss {mean:.6f}', flush=True)
            if at['step'] % args.save_every == 0 and at['step_in_epoch'] < steps_per_epoch:
                keep()

        loss, accuracy = evaluate(model, test_loader, device)`,
    hasSchedule && !isStepwise && `        schedule.step(${followsLoss ? 'loss' : ''})`,
    `        improves = loss < at['best_loss']
        at.update(epoch=at['epoch'] + 1, step_in_epoch=0, best_loss=min(loss, at['best_loss']))
        at['epochs_since_best'] = 0 if improves else at['epochs_since_best'] + 1
        keep()
        if rank == 0:
            save(model.state_dict(), 'trained.pt')
            print(f'epoch {at["epoch"]}: test loss {loss:.4f}, test accuracy {accuracy:.4f}, {time.time() - began:.0f} s', flush=True)

    if dist.is_initialized():
        dist.barrier()  # the first may still be saving
        dist.destroy_process_group()


if __name__ == '__main__':
    main()
`,
  );
}

const plainStep = [
  'for x, y in loader:',
  '    optimizer.zero_grad()',
  '    loss = loss_of(network(x.to(device)), y.to(device))',
  '    loss.backward()',
];

/** The batches of a step weigh what they have images; gradients are exchanged behind the last one. */
const accumulatedStep = [
  'left = iter(loader)',
  "while at['step_in_epoch'] < steps_per_epoch:",
  '    step = [batch for _, batch in zip(range(ACCUMULATE), left)]',
  '    images = sum(len(y) for _, y in step)',
  '    optimizer.zero_grad()',
  '    loss = torch.zeros((), device=device)',
  '    for k, (x, y) in enumerate(step):',
  '        waits = dist.is_initialized() and k < len(step) - 1',
  '        with network.no_sync() if waits else contextlib.nullcontext():',
  '            part = loss_of(network(x.to(device)), y.to(device)) * (len(y) / images)',
  '            part.backward()',
  '        loss += part.detach()',
];
