/**
 * Learning-rate schedules. Each computes the rate of step t from the rates that the optimizer began with, so t is all that it
 * remembers. Two schedules of one optimizer therefore don't multiply, as they do in PyTorch: SequentialLR joins them.
 *
 * Source: https://pytorch.org/docs/stable/optim.html
 */
import { requireOptions } from '../ops/options.js';
import type { Optimizer } from './optimizer.js';

export interface SchedulerState {
  readonly t: number;
  readonly baseLrs: readonly number[];
  readonly [more: string]: unknown;
}

/** One of your own, of which checkpoints are kept, has a `static readonly kind = '…'`: its name may change when it's minified. */
export abstract class LRScheduler {
  /** Steps taken: epochs or batches, as the caller counts. */
  protected t = 0;
  protected baseLrs: readonly number[];

  constructor(protected readonly optimizer: Optimizer) {
    this.baseLrs = optimizer.paramGroups.map((group) => group.lr);
  }

  /** The rate of step t for a parameter group that began with `baseLr`. */
  abstract lrAt(t: number, baseLr: number): number;

  /** Goes on to the next step. */
  step(): void {
    this.t++;
    this.apply();
  }

  protected apply(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      if (i < this.baseLrs.length) group.lr = this.lrAt(this.t, this.baseLrs[i]);
    });
  }

  /** The rate of each parameter group now. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  stateDict(): SchedulerState {
    return { t: this.t, baseLrs: this.baseLrs };
  }

  loadStateDict(state: SchedulerState): void {
    this.t = state.t;
    this.baseLrs = state.baseLrs;
    this.apply();
  }
}

/** Multiplies lr by `gamma` (default 0.1) every `stepSize` steps. Throws a RangeError unless stepSize is a whole number ≥ 1. */
export class StepLR extends LRScheduler {
  static readonly kind: string = 'StepLR';
  constructor(
    optimizer: Optimizer,
    private readonly options: { stepSize: number; gamma?: number },
  ) {
    super(optimizer);
    requireOptions('StepLR', options, { stepSize: true, gamma: true });
    if (!(Number.isInteger(options.stepSize) && options.stepSize > 0)) {
      throw new RangeError(`StepLR: stepSize must be a whole number ≥ 1, but is ${options.stepSize}`);
    }
  }

  override lrAt(t: number, baseLr: number): number {
    const { stepSize, gamma = 0.1 } = this.options;
    return baseLr * gamma ** Math.floor(t / stepSize);
  }
}

/** Multiplies lr by `gamma` (default 0.1) at each of the `milestones`, which are steps; one at 0 counts at once. */
export class MultiStepLR extends LRScheduler {
  static readonly kind: string = 'MultiStepLR';
  constructor(
    optimizer: Optimizer,
    private readonly options: { milestones: readonly number[]; gamma?: number },
  ) {
    super(optimizer);
    requireOptions('MultiStepLR', options, { milestones: true, gamma: true });
    this.apply();
  }

  override lrAt(t: number, baseLr: number): number {
    const { milestones, gamma = 0.1 } = this.options;
    return baseLr * gamma ** milestones.filter((milestone) => milestone <= t).length;
  }
}

/** Half a cosine from lr down to `etaMin` (default 0) in `tMax` steps. Throws a RangeError unless tMax is above 0.
 *  Source: Loshchilov & Hutter, "SGDR" (2017), https://arxiv.org/abs/1608.03983 */
export class CosineAnnealingLR extends LRScheduler {
  static readonly kind: string = 'CosineAnnealingLR';
  constructor(
    optimizer: Optimizer,
    private readonly options: { tMax: number; etaMin?: number },
  ) {
    super(optimizer);
    requireOptions('CosineAnnealingLR', options, { tMax: true, etaMin: true });
    if (!(options.tMax > 0)) throw new RangeError(`CosineAnnealingLR: tMax must be above 0, but is ${options.tMax}`);
  }

  override lrAt(t: number, baseLr: number): number {
    const { tMax, etaMin = 0 } = this.options;
    return etaMin + ((baseLr - etaMin) * (1 + Math.cos((Math.PI * t) / tMax))) / 2;
  }
}

/** A linear warm-up: from lr · `startFactor` (default 1/3) to lr · `endFactor` (1) in `totalIters` (5) steps. Creating it sets the
 *  first rate. */
