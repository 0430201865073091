/**
 * How a run trains: its optimizer, its learning rate's schedule, its loss and when it stops, made from its options. What is left to the
 * optimizer or to the length of the run is filled in once, when the run begins (`completeRecipe`), so that a checkpoint has it all.
 */
import { ReferenceBackend } from '../backends/reference/index.js';
import * as F from '../nn/functional/index.js';
import * as optim from '../optim/index.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ClassifierOutput, FitOptions, LossFunction } from '../training/index.js';
import { type Choice, parseChoice, writeChoice } from './choice.js';
import { networkNamed } from './networks.js';
import { optimizers, schedulers } from './recipeNames.js';
import type { RunOptions } from './runOptions.js';

type OptimizerName = keyof typeof optimizers;

/** PyTorch's, but for sgd: the lecture's. Without momentum: it has none. */
const optimizerDefaults: Record<OptimizerName, { lr: number; momentum?: number; weightDecay: number }> = {
  sgd: { lr: 0.01, momentum: 0.5, weightDecay: 0 },
  adam: { lr: 1e-3, weightDecay: 0 },
  adamw: { lr: 1e-3, weightDecay: 0.01 },
  rmsprop: { lr: 0.01, momentum: 0, weightDecay: 0 },
  adagrad: { lr: 0.01, weightDecay: 0 },
};

/** How long a run is: what a recipe's defaults depend on. */
export interface RunLength {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** The part of a run's options that says how it trains. */
export type RecipeOptions = Pick<
  RunOptions,
  | 'model'
  | 'optimizer'
  | 'lr'
  | 'momentum'
  | 'weightDecay'
  | 'scheduler'
  | 'warmup'
  | 'earlyStopping'
  | 'maxGradNorm'
  | 'labelSmoothing'
>;

/** Everything that `fit` needs of a recipe. */
export interface Recipe {
  readonly optimizer: optim.Optimizer;
  /** For `fit`'s options. */
  readonly fit: Pick<
    FitOptions<ClassifierOutput>,
    'loss' | 'scheduler' | 'schedulerEvery' | 'earlyStopping' | 'maxGradNorm'
  >;
}

/**
 * The same options with what they leave open: lr, momentum and weightDecay are the optimizer's, and a schedule ends with the run. Options
 * that are whole stay as they are. Throws a RangeError if they contradict each other; `nameOf` says what an option is called where it
 * was written. Default: as here.
 */
export function completeRecipe<Options extends RecipeOptions>(
  options: Options,
  length: RunLength,
  nameOf: (key: string) => string = (key) => key,
): Options {
  const optimizer = parseChoice(optimizers, options.optimizer);
  const defaults = optimizerDefaults[optimizer.name];
  if (options.momentum !== null && defaults.momentum === undefined) {
    throw new RangeError(`${optimizer.name} has no ${nameOf('momentum')}; sgd and rmsprop have`);
  }
  const lr = options.lr ?? defaults.lr;
  return {
    ...options,
    optimizer: writeChoice(optimizers, optimizer),
    lr,
    momentum: options.momentum ?? defaults.momentum ?? null,
    weightDecay: options.weightDecay ?? defaults.weightDecay,
    scheduler: completeScheduler(options, lr, length, nameOf),
  };
}

function completeScheduler(
  { scheduler, warmup }: RecipeOptions,
  lr: number,
  length: RunLength,
  nameOf: (key: string) => string,
): string | null {
  if (scheduler === null) return null;
  const { name, options } = parseChoice(schedulers, scheduler);
  if (warmup !== null && (name === 'OneCycleLR' || name === 'ReduceLROnPlateau')) {
    const why = name === 'OneCycleLR' ? 'it warms up itself' : 'it follows the loss, not the steps';
    throw new RangeError(`${nameOf('warmup')} doesn't go with ${name}: ${why}`);
  }
  const { epochs, stepsPerEpoch } = length;
  const per = options.every ?? (name === 'OneCycleLR' ? 'step' : 'epoch');
  const rest = epochs - warmupSteps(warmup, stepsPerEpoch) / stepsPerEpoch;
  const left = per === 'epoch' ? rest : rest * stepsPerEpoch;
  let own: Record<string, unknown> = {};
  if (name === 'CosineAnnealingLR' && options.tMax === undefined) {
    if (left <= 0) throw new RangeError(`${nameOf('warmup')} ${warmup} leaves nothing of ${epochs} epochs for ${name}`);
    own = { tMax: left };
  }
  if (name === 'OneCycleLR') own = { maxLr: lr, totalSteps: left };
  return writeChoice(schedulers, { name, options: { ...own, ...options, every: per } });
}

/** Steps of a warm-up that is given in epochs, `5`, or in steps, `500steps`. */
function warmupSteps(warmup: string | null, stepsPerEpoch: number): number {
  if (warmup === null) return 0;
  const count = Number.parseInt(warmup, 10);
  return warmup.endsWith('steps') ? count : count * stepsPerEpoch;
}

/** What a run trains with. The options are whole: see `completeRecipe`. Throws a RangeError if an optimizer or a schedule takes no such
 *  values, or the schedule is over before the run. */
export function createRecipe(parameters: readonly Tensor[], options: RecipeOptions, length: RunLength): Recipe {
  const { earlyStopping, maxGradNorm } = options;
  const optimizer = createOptimizer(parameters, options);
  return {
    optimizer,
    fit: {
      loss: lossOf(options),
      maxGradNorm: maxGradNorm ?? undefined,
      earlyStopping: earlyStopping === null ? undefined : { patience: earlyStopping },
      ...createScheduler(optimizer, options, length),
    },
  };
}

function createOptimizer(parameters: readonly Tensor[], recipe: RecipeOptions): optim.Optimizer {
  const { name, options } = parseChoice(optimizers, recipe.optimizer);
  const given = Object.entries({ lr: recipe.lr, momentum: recipe.momentum, weightDecay: recipe.weightDecay });
  const all = { ...Object.fromEntries(given.filter(([, value]) => value !== null)), ...options };
  switch (name) {
    case 'sgd':
      return new optim.SGD(parameters, all as unknown as optim.SGDOptions);
    case 'adam':
      return new optim.Adam(parameters, all);
    case 'adamw':
      return new optim.AdamW(parameters, all);
    case 'rmsprop':
      return new optim.RMSprop(parameters, all);
    case 'adagrad':
      return new optim.Adagrad(parameters, all);
  }
}

type Scheduling = Pick<FitOptions, 'scheduler' | 'schedulerEvery'>;

/** With a warm-up, SequentialLR: the rate rises from lr / n to lr in its n steps, and the schedule begins after it, at its own step 0. */
function createScheduler(optimizer: optim.Optimizer, recipe: RecipeOptions, length: RunLength): Scheduling {
  const { stepsPerEpoch } = length;
  const choice = recipe.scheduler === null ? null : parseChoice(schedulers, recipe.scheduler);
  const schedulerEvery = choice?.options.every as Scheduling['schedulerEvery'];
  if (choice) checkLength(choice, length);
  const totalIters = warmupSteps(recipe.warmup, stepsPerEpoch);
  if (totalIters === 0) return choice ? { scheduler: scheduleOf(optimizer, choice), schedulerEvery } : {};
  const after = choice
    ? (scheduleOf(optimizer, choice) as optim.LRScheduler)
    : new optim.LinearLR(optimizer, { startFactor: 1 });
  const rise = new optim.LinearLR(optimizer, { startFactor: 1 / totalIters, totalIters });
  const stepwise = schedulerEvery === 'step' ? after : new PerEpoch(optimizer, after, stepsPerEpoch);
  return {
    scheduler: new optim.SequentialLR(optimizer, [rise, stepwise], { milestones: [totalIters] }),
    schedulerEvery: 'step',
  };
}

/** A schedule of epochs for whoever counts steps. */
class PerEpoch extends optim.LRScheduler {
  static readonly kind: string = 'PerEpoch';

