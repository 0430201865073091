/** What was chosen for a run: the fields as they were typed, the options that they make, and what is wrong with them. */
import { computed } from '@preact/signals';
import {
  checkOptions,
  checkRecipe,
  completeRecipe,
  createNetwork,
  imagesOf,
  networkNamed,
  networks,
  type RunOptions,
  runOptions,
} from 'receptive/catalog';
import { choices } from '../forms/choices.js';
import { own } from './ownFiles.js';

/** The lecture's run. Empty: as the network or the optimizer has it. */
const first = {
  model: 'mnistNet',
  depth: '',
  shortcut: '',
  activation: '',
  imageSize: '',
  augment: false,
  skipDamaged: false,
  limit: '',
  testLimit: '',
  optimizer: 'sgd',
  optimizerOptions: '',
  lr: '',
  momentum: '',
  weightDecay: '',
  scheduler: '',
  schedulerOptions: '',
  warmup: '',
  labelSmoothing: '',
  maxGradNorm: '',
  earlyStopping: '',
  batchSize: '64',
  epochs: '10',
  seed: '0',
  backend: 'wasm',
  threads: 64,
};
export type Chosen = typeof first;
/** Those of the fields that are lines of text. */
export type FieldName = { [Key in keyof Chosen]: Chosen[Key] extends string ? Key : never }[keyof Chosen];

export const chosen = choices('train', first);

export function choose(change: Partial<Chosen>): void {
  chosen.value = { ...chosen.value, ...change };
}

/** The lecture's run again, where it was computed before. */
export const reset = () => choose({ ...first, backend: chosen.value.backend, threads: chosen.value.threads });

/** Whether the training images can be changed by chance. */
export const canAugment = computed(() => {
  const data = own.value?.data;
  if (data === 'folder') return true;
  return data === 'cifar10' && networkNamed(chosen.value.model).smallest !== null && chosen.value.imageSize === '';
});

const number = (text: string) => (text.trim() === '' ? null : Number(text));
const word = (text: string) => (text.trim() === '' ? null : text.trim());
const withOptions = (name: string, options: string) => (options.trim() === '' ? name : `${name}:${options.trim()}`);

/** The fields as options, not checked yet. One that is empty and has a default isn't there. */
const typed = computed((): Partial<Record<keyof RunOptions, unknown>> => {
  const given = chosen.value;
  const isPreact = given.model === 'preactResnet';
  return {
    model: given.model,
    data: own.value?.data ?? 'mnist',
    imageSize: number(given.imageSize),
    augment: canAugment.value && given.augment,
    skipDamaged: own.value?.data === 'folder' && given.skipDamaged,
    limit: number(given.limit),
    testLimit: number(given.testLimit),
    depth: isPreact ? number(given.depth) : null,
    shortcut: isPreact ? word(given.shortcut) : null,
    activation: isPreact ? word(given.activation) : null,
    batchSize: number(given.batchSize) ?? undefined,
    optimizer: withOptions(given.optimizer, given.optimizerOptions),
    lr: number(given.lr),
    momentum: number(given.momentum),
    weightDecay: number(given.weightDecay),
    scheduler: given.scheduler === '' ? null : withOptions(given.scheduler, given.schedulerOptions),
    warmup: word(given.warmup),
    earlyStopping: number(given.earlyStopping),
    maxGradNorm: number(given.maxGradNorm),
    labelSmoothing: number(given.labelSmoothing) ?? undefined,
    seed: number(given.seed) ?? undefined,
  };
});

/** What is wrong, by the field beside which it is said; `recipe` is what is wrong with several of them together. */
export type Wrong = Readonly<Record<string, string | undefined>>;

/** The options of these names are typed in a field of their own. */
const fieldOf: Readonly<Record<string, string>> = { optimizer: 'optimizerOptions', scheduler: 'schedulerOptions' };

export interface Checked {
  /** null: something is wrong. What the recipe leaves open is filled in, but for what depends on how long an epoch is. */
  readonly options: RunOptions | null;
  readonly epochs: number;
  readonly wrong: Wrong;
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error)).trim();

/** How long an epoch is isn't known before there are data: long enough for any warm-up. */
const LONG = 2 ** 31;

export const checked = computed((): Checked => {
  const wrong: Record<string, string> = {};
  const attempt = (key: string, check: () => void) => {
    try {
      check();
    } catch (error) {
      wrong[key] = message(error);
    }
  };
  for (const [key, value] of Object.entries(typed.value)) {
    attempt(fieldOf[key] ?? key, () => checkOptions(runOptions, { [key]: value }, () => ''));
  }
  const epochs = Number(chosen.value.epochs);
  if (!/^[1-9]\d{0,5}$/.test(chosen.value.epochs.trim())) wrong.epochs = 'must be a whole number ≥ 1';
  if (Object.keys(wrong).length > 0) return { options: null, epochs, wrong };
  const options = checkOptions(runOptions, typed.value);
  attempt('model', () => checkFit(options));
  attempt('recipe', () => checkRecipe(options, epochs));
  return { options: Object.keys(wrong).length > 0 ? null : options, epochs, wrong };
});

function checkFit(options: RunOptions): void {
  imagesOf(options);
  const why = misfit(options.model);
  if (why) throw new RangeError(why);
  // It is small, whatever the depth, and knows which depths there are.
  if (options.model === 'preactResnet' && options.depth !== null) createNetwork(options, [1, 4, 4], 2);
}

/** How many classes the data have. */
export const classCount = computed(() => own.value?.classes?.length ?? 10);

/** Why a network doesn't take the data; null: it does. */
export function misfit(model: string): string | null {
  const { smallest, images, numClasses } = networks[model as keyof typeof networks];
  if (smallest !== null || numClasses === classCount.value) return null;
  return `${model} takes images of ${images.join('x')} and gives ${numClasses} scores, and no others`;
}

/** What the recipe is in the end, with the optimizer's own numbers; null: something is wrong. */
export const complete = computed(() => {
  const { options, epochs } = checked.value;
  return options && completeRecipe(options, { epochs, stepsPerEpoch: LONG });
});