export class LinearLR extends LRScheduler {
  static readonly kind: string = 'LinearLR';
  constructor(
    optimizer: Optimizer,
    private readonly options: { startFactor?: number; endFactor?: number; totalIters?: number } = {},
  ) {
    super(optimizer);
    requireOptions('LinearLR', options, { startFactor: true, endFactor: true, totalIters: true });
    this.apply();
  }

  override lrAt(t: number, baseLr: number): number {
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = this.options;
    return baseLr * (startFactor + (endFactor - startFactor) * Math.min(1, t / totalIters));
  }
}

/** One schedule after another, such as a warm-up and a decay: at each of the `milestones` (steps) the next one begins, at its own
 *  step 0. Step this one only. Throws a RangeError unless there is one milestone fewer than schedules. */
export class SequentialLR extends LRScheduler {
  static readonly kind: string = 'SequentialLR';
  constructor(
    optimizer: Optimizer,
    private readonly schedulers: readonly LRScheduler[],
    private readonly options: { milestones: readonly number[] },
  ) {
    super(optimizer);
    requireOptions('SequentialLR', options, { milestones: true });
    if (schedulers.length !== options.milestones.length + 1) {
      throw new RangeError(
        `SequentialLR: ${schedulers.length} schedules need ${schedulers.length - 1} milestones, but get ${options.milestones.length}`,
      );
    }
    this.baseLrs = schedulers[0].stateDict().baseLrs;
    this.apply();
  }

  override lrAt(t: number, baseLr: number): number {
    const passed = this.options.milestones.filter((milestone) => milestone <= t);
    return this.schedulers[passed.length].lrAt(t - (passed.at(-1) ?? 0), baseLr);
  }
}

export interface OneCycleOptions {
  /** The highest rate. */
  maxLr: number;
  /** Steps of the whole cycle. */
  totalSteps: number;
  /** In which part of the cycle the rate rises, from 0 to 1. Default 0.3. */
  pctStart?: number;
  /** The shape of rise and fall. Default 'cos'. */
  annealStrategy?: 'cos' | 'linear';
  /** maxLr / first rate. Default 25. */
  divFactor?: number;
  /** First rate / last rate. Default 1e4. */
  finalDivFactor?: number;
  /** Let the momentum (SGD) or betas[0] (Adam) fall from maxMomentum to baseMomentum as the rate rises, and rise as it
   *  falls. Default true. */
  cycleMomentum?: boolean;
  /** Default 0.85. */
  baseMomentum?: number;
  /** Default 0.95. */
  maxMomentum?: number;
}

/**
 * Up from maxLr / divFactor to maxLr, and down again, once. Step it after every batch; creating it sets the first rate. Throws a
 * RangeError if an option is out of its range, and when stepped past totalSteps.
 *
 * Source: Smith & Topin, "Super-Convergence" (2018), https://arxiv.org/abs/1708.07120
 */
export class OneCycleLR extends LRScheduler {
  static readonly kind: string = 'OneCycleLR';
  constructor(
    optimizer: Optimizer,
    private readonly options: OneCycleOptions,
  ) {
    super(optimizer);
    requireOptions('OneCycleLR', options, {
      maxLr: true,
      totalSteps: true,
      pctStart: true,
      annealStrategy: true,
      divFactor: true,
      finalDivFactor: true,
      cycleMomentum: true,
      baseMomentum: true,
      maxMomentum: true,
    });
    if (!(Number.isInteger(options.totalSteps) && options.totalSteps > 0)) {
      throw new RangeError(`OneCycleLR: totalSteps must be a whole number ≥ 1, but is ${options.totalSteps}`);
    }
    const { maxLr, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
    if (!(maxLr > 0 && divFactor > 0 && finalDivFactor > 0 && pctStart >= 0 && pctStart <= 1)) {
      throw new RangeError(
        `OneCycleLR: maxLr ${maxLr}, divFactor ${divFactor} and finalDivFactor ${finalDivFactor} must be above 0, and pctStart ${pctStart} in 0 … 1`,
      );
    }
    this.apply();
  }

  override lrAt(t: number): number {
    const { maxLr, divFactor = 25, finalDivFactor = 1e4 } = this.options;
    const first = maxLr / divFactor;
    return this.#cycle(t, first, maxLr, first / finalDivFactor);
  }

  protected override apply(): void {
    super.apply();
    const { cycleMomentum = true, baseMomentum = 0.85, maxMomentum = 0.95 } = this.options;
    if (!cycleMomentum) return;
    for (const group of this.optimizer.paramGroups) {
      const momentum = this.#cycle(this.t, maxMomentum, baseMomentum, maxMomentum);
      if ('momentum' in group) group.momentum = momentum;
      if ('betas' in group) group.betas = [momentum, (group.betas as readonly number[])[1]];
    }
  }

  /** The value at step t of a cycle that goes from `first` to `top` and on to `last`. */
  #cycle(t: number, first: number, top: number, last: number): number {
    const { totalSteps, pctStart = 0.3, annealStrategy = 'cos' } = this.options;
    if (t > totalSteps)
      throw new RangeError(`OneCycleLR: step ${t} is past the end of the cycle of ${totalSteps} steps`);
    const peak = pctStart * totalSteps - 1;
    const between = (from: number, to: number, share: number) =>
      annealStrategy === 'cos' ? to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2 : from + (to - from) * share;
    if (t < peak) return between(first, top, t / peak);
    return t === peak ? top : between(top, last, (t - peak) / (totalSteps - 1 - peak));
  }
}

