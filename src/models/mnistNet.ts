import * as F from '../nn/functional/index.js';
import { Conv2d, Linear, MaxPool2d, Module } from '../nn/index.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * The lecture's network for handwritten digits: 8,490 parameters.
 *
 *   x (N, 1, 28, 28) → conv1 (N, 10, 24, 24) → pool, ReLU (N, 10, 12, 12)
 *     → conv2 (N, 20, 8, 8) → pool, ReLU (N, 20, 4, 4) → flatten (N, 320) → fc (N, 10)
 */
export class MnistNet extends Module {
  conv1 = new Conv2d(1, 10, 5);
  conv2 = new Conv2d(10, 20, 5);
  pooling = new MaxPool2d(2);
  fc = new Linear(320, 10);

  forward(x: Tensor): Tensor {
    x = F.relu(this.pooling.forward(this.conv1.forward(x)));
    x = F.relu(this.pooling.forward(this.conv2.forward(x)));
    return this.fc.forward(x.flatten(1));
  }
}

/** Makes the lecture's `MnistNet`, with weights from the generator. */
export function mnistNet(): MnistNet {
  return new MnistNet();
}
