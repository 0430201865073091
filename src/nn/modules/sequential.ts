import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/**
 * Modules one after the other: each gets the output of the one before. In a state_dict they are called 0, 1, 2, …, or as in an
 * object:
 *
 *   new Sequential(new Conv2d(1, 8, 3), new ReLU())
 *   new Sequential({ conv: new Conv2d(1, 8, 3), relu: new ReLU() })
 */
export class Sequential extends Module {
  static readonly kind: string = 'Sequential';
  readonly layers: readonly Module[];
  readonly #names: readonly string[];

  constructor(...layers: readonly Module[] | readonly [Readonly<Record<string, Module>>]) {
    super();
    const named = layers.length === 1 && !(layers[0] instanceof Module) ? layers[0] : layers;
    this.layers = Object.values(named);
    this.#names = Object.keys(named);
  }

  protected override fields(): [string, unknown][] {
    return this.layers.map((layer, i) => [this.#names[i], layer]);
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce((y, layer) => layer.forward(y), x);
  }
}
