import * as F from '../nn/functional/index.js';
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  init,
  Linear,
  Module,
  ReLU,
  Sequential,
} from '../nn/index.js';
import { requireOptions } from '../ops/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { blocksOfDepth } from './cifarResnet.js';
import { identityShortcut } from './identityShortcut.js';

/**
 * Where the activations of a residual unit stand: Figure 4 of the paper, (a) to (e), as a table. The layers `before` belong to
 * the branch: the shortcut sees x without them.
 *
 *   y = after(shortcut(x) + branch(before(x)))
 */
export const ACTIVATIONS = {
  original: { before: [], branch: ['conv', 'bn', 'relu', 'conv', 'bn'], after: ['relu'] },
  bnAfterAddition: { before: [], branch: ['conv', 'bn', 'relu', 'conv'], after: ['bn', 'relu'] },
  reluBeforeAddition: { before: [], branch: ['conv', 'bn', 'relu', 'conv', 'bn', 'relu'], after: [] },
  reluOnlyPreactivation: { before: ['relu'], branch: ['conv', 'bn', 'relu', 'conv', 'bn'], after: [] },
  fullPreactivation: { before: ['bn', 'relu'], branch: ['conv', 'bn', 'relu', 'conv'], after: [] },
} as const;

export type Activation = keyof typeof ACTIVATIONS;
/** The orders of batch norm, ReLU and convolution that a block can have: Figure 4 of the paper. */
export const activations = Object.keys(ACTIVATIONS) as Activation[];

/** What happens to x on its way past the branch: Figure 2 of the paper, (a) to (f). g(x) = sigmoid(1x1 convolution of x). */
export const shortcuts = [
  'identity', //            x + f
  'constantScaling', //     x/2 + f/2
  'exclusiveGating', //     (1 − g(x)) · x + g(x) · f
  'shortcutOnlyGating', //  (1 − g(x)) · x + f
  'conv1x1', //             conv(x) + f
  'dropout', //             dropout(x) + f
] as const;
export type Shortcut = (typeof shortcuts)[number];

/** The gates' initial bias, for which the paper tried several values. At −6 they begin nearly shut: 1 − g(x) is nearly 1. */
export const GATE_BIAS = -6;

/** A residual unit: (N, channels, H, W) to (N, outChannels, ⌈H / stride⌉, ⌈W / stride⌉). The first of a network has no activation
 *  of its own. */
export class PreactBlock extends Module {
  branch: Sequential;
  after: Sequential;
  /** The 1x1 convolution of the gates, or of the shortcut. */
  conv1x1: Conv2d | null;
  dropout = new Dropout(0.5);

  /** Throws a RangeError if there is no such shortcut or activation. */
  constructor(
    channels: number,
    readonly outChannels: number,
    readonly stride: number,
    readonly shortcut: Shortcut,
    activation: Activation,
    isFirst: boolean,
  ) {
    super();
    requireOneOf('shortcut', shortcut, shortcuts);
    requireOneOf('activation', activation, activations);
    const { before, branch, after } = ACTIVATIONS[activation];
    this.branch = layersOf([...(isFirst ? [] : before), ...branch], channels, outChannels, stride);
    this.after = layersOf(after, outChannels, outChannels, 1);
    const has1x1 = shortcut === 'exclusiveGating' || shortcut === 'shortcutOnlyGating' || shortcut === 'conv1x1';
    this.conv1x1 = has1x1 ? new Conv2d(channels, outChannels, 1, { stride }) : null;
  }

  forward(x: Tensor): Tensor {
    const f = this.branch.forward(x);
    return this.after.forward(this.join(x, f));
  }

  private join(x: Tensor, f: Tensor): Tensor {
    const past = () => identityShortcut(x, this.outChannels, this.stride);
    const gate = () => F.sigmoid(this.conv1x1!.forward(x));
    switch (this.shortcut) {
      case 'identity':
        return past().add(f);
      case 'constantScaling':
        return past().mul(0.5).add(f.mul(0.5));
      case 'exclusiveGating': {
        const g = gate();
        return past().mul(oneMinus(g)).add(f.mul(g));
      }
      case 'shortcutOnlyGating':
        return past().mul(oneMinus(gate())).add(f);
      case 'conv1x1':
        return this.conv1x1!.forward(x).add(f);
      case 'dropout':
        return this.dropout.forward(past()).add(f);
    }
  }
}

function oneMinus(g: Tensor): Tensor {
  return g.mul(-1).add(1);
}

