/** A run's optimizer and its schedule as PyTorch code. */
import { parseChoice } from '../choice.js';
import type { RecipeOptions } from '../recipe.js';
import { optimizers, schedulers } from '../recipeNames.js';
import { call } from './python.js';

const classes: Readonly<Record<keyof typeof optimizers, string>> = {
  sgd: 'SGD',
  adam: 'Adam',
  adamw: 'AdamW',
  rmsprop: 'RMSprop',
  adagrad: 'Adagrad',
};

/** The expression that makes it, of `model`. `lr` is what the schedule begins with. */
export function torchOptimizer(recipe: RecipeOptions, lr: number | null = recipe.lr): string {
  const { name, options } = parseChoice(optimizers, recipe.optimizer);
  const { momentum, weightDecay } = recipe;
  return call(`torch.optim.${classes[name]}`, ['model.parameters()'], {
    lr: lr ?? undefined,
    momentum: momentum ?? undefined,
    // AdamW's own isn't 0.
    weightDecay: weightDecay === null || (weightDecay === 0 && name !== 'adamw') ? undefined : weightDecay,
    ...options,
  });
}

export interface TorchSchedule {
  /** Makes it, of `optimizer`. */
  readonly make: string;
  readonly every: 'epoch' | 'step';
  /** Whether it looks at the loss. */
  readonly followsLoss: boolean;
  /** Whether it is for so many steps, and no more. */
  readonly hasEnd: boolean;
}

/** null: the rate stays. */
export function torchSchedule(recipe: RecipeOptions): TorchSchedule | null {
  if (recipe.scheduler === null) return null;
  const { name, options } = parseChoice(schedulers, recipe.scheduler);
  const { every = 'epoch', ...own } = options;
  // There PyTorch wants a momentum to change, and here it is left alone.
  const hasMomentum = parseChoice(optimizers, recipe.optimizer).name !== 'adagrad';
  const extra = name === 'OneCycleLR' && !hasMomentum ? { cycleMomentum: false } : {};
  return {
    make: call(`torch.optim.lr_scheduler.${name}`, ['optimizer'], { ...own, ...extra }),
    every: every as 'epoch' | 'step',
    followsLoss: name === 'ReduceLROnPlateau',
    hasEnd: name === 'OneCycleLR',
  };
}

/** How many steps the warm-up has, as an expression of the steps of an epoch; null: there is none. */
export function torchWarmup({ warmup }: RecipeOptions, stepsPerEpoch: string): string | null {
  if (warmup === null) return null;
  return warmup.endsWith('steps') ? warmup.slice(0, -5) : `${warmup} * ${stepsPerEpoch}`;
}
