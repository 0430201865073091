import { requireOptions } from '../ops/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { atLeastZero, Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

export interface SGDOptions {
  /** Learning rate, at least 0. */
  lr: number;
  /** How much of the last step is kept. Default 0. */
  momentum: number;
  /** How much of the gradient the momentum leaves out. Default 0. */
  dampening: number;
  /** Nesterov's momentum: step as if the momentum had been applied already. Needs momentum and no dampening. Default false. */
  nesterov: boolean;
  /** λ of the penalty λ/2 · ‖param‖². Default 0. */
  weightDecay: number;
}

/** Stochastic gradient descent. The maths and its source are in `ops/sgd.ts`. Throws a RangeError if lr, momentum or weightDecay
 *  is negative, or nesterov lacks what it needs. */
export class SGD extends Optimizer<SGDOptions> {
  static readonly kind: string = 'SGD';
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<SGDOptions>[],
    options: Pick<SGDOptions, 'lr'> & Partial<SGDOptions>,
  ) {
    requireOptions('SGD', options, { lr: true, momentum: true, dampening: true, nesterov: true, weightDecay: true });
    super(params, { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, ...options });
  }

  protected override check({ lr, momentum, dampening, nesterov, weightDecay }: SGDOptions): void {
    atLeastZero('SGD', { lr, momentum, weightDecay });
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new RangeError('SGD: nesterov needs momentum above 0 and dampening 0');
    }
  }

  protected override update(param: Tensor, grad: Tensor, options: SGDOptions, state: ParameterState): void {
    const { lr, momentum, dampening, nesterov, weightDecay } = options;
    const first = state.tensors.momentumBuffer === undefined;
    const buffer = momentum === 0 ? null : this.stateTensor(state, 'momentumBuffer', param).buffer;
    const step = { lr, momentum, dampening, nesterov, weightDecay, first, step: state.step + 1 };
    param.backend.kernels.sgd.forward(param.buffer, buffer, grad.buffer, step);
  }
}