/** The layers that a row of the table names; its first convolution changes channels and size. */
function layersOf(names: readonly ('conv' | 'bn' | 'relu')[], from: number, out: number, stride: number): Sequential {
  let channels = from;
  let isFirst = true;
  return new Sequential(
    ...names.map((name) => {
      if (name === 'relu') return new ReLU();
      if (name === 'bn') return new BatchNorm2d(channels);
      const conv = new Conv2d(channels, out, 3, { stride: isFirst ? stride : 1, padding: 1, bias: false });
      channels = out;
      isFirst = false;
      return conv;
    }),
  );
}

export interface PreactResNetOptions {
  /** Layers that learn: 6n + 2. Default 110, as in the paper's comparisons. The paper's networks of 164 and 1001 layers are of
   *  bottleneck units, which are missing here. */
  depth?: number;
  /** Default 'identity'. */
  shortcut?: Shortcut;
  /** Default 'fullPreactivation'. */
  activation?: Activation;
  /** Scores an image. Default 10. */
  numClasses?: number;
  /** Channels of the images. Default 3. */
  inChannels?: number;
}

/**
 * Residual networks for small images in which x can pass all units unchanged, and the variants that stop it from doing so.
 *
 *   x (N, 3, 32, 32) → conv1, bn1, ReLU (N, 16, 32, 32)
 *     → layer1 (N, 16, 32, 32) → layer2 (N, 32, 16, 16) → layer3 (N, 64, 8, 8), n units each
 *     → last (the activation that one more unit would begin with) → avgpool (N, 64, 1, 1) → flatten → fc (N, numClasses)
 *
 * The first unit has no activation of its own: the one behind conv1 comes before shortcut and branch part (the paper's appendix).
 *
 * Source: He et al., "Identity Mappings in Deep Residual Networks" (2016), https://arxiv.org/abs/1603.05027
 */
export class PreactResNet extends Module {
  conv1: Conv2d;
  bn1 = new BatchNorm2d(16);
  layer1: Sequential;
  layer2: Sequential;
  layer3: Sequential;
  last: Sequential;
  avgpool = new AdaptiveAvgPool2d(1);
  fc: Linear;

  /** Throws a RangeError if an option isn't one of its values. */
  constructor(options: PreactResNetOptions = {}) {
    super();
    requireOptions('PreactResNet', options, {
      depth: true,
      shortcut: true,
      activation: true,
      numClasses: true,
      inChannels: true,
    });
    const { depth = 110, shortcut = 'identity', activation = 'fullPreactivation' } = options;
    const { numClasses = 10, inChannels = 3 } = options;
    const n = blocksOfDepth('PreactResNet', depth);
    const layer = (from: number, out: number, stride: number, isFirst = false) =>
      new Sequential(
        ...Array.from(
          { length: n },
          (_, i) => new PreactBlock(i ? out : from, out, i ? 1 : stride, shortcut, activation, isFirst && i === 0),
        ),
      );
    this.conv1 = new Conv2d(inChannels, 16, 3, { padding: 1, bias: false });
    this.layer1 = layer(16, 16, 1, true);
    this.layer2 = layer(16, 32, 2);
    this.layer3 = layer(32, 64, 2);
    this.last = layersOf(ACTIVATIONS[activation].before, 64, 64, 1);
    this.fc = new Linear(64, numClasses);

    for (const module of this.modules()) {
      if (module instanceof Conv2d) init.kaimingNormal(module.weight, { mode: 'fanOut' });
      if (module instanceof PreactBlock && module.conv1x1) {
        init.constant(module.conv1x1.bias!, shortcut === 'conv1x1' ? 0 : GATE_BIAS);
      }
    }
  }

  forward(x: Tensor): Tensor {
    x = F.relu(this.bn1.forward(this.conv1.forward(x)));
    x = this.layer3.forward(this.layer2.forward(this.layer1.forward(x)));
    return this.fc.forward(this.avgpool.forward(this.last.forward(x)).flatten(1));
  }
}

function requireOneOf(name: string, value: string, values: readonly string[]): void {
  if (!values.includes(value)) {
    throw new RangeError(`PreactBlock: ${name} '${value}' isn't one of ${values.join(', ')}`);
  }
}

/** Makes a `PreactResNet`, with weights from the generator. */
export function preactResnet(options?: PreactResNetOptions): PreactResNet {
  return new PreactResNet(options);
}
