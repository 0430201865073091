/** What a recipe can name, and the options that it may be given there. */
import { flag, number, numbers, oneOfWords } from './choice.js';

/** The optimizers by name, with the options that have no flag of their own. */
export const optimizers = {
  sgd: { dampening: number, nesterov: flag },
  adam: { betas: numbers, eps: number },
  adamw: { betas: numbers, eps: number },
  rmsprop: { alpha: number, eps: number, centered: flag },
  adagrad: { lrDecay: number, initialAccumulatorValue: number, eps: number },
};

const every = oneOfWords('epoch', 'step');

/** The schedules by name, with their options. `every`: whether their steps are epochs or steps of the optimizer. */
export const schedulers = {
  StepLR: { stepSize: number, gamma: number, every },
  MultiStepLR: { milestones: numbers, gamma: number, every },
  CosineAnnealingLR: { tMax: number, etaMin: number, every },
  LinearLR: { startFactor: number, endFactor: number, totalIters: number, every },
  OneCycleLR: {
    maxLr: number,
    totalSteps: number,
    pctStart: number,
    annealStrategy: oneOfWords('cos', 'linear'),
    divFactor: number,
    finalDivFactor: number,
    cycleMomentum: flag,
    baseMomentum: number,
    maxMomentum: number,
    every,
  },
  ReduceLROnPlateau: {
    mode: oneOfWords('min', 'max'),
    factor: number,
    patience: number,
    threshold: number,
    thresholdMode: oneOfWords('rel', 'abs'),
    cooldown: number,
    minLr: number,
    eps: number,
    every,
  },
};
