/** What can be typed behind a command, checked. */
import * as v from 'valibot';
import * as models from '../models/index.js';
import type { Module } from '../nn/index.js';
import { backendNames } from '../node/backends.js';

/** A mistake of whoever typed the command, which one line explains. */
export class UsageError extends Error {}

const networks: Readonly<Record<string, () => Module>> = {
  mnistNet: models.mnistNet,
  inceptionNet: models.inceptionNet,
  residualNet: models.residualNet,
  mlp: models.mlp,
};

export const modelNames = Object.keys(networks);

/** A new network, its weights drawn from the generator. */
export function makeModel(name: string): Module {
  const make = networks[name];
  if (!make) throw new UsageError(`there is no model '${name}'; there are ${modelNames.join(', ')}`);
  return make();
}

const positive = (what: string) => v.pipe(v.number(what), v.finite(what), v.gtValue(0, what));
const notNegative = (what: string) => v.pipe(v.number(what), v.finite(what), v.minValue(0, what));
const whole = (what: string, least: number) => v.pipe(v.number(what), v.integer(what), v.minValue(least, what));
const path = (what: string) => v.pipe(v.union([v.string(), v.number()], what), v.transform(String), v.nonEmpty(what));

/** The options that make a run what it is. A checkpoint keeps them, and a resumed run has them again. */
export const runOptions = v.object({
  model: v.optional(v.picklist(modelNames, `--model must be one of ${modelNames.join(', ')}`), 'mnistNet'),
  batchSize: v.optional(whole('--batch-size must be a whole number ≥ 1', 1), 64),
  lr: v.optional(positive('--lr must be a number above 0'), 0.01),
  momentum: v.optional(notNegative('--momentum must be a number ≥ 0'), 0.5),
  seed: v.optional(whole('--seed must be a whole number ≥ 0', 0), 0),
  limit: v.optional(v.nullable(whole('--limit must be a whole number ≥ 1', 1)), null),
  dataDir: v.optional(v.nullable(path('--data-dir must be a folder')), null),
});
export type RunOptions = v.InferOutput<typeof runOptions>;

/** The options that may differ from one start of a run to the next. */
export const startOptions = v.object({
  epochs: v.optional(whole('--epochs must be a whole number ≥ 1', 1), 1),
  backend: v.optional(
    v.picklist(['auto', ...backendNames], `--backend must be one of ${['auto', ...backendNames].join(', ')}`),
    'auto',
  ),
  threads: v.optional(whole('--threads must be a whole number ≥ 1', 1)),
  out: v.optional(path('--out must be a folder')),
  resume: v.optional(v.boolean('--resume takes no value: it goes on with the run in --out'), false),
  checkpointEvery: v.optional(whole('--checkpoint-every must be a number of steps ≥ 1', 1), 200),
  log: v.optional(path('--log must be a file name')),
});
export type StartOptions = v.InferOutput<typeof startOptions>;

/** Takes what the schema knows from the flags; a UsageError says what is wrong with one. */
export function checkOptions<Schema extends v.GenericSchema>(schema: Schema, flags: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, flags);
  if (!result.success) throw new UsageError(result.issues[0].message);
  return result.output;
}