  constructor(
    optimizer: optim.Optimizer,
    private readonly schedule: optim.LRScheduler,
    private readonly stepsPerEpoch: number,
  ) {
    super(optimizer);
  }

  override lrAt(t: number, baseLr: number): number {
    return this.schedule.lrAt(Math.floor(t / this.stepsPerEpoch), baseLr);
  }
}

function scheduleOf(
  optimizer: optim.Optimizer,
  { name, options: { every: _, ...options } }: Choice<typeof schedulers>,
): optim.LRScheduler | optim.ReduceLROnPlateau {
  switch (name) {
    case 'StepLR':
      return new optim.StepLR(optimizer, options as { stepSize: number });
    case 'MultiStepLR':
      if (options.milestones === undefined) throw new RangeError('MultiStepLR: milestones must be given');
      return new optim.MultiStepLR(optimizer, options as { milestones: number[] });
    case 'CosineAnnealingLR':
      return new optim.CosineAnnealingLR(optimizer, options as { tMax: number });
    case 'LinearLR':
      return new optim.LinearLR(optimizer, options);
    case 'OneCycleLR':
      return new optim.OneCycleLR(optimizer, options as unknown as optim.OneCycleOptions);
    case 'ReduceLROnPlateau':
      return new optim.ReduceLROnPlateau(optimizer, options);
  }
}

/** OneCycleLR can't be stepped past its end. */
function checkLength({ name, options }: Choice<typeof schedulers>, { epochs, stepsPerEpoch }: RunLength): void {
  const steps = options.every === 'epoch' ? epochs : epochs * stepsPerEpoch;
  if (name !== 'OneCycleLR' || steps <= Number(options.totalSteps)) return;
  throw new RangeError(`OneCycleLR: its cycle has ${options.totalSteps} steps, but the run ${steps}`);
}

/** The network's own loss, or cross-entropy; undefined where `fit` takes it by itself. */
function lossOf({ model, labelSmoothing }: RecipeOptions): LossFunction<ClassifierOutput> | undefined {
  const own = networkNamed(model).loss as
    | ((output: ClassifierOutput, labels: F.Target, options: { labelSmoothing: number }) => Tensor)
    | undefined;
  if (own) return (output, labels) => own(output, labels as F.Target, { labelSmoothing });
  if (labelSmoothing === 0) return undefined;
  return (scores, labels) => F.crossEntropy(scores as Tensor, labels as F.Target, { labelSmoothing });
}

/** Throws a RangeError if no run could have this recipe, before there are data to know its length. */
export function checkRecipe(options: RecipeOptions, epochs: number, nameOf?: (key: string) => string): void {
  const parameter = new ReferenceBackend().tensor([0], [1], { requiresGrad: true });
  // No shorter than any warm-up in steps: how long an epoch is isn't known yet.
  const length = { epochs, stepsPerEpoch: 2 ** 31 };
  createRecipe([parameter], completeRecipe(options, length, nameOf), length);
}

/** Whether an option that is asked for is what a run has: a schedule or an optimizer may be given without what was filled in. */
export function agrees(key: string, asked: unknown, has: unknown): boolean {
  const table = key === 'optimizer' ? optimizers : key === 'scheduler' ? schedulers : null;
  if (!table || typeof asked !== 'string' || typeof has !== 'string') return asked === has;
  const [a, b] = [parseChoice(table, asked), parseChoice(table, has)];
  const isSame = ([option, value]: [string, unknown]) => String(value) === String(b.options[option]);
  return a.name === b.name && Object.entries(a.options).every(isSame);
}
