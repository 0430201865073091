import { kindOf } from '../nn/kind.js';
import { requireOptions } from '../ops/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { atLeastZero, Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

export interface AdamOptions {
  /** Learning rate. Default 1e-3. */
  lr: number;
  /** How much a step keeps of the running means of the gradients (β1) and of their squares (β2). Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the root of the mean square. Default 1e-8. */
  eps: number;
  /** Adam: λ of the penalty λ/2 · ‖param‖², default 0. AdamW: each step takes lr · weightDecay of it away, default 0.01. */
  weightDecay: number;
}

const ADAM_OPTIONS = { lr: true, betas: true, eps: true, weightDecay: true } as const;

type Params = readonly Tensor[] | readonly ParameterGroup<AdamOptions>[];

/** Adam, which divides each step by the size of its gradients. The maths and its source are in `ops/adam.ts`. Throws a RangeError
 *  if an option is negative, or a beta is 1 or more. */
export class Adam extends Optimizer<AdamOptions> {
  static readonly kind: string = 'Adam';
  protected readonly decoupled: boolean = false;

  constructor(params: Params, options: Partial<AdamOptions> = {}) {
    requireOptions('Adam', options, ADAM_OPTIONS);
    super(params, { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, ...options });
  }

  protected override check({ lr, betas, eps, weightDecay }: AdamOptions): void {
    const name = kindOf(this);
    atLeastZero(name, { lr, eps, weightDecay });
    if (!betas.every((beta) => beta >= 0 && beta < 1)) {
      throw new RangeError(`${name}: betas must be at least 0 and below 1, but are [${betas}]`);
    }
  }

  protected override update(param: Tensor, grad: Tensor, options: AdamOptions, state: ParameterState): void {
    const { lr, betas, eps, weightDecay } = options;
    const expAvg = this.stateTensor(state, 'expAvg', param);
    const expAvgSq = this.stateTensor(state, 'expAvgSq', param);
    const [beta1, beta2] = betas;
    const step = { lr, beta1, beta2, eps, weightDecay, decoupled: this.decoupled, step: state.step + 1 };
    param.backend.kernels.adam.forward(param.buffer, expAvg.buffer, expAvgSq.buffer, grad.buffer, step);
  }
}

/** Adam whose weight decay shortens the parameter itself and stays out of the running means. The maths and its source are in
 *  `ops/adam.ts`. */
export class AdamW extends Adam {
  static override readonly kind: string = 'AdamW';
  protected override readonly decoupled = true;

  constructor(params: Params, options: Partial<AdamOptions> = {}) {
    requireOptions('AdamW', options, ADAM_OPTIONS);
    super(params, { weightDecay: 0.01, ...options });
  }
}
