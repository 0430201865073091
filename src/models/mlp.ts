import * as F from '../nn/functional/index.js';
import { Linear, Module } from '../nn/index.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * The fully connected network that the lecture starts from: it flattens the image, and so no longer knows which pixels are
 * neighbours. 575,050 parameters.
 *
 *   x (N, 1, 28, 28) → flatten (N, 784) → 512 → 256 → 128 → 64 → 10, with ReLU in between
 */
export class Mlp extends Module {
  l1 = new Linear(784, 512);
  l2 = new Linear(512, 256);
  l3 = new Linear(256, 128);
  l4 = new Linear(128, 64);
  l5 = new Linear(64, 10);

  forward(x: Tensor): Tensor {
    x = F.relu(this.l1.forward(x.flatten(1)));
    x = F.relu(this.l2.forward(x));
    x = F.relu(this.l3.forward(x));
    x = F.relu(this.l4.forward(x));
    return this.l5.forward(x);
  }
}

/** Makes the lecture's `Mlp`, with weights from the generator. */
export function mlp(): Mlp {
  return new Mlp();
}
