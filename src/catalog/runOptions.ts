/**
 * What a run is made of. A checkpoint keeps these options, so that a resumed run has them again, and whoever opens the checkpoint
 * makes the same network.
 *
 * A rule's message goes on from the option's name (`must be a number above 0`): a command calls it `--batch-size`, a page has its
 * field beside it.
 */
import * as v from 'valibot';
import { activations, shortcuts } from '../models/index.js';
import { nearNames } from '../ops/options.js';
import { type Choices, parseChoice } from './choice.js';
import { dataSetNames } from './dataSets.js';
import { PICTURE_FOLDER } from './images.js';
import { networkNames } from './networks.js';
import { optimizers, schedulers } from './recipeNames.js';

const number = (rule: string) => v.pipe(v.number(rule), v.finite(rule));
const positive = v.pipe(number('must be a number above 0'), v.gtValue(0, 'must be a number above 0'));
const notNegative = v.pipe(number('must be a number ≥ 0'), v.minValue(0, 'must be a number ≥ 0'));

/** A whole number that is at least so large. `what` is for the message. */
export const whole = (least: number, what = 'a whole number') => {
  const rule = `must be ${what} ≥ ${least}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(least, rule));
};

/** One of these names. The message has them all, and those that are near what was given. */
export const oneOf = <Name extends string>(names: readonly Name[]) =>
  v.picklist(names, ({ input }) => {
    const near = nearNames(names, String(input));
    return `must be one of ${names.join(', ')}${near.length > 0 ? `; near '${input}' are ${near.join(', ')}` : ''}`;
  });

/** A path, not empty. `what` it leads to is for the message. */
export const path = (what: string) => {
  const rule = `must be ${what}`;
  return v.pipe(v.string(rule), v.nonEmpty(rule));
};

/** A name of the table with its options: choice.ts. */
const choiceOf = (table: Choices) =>
  v.pipe(
    v.string(`must be one of ${Object.keys(table).join(', ')}`),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      try {
        parseChoice(table, dataset.value);
      } catch (error) {
        addIssue({ message: (error as Error).message });
      }
    }),
  );

const warmupRule = 'must be a number of epochs, as in 5, or of steps, as in 500steps';

/** null: not asked for. */
const orNull = <Schema extends v.GenericSchema>(schema: Schema) => v.optional(v.nullable(schema), null);

/** What a run is made of, as its `receptive.config` keeps it: a schema of valibot, with the default of each option. */
export const runOptions = v.object({
  model: v.optional(oneOf(networkNames), 'mnistNet'),
  data: v.optional(oneOf([...dataSetNames, PICTURE_FOLDER]), 'mnist'),
  /** Folder of the data's files, where the run found them. */
  dataDir: orNull(path('a folder')),
  /** Sides of the images in pixels. Null: as they are, or the least that the network takes. */
  imageSize: orNull(whole(1, 'a number of pixels')),
  /** Change the training images by chance. */
  augment: v.optional(v.boolean('takes no value'), false),
  /** Of a folder of pictures: leave damaged ones out. */
  skipDamaged: v.optional(v.boolean('takes no value'), false),
  /** The first so many training and test images. Null: all. */
  limit: orNull(whole(1)),
  testLimit: orNull(whole(1)),
  /** Of preactResnet. Null: as in the paper. */
  depth: orNull(whole(8)),
  shortcut: orNull(oneOf(shortcuts)),
  activation: orNull(oneOf(activations)),
  /** Images a batch, on each rank. */
  batchSize: v.optional(whole(1), 64),
  /** Batches a step. */
  accumulate: v.optional(whole(1), 1),
  /** `sgd:nesterov=true`: a name of `optimizers` with its options. */
  optimizer: v.optional(choiceOf(optimizers), 'sgd'),
  /** Null: the optimizer's own, as `completeRecipe` says. */
  lr: orNull(positive),
  momentum: orNull(notNegative),
  weightDecay: orNull(notNegative),
  /** `StepLR:stepSize=30`: a name of `schedulers` with its options. Null: lr stays. */
  scheduler: orNull(choiceOf(schedulers)),
  /** Epochs, `5`, or steps, `500steps`, in which lr rises to what it is set to. */
  warmup: orNull(
    v.pipe(
      v.union([v.string(), v.number()], warmupRule),
      v.transform(String),
      v.regex(/^[1-9]\d*(steps)?$/, warmupRule),
    ),
  ),
  /** Stop after so many epochs in which the test loss didn't fall. */
  earlyStopping: orNull(whole(1, 'a number of epochs')),
  /** Longest gradient, by the norm over all parameters. */
  maxGradNorm: orNull(positive),
  /** The share of a label that is spread over all classes. */
  labelSmoothing: v.optional(v.pipe(notNegative, v.maxValue(1, 'must be at most 1')), 0),
  /** File of weights to begin with. Null: new ones. */
  weights: orNull(path('a file')),
  /** Of the weights and of the images' order. */
  seed: v.optional(whole(0), 0),
});
export type RunOptions = v.InferOutput<typeof runOptions>;

/**
 * What the schema knows of the given values, with its defaults. Throws a RangeError about the first that is wrong; `nameOf` says
 * what its option is called where it was written. Default: as in the schema.
 */
export function checkOptions<Schema extends v.GenericSchema>(
  schema: Schema,
  given: unknown,
  nameOf: (key: string) => string = (key) => key,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const key = v.getDotPath(issue);
  throw new RangeError(key === null ? issue.message : `${nameOf(key.split('.')[0])} ${issue.message}`);
}
