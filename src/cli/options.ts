/** What can be typed behind a command, checked. */
import { join } from 'node:path';
import * as v from 'valibot';
import { activations, shortcuts } from '../models/index.js';
import { backendNames } from '../node/backends.js';
import type { Classifier } from '../training/index.js';
import { dataNames } from './datasets.js';
import { modelNames, networkNamed } from './networks.js';
import { UsageError } from './usageError.js';

const positive = (what: string) => v.pipe(v.number(what), v.finite(what), v.gtValue(0, what));
const notNegative = (what: string) => v.pipe(v.number(what), v.finite(what), v.minValue(0, what));
const whole = (what: string, least: number) => v.pipe(v.number(what), v.integer(what), v.minValue(least, what));
const oneOf = <Name extends string>(flag: string, names: readonly Name[]) =>
  v.picklist(names, `${flag} must be one of ${names.join(', ')}`);
const path = (what: string) => v.pipe(v.union([v.string(), v.number()], what), v.transform(String), v.nonEmpty(what));

/** What preactResnet can be. */
const variantOptions = {
  depth: v.optional(v.nullable(whole('--depth must be a whole number ≥ 8', 8)), null),
  shortcut: v.optional(v.nullable(oneOf('--shortcut', shortcuts)), null),
  activation: v.optional(v.nullable(oneOf('--activation', activations)), null),
};

/** The options that make a run what it is. A checkpoint keeps them, and a resumed run has them again. */
export const runOptions = v.object({
  model: v.optional(oneOf('--model', modelNames), 'mnistNet'),
  batchSize: v.optional(whole('--batch-size must be a whole number ≥ 1', 1), 64),
  lr: v.optional(positive('--lr must be a number above 0'), 0.01),
  momentum: v.optional(notNegative('--momentum must be a number ≥ 0'), 0.5),
  weightDecay: v.optional(notNegative('--weight-decay must be a number ≥ 0'), 0),
  seed: v.optional(whole('--seed must be a whole number ≥ 0', 0), 0),
  limit: v.optional(v.nullable(whole('--limit must be a whole number ≥ 1', 1)), null),
  data: v.optional(oneOf('--data', dataNames), 'mnist'),
  dataDir: v.optional(v.nullable(path('--data-dir must be a folder')), null),
  imageSize: v.optional(v.nullable(whole('--image-size must be a number of pixels ≥ 1', 1)), null),
  testLimit: v.optional(v.nullable(whole('--test-limit must be a whole number ≥ 1', 1)), null),
  ...variantOptions,
});
export type RunOptions = v.InferOutput<typeof runOptions>;

/** Of commands that look at what was trained. */
export const weightsOptions = v.object({
  weights: v.optional(path('--weights must be a file'), join('runs', 'mnist', 'best.safetensors')),
});

export const summaryOptions = v.object({
  channels: v.optional(whole('--channels must be a whole number ≥ 1', 1)),
  imageSize: v.optional(whole('--image-size must be a number of pixels ≥ 1', 1)),
  numClasses: v.optional(whole('--num-classes must be a whole number ≥ 1', 1)),
  ...variantOptions,
});

/** Steps from one checkpoint to the next, unless said otherwise. */
export const CHECKPOINT_EVERY = 200;

/** The options that may differ from one start of a run to the next. */
export const startOptions = v.object({
  epochs: v.optional(whole('--epochs must be a whole number ≥ 1', 1), 1),
  backend: v.optional(oneOf('--backend', ['auto', ...backendNames] as const), 'auto'),
  threads: v.optional(whole('--threads must be a whole number ≥ 1', 1)),
  out: v.optional(path('--out must be a folder')),
  resume: v.optional(v.boolean('--resume takes no value: it goes on with the run in --out'), false),
  checkpointEvery: v.optional(whole('--checkpoint-every must be a number of steps ≥ 1', 1), CHECKPOINT_EVERY),
  log: v.optional(path('--log must be a file name')),
});
export type StartOptions = v.InferOutput<typeof startOptions>;

/** How an experiment trains; what isn't typed is the experiment's own. */
export const recipeOptions = v.object({
  epochs: whole('--epochs must be a whole number ≥ 1', 1),
  batchSize: whole('--batch-size must be a whole number ≥ 1', 1),
  lr: positive('--lr must be a number above 0'),
  momentum: notNegative('--momentum must be a number ≥ 0'),
  weightDecay: notNegative('--weight-decay must be a number ≥ 0'),
  seed: whole('--seed must be a whole number ≥ 0', 0),
});

/** On what, where, and where to. */
export const experimentOptions = v.object({
  limit: v.optional(whole('--limit must be a whole number ≥ 1', 1)),
  testLimit: v.optional(whole('--test-limit must be a whole number ≥ 1', 1)),
  data: runOptions.entries.data,
  dataDir: runOptions.entries.dataDir,
  imageSize: runOptions.entries.imageSize,
  backend: startOptions.entries.backend,
  threads: startOptions.entries.threads,
  out: startOptions.entries.out,
});

/** Takes what the schema knows from the flags; a UsageError says what is wrong with one. */
export function checkOptions<Schema extends v.GenericSchema>(schema: Schema, flags: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, flags);
  if (!result.success) throw new UsageError(result.issues[0].message);
  return result.output;
}

/** A new network, its weights drawn from the generator. */
export function makeModel(
  options: Pick<RunOptions, 'model' | keyof typeof variantOptions>,
  inChannels: number,
  numClasses: number,
): Classifier {
  const { model, depth, shortcut, activation } = options;
  const variant = Object.entries({ depth, shortcut, activation }).filter(([, value]) => value !== null);
  if (variant.length > 0 && model !== 'preactResnet') {
    throw new UsageError(`${model} has no ${variant.map(([name]) => `--${name}`).join(', ')}; preactResnet has`);
  }
  return networkNamed(model).make({ inChannels, numClasses, ...Object.fromEntries(variant) });
}
