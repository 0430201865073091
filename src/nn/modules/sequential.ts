import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/** Modules one after the other; in a state_dict they are called 0, 1, 2, … */
export class Sequential extends Module {
  readonly layers: readonly Module[];

  constructor(...layers: Module[]) {
    super();
    this.layers = layers;
  }

  protected override fields(): [string, unknown][] {
    return this.layers.map((layer, i) => [String(i), layer]);
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce((y, layer) => layer.forward(y), x);
  }
}
