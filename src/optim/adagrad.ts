import { requireOptions } from '../ops/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { atLeastZero, Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

export interface AdagradOptions {
  /** Learning rate. Default 1e-2. */
  lr: number;
  /** How fast the rate falls: at step t it is lr / (1 + (t − 1) · lrDecay). Default 0. */
  lrDecay: number;
  /** λ of the penalty λ/2 · ‖param‖². Default 0. */
  weightDecay: number;
  /** What the sums of the squares begin with. Default 0. */
  initialAccumulatorValue: number;
  /** Added to the root of the sum. Default 1e-10. */
  eps: number;
}

/** Adagrad, which divides each step by the size of all gradients so far. The maths and its source are in `ops/adagrad.ts`. Throws a
 *  RangeError if an option is negative. */
export class Adagrad extends Optimizer<AdagradOptions> {
  static readonly kind: string = 'Adagrad';

  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<AdagradOptions>[],
    options: Partial<AdagradOptions> = {},
  ) {
    requireOptions('Adagrad', options, {
      lr: true,
      lrDecay: true,
      weightDecay: true,
      initialAccumulatorValue: true,
      eps: true,
    });
    super(params, { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, ...options });
  }

  protected override check(options: AdagradOptions): void {
    const { lr, lrDecay, weightDecay, initialAccumulatorValue, eps } = options;
    atLeastZero('Adagrad', { lr, lrDecay, weightDecay, initialAccumulatorValue, eps });
  }

  protected override update(param: Tensor, grad: Tensor, options: AdagradOptions, state: ParameterState): void {
    const { lr, lrDecay, weightDecay, initialAccumulatorValue, eps } = options;
    const sum = this.stateTensor(state, 'sum', param, initialAccumulatorValue);
    const step = { lr, lrDecay, eps, weightDecay, step: state.step + 1 };
    param.backend.kernels.adagrad.forward(param.buffer, sum.buffer, grad.buffer, step);
  }
}