export interface PlateauOptions {
  /** Whether a smaller or a larger metric is better. Default 'min'. */
  mode?: 'min' | 'max';
  /** What lr is multiplied by. Default 0.1. */
  factor?: number;
  /** Steps without improvement before lr is reduced at the next one. Default 10. */
  patience?: number;
  /** By how much the best metric must be beaten to count as an improvement. Default 1e-4. */
  threshold?: number;
  /** Whether the threshold is relative to the best metric ('rel') or a difference from it ('abs'). Default 'rel'. */
  thresholdMode?: 'rel' | 'abs';
  /** Steps after a reduction that don't count as bad. Default 0. */
  cooldown?: number;
  /** lr isn't reduced below it. Default 0. */
  minLr?: number;
  /** Reductions by no more than this aren't made. Default 1e-8. */
  eps?: number;
}

/** Reduces lr when a metric, such as the validation loss, no longer improves. */
export class ReduceLROnPlateau {
  static readonly kind: string = 'ReduceLROnPlateau';
  #best: number | null = null;
  #bad = 0;
  #cooldown = 0;

  constructor(
    private readonly optimizer: Optimizer,
    private readonly options: PlateauOptions = {},
  ) {
    requireOptions('ReduceLROnPlateau', options, {
      mode: true,
      factor: true,
      patience: true,
      threshold: true,
      thresholdMode: true,
      cooldown: true,
      minLr: true,
      eps: true,
    });
  }

  /** Takes the metric of one more epoch, and reduces lr if it is time. */
  step(metric: number): void {
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0, eps = 1e-8 } = this.options;
    if (this.#improves(metric)) {
      this.#best = metric;
      this.#bad = 0;
    } else {
      this.#bad++;
    }
    if (this.#cooldown > 0) {
      this.#cooldown--;
      this.#bad = 0;
    }
    if (this.#bad <= patience) return;
    for (const group of this.optimizer.paramGroups) {
      const lr = Math.max(group.lr * factor, minLr);
      if (group.lr - lr > eps) group.lr = lr;
    }
    this.#cooldown = cooldown;
    this.#bad = 0;
  }

  #improves(metric: number): boolean {
    const { mode = 'min', threshold = 1e-4, thresholdMode = 'rel' } = this.options;
    if (this.#best === null) return !Number.isNaN(metric);
    const sign = mode === 'min' ? -1 : 1;
    const bar = thresholdMode === 'rel' ? this.#best * (1 + sign * threshold) : this.#best + sign * threshold;
    return sign * metric > sign * bar;
  }

  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  stateDict(): PlateauState {
    return { best: this.#best, bad: this.#bad, cooldown: this.#cooldown };
  }

  loadStateDict(state: PlateauState): void {
    this.#best = state.best;
    this.#bad = state.bad;
    this.#cooldown = state.cooldown;
  }
}

export interface PlateauState {
  readonly best: number | null;
  readonly bad: number;
  readonly cooldown: number;
}
