/** Deep networks of one kind of block each, and how large the gradient is that comes to each of their blocks. */
import { createBackend, functional as F, Generator, manualSeed, nn, type Tensor } from 'receptive';
import { gradientNorms } from 'receptive/insight';

/** What a block does with x. F(x) are two 3x3 convolutions with a ReLU between them; in the last two, one before them as well. */
export const kinds = ['plain', 'residual', 'identity', 'halved'] as const;
export type Kind = (typeof kinds)[number];

class Block extends nn.Module {
  conv1 = new nn.Conv2d(CHANNELS, CHANNELS, 3, { padding: 1 });
  conv2 = new nn.Conv2d(CHANNELS, CHANNELS, 3, { padding: 1 });

  constructor(readonly kind: Kind) {
    super();
  }

  forward(x: Tensor): Tensor {
    const f = (input: Tensor) => this.conv2.forward(F.relu(this.conv1.forward(input)));
    switch (this.kind) {
      case 'plain':
        return F.relu(f(x));
      case 'residual':
        return F.relu(x.add(f(x)));
      case 'identity':
        return x.add(f(F.relu(x)));
      case 'halved':
        return x.mul(0.5).add(f(F.relu(x)));
    }
  }
}

const CHANNELS = 8;
const SHAPE = [1, CHANNELS, 8, 8];

export interface DepthOrder {
  readonly blocks: number;
  readonly seed: number;
  /** The weights to begin with: PyTorch's for a convolution, or He's normal ones, which keep a plain network's numbers in size. */
  readonly weights: 'pytorch' | 'he';
}

/** For each kind, the gradient's norm at the output of block 1, 2, …; at the last it is 1, as that is what begins the walk. */
export async function gradientsByDepth({ blocks, seed, weights }: DepthOrder): Promise<Record<Kind, number[]>> {
  const backend = await createBackend('reference');
  const generator = new Generator(seed);
  const count = SHAPE.reduce((product, size) => product * size);
  const drawn = () => generator.fillUniform(new Float32Array(count), -1, 1);
  const pixels = drawn();
  const dy = drawn();
  const norm = Math.hypot(...dy);
  const norms = {} as Record<Kind, number[]>;
  for (const kind of kinds) {
    manualSeed(seed); // the same weights for every kind
    const net = new nn.Sequential(...Array.from({ length: blocks }, () => new Block(kind)));
    for (const module of net.modules()) {
      if (weights === 'he' && module instanceof nn.Conv2d) nn.init.kaimingNormal(module.weight);
    }
    net.to(backend);
    const run = () =>
      net.forward(backend.tensor(pixels, SHAPE)).backward(
        backend.tensor(
          dy.map((value) => value / norm),
          SHAPE,
        ),
      );
    norms[kind] = await gradientNorms(
      [...net.modules()].filter((module) => module instanceof Block),
      run,
    );
  }
  await backend.close();
  return norms;
}
