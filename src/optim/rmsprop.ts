import { requireOptions } from '../ops/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { atLeastZero, Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

export interface RMSpropOptions {
  /** Learning rate. Default 1e-2. */
  lr: number;
  /** How much a step keeps of the running means. Default 0.99. */
  alpha: number;
  /** Added to the root of the mean square. Default 1e-8. */
  eps: number;
  /** λ of the penalty λ/2 · ‖param‖². Default 0. */
  weightDecay: number;
  /** How much of the last step is kept. Default 0. */
  momentum: number;
  /** Divide by the gradients' deviation from their mean instead of by their size. Default false. */
  centered: boolean;
}

/** RMSprop, which divides each step by the size that its gradients had lately. The maths and its source are in `ops/rmsprop.ts`.
 *  Throws a RangeError if an option is negative, or alpha is 1 or more. */
export class RMSprop extends Optimizer<RMSpropOptions> {
  static readonly kind: string = 'RMSprop';

  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<RMSpropOptions>[],
    options: Partial<RMSpropOptions> = {},
  ) {
    requireOptions('RMSprop', options, {
      lr: true,
      alpha: true,
      eps: true,
      weightDecay: true,
      momentum: true,
      centered: true,
    });
    super(params, { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, ...options });
  }

  protected override check({ lr, alpha, eps, weightDecay, momentum }: RMSpropOptions): void {
    atLeastZero('RMSprop', { lr, alpha, eps, weightDecay, momentum });
    if (alpha >= 1) throw new RangeError(`RMSprop: alpha must be below 1, but is ${alpha}`);
  }

  protected override update(param: Tensor, grad: Tensor, options: RMSpropOptions, state: ParameterState): void {
    const { lr, alpha, eps, weightDecay, momentum, centered } = options;
    const squareAvg = this.stateTensor(state, 'squareAvg', param).buffer;
    const gradAvg = centered ? this.stateTensor(state, 'gradAvg', param).buffer : null;
    const buffer = momentum === 0 ? null : this.stateTensor(state, 'momentumBuffer', param).buffer;
    const step = { lr, alpha, eps, weightDecay, momentum, step: state.step + 1 };
    param.backend.kernels.rmsprop.forward(param.buffer, squareAvg, gradAvg, buffer, grad.buffer, step);
  }
}
