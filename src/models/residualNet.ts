import * as F from '../nn/functional/index.js';
import { Conv2d, Linear, MaxPool2d, Module } from '../nn/index.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * The lecture's residual block: the two convolutions learn what to add to x, so that the gradient has a way past them.
 *
 *   y = ReLU(x + conv2(ReLU(conv1(x))))      x, y (N, channels, H, W)
 *
 * After He et al., "Deep Residual Learning for Image Recognition" (2016), https://arxiv.org/abs/1512.03385
 */
export class ResidualBlock extends Module {
  conv1: Conv2d;
  conv2: Conv2d;

  constructor(channels: number) {
    super();
    this.conv1 = new Conv2d(channels, channels, 3, { padding: 1 });
    this.conv2 = new Conv2d(channels, channels, 3, { padding: 1 });
  }

  forward(x: Tensor): Tensor {
    const y = F.relu(this.conv1.forward(x));
    return F.relu(x.add(this.conv2.forward(y)));
  }
}

/**
 * The lecture's residual network: 41,514 parameters.
 *
 *   x (N, 1, 28, 28) → conv1, ReLU, pool (N, 16, 12, 12) → rblock1 (N, 16, 12, 12)
 *     → conv2, ReLU, pool (N, 32, 4, 4) → rblock2 (N, 32, 4, 4) → flatten (N, 512) → fc (N, 10)
 */
export class ResidualNet extends Module {
  conv1 = new Conv2d(1, 16, 5);
  conv2 = new Conv2d(16, 32, 5);
  mp = new MaxPool2d(2);
  rblock1 = new ResidualBlock(16);
  rblock2 = new ResidualBlock(32);
  fc = new Linear(512, 10);

  forward(x: Tensor): Tensor {
    x = this.rblock1.forward(this.mp.forward(F.relu(this.conv1.forward(x))));
    x = this.rblock2.forward(this.mp.forward(F.relu(this.conv2.forward(x))));
    return this.fc.forward(x.flatten(1));
  }
}

/** Makes the lecture's `ResidualNet`, with weights from the generator. */
export function residualNet(): ResidualNet {
  return new ResidualNet();
}
