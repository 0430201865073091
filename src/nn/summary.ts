/** What a network consists of, layer by layer. The lecture advises to build a network this way, and to check every size. */

import { MetaBackend } from '../backends/meta/index.js';
import { formatShape, numel, type Shape } from '../ops/shape.js';
import { noGrad } from '../tensor/gradMode.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { kindOf } from './kind.js';
import { namedLayers, parametersOf } from './layers.js';
import type { AnyModule } from './module.js';
import { Conv2d, Linear } from './modules/layers.js';
import { borrow } from './trial.js';

export interface LayerSummary {
  /** The path in the network, such as `incep1.branch1x1`. */
  readonly name: string;
  /** The kind of layer, such as `Conv2d`. */
  readonly type: string;
  /** null for a layer that isn't called in evaluation, such as one of an auxiliary classifier. */
  readonly outputShape: Shape | null;
  /** Learned numbers. */
  readonly parameters: number;
  /** What its convolution or matrix product costs: a multiplication and an addition count as one. */
  readonly multiplyAdds: number;
}

export interface Summary {
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Bytes of parameters and buffers. */
  readonly weightBytes: number;
  /** Bytes that the graph keeps for each image of a batch, from the forward pass of training to its backward pass. */
  readonly activationBytes: number;
}

/**
 * What a model consists of and costs, for an input of `inputShape` (N, C, H, W). No operation is computed: the model runs on the
 * meta backend, in evaluation mode to list the layers, and in training mode to measure the memory. Afterwards it is as it was
 * before. Throws a RangeError unless all sizes are whole numbers ≥ 1.
 */
export function summary(model: AnyModule, inputShape: Shape): Summary {
  const meta = new MetaBackend();
  const [N, ...image] = inputShape;
  if (!inputShape.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new RangeError(`summary: the sizes of input ${formatShape(inputShape)} must be whole numbers ≥ 1`);
  }
  const forward = (count: number): void => {
    const shape = [count, ...image];
    model.forward(new Tensor(Storage.allocate(meta, 'float32', numel(shape)), shape));
  };
  const bytesOf = (count: number): number => {
    const before = meta.memory().allocated;
    forward(count);
    return meta.memory().allocated - before;
  };
  const state = [...model.parameters(), ...model.buffers()];
  const putBack = borrow(model, meta);
  try {
    model.eval();
    const layers = layersOf(model, () => noGrad(() => forward(N)));
    model.train();
    return {
      layers,
      parameters: model.parameters().reduce((sum, parameter) => sum + parameter.numel, 0),
      multiplyAdds: layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
      weightBytes: state.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
      // From batches of 2 images at least: batch normalisation refuses to train on a single value.
      activationBytes: (bytesOf(4 * N) - bytesOf(2 * N)) / (2 * N),
    };
  } finally {
    putBack();
  }
}

/** The layers in the order in which `run` calls them. Those with parameters that it doesn't call come last. */
function layersOf(model: AnyModule, run: () => void): LayerSummary[] {
  const layers: LayerSummary[] = [];
  const met = new Set<AnyModule>();
  const named = namedLayers(model);
  const handles = named.map(([path, module]) =>
    module.registerForwardHook((_, __, output) => {
      // A layer that is called again costs again, but its parameters count once.
      layers.push(describeLayer(path, module, output, met.has(module)));
      met.add(module);
    }),
  );
  try {
    run();
  } finally {
    for (const handle of handles) handle.remove();
  }
  const others = named.filter(([, module]) => !met.has(module) && parametersOf(module).length > 0);
  return [...layers, ...others.map(([path, module]) => describeLayer(path, module, null))];
}

function describeLayer(name: string, module: AnyModule, output: unknown, isAgain = false): LayerSummary {
  const outputShape = output instanceof Tensor ? output.shape : null;
  let multiplyAdds = 0;
  // Each output of a convolution or a linear layer sums one product for every weight that leads to it.
  if (outputShape && (module instanceof Conv2d || module instanceof Linear)) {
    multiplyAdds = numel(outputShape) * numel(module.weight.shape.slice(1));
  }
  const parameters = isAgain ? 0 : parametersOf(module).reduce((sum, parameter) => sum + parameter.numel, 0);
  return { name, type: kindOf(module), outputShape, parameters, multiplyAdds };
}

/** The summary as a table. */
export function formatSummary({ layers, parameters, multiplyAdds, weightBytes, activationBytes }: Summary): string {
  const count = (n: number) => n.toLocaleString('en-US');
  const rows = [
    ['layer', 'type', 'output', 'parameters', 'multiply-adds'],
    ...layers.map((l) => [
      l.name,
      l.type,
      l.outputShape ? formatShape(l.outputShape) : 'in training',
      count(l.parameters),
      count(l.multiplyAdds),
    ]),
    ['total', '', '', count(parameters), count(multiplyAdds)],
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1)));
  const memory = `weights ${megabytes(weightBytes)}, activations ${megabytes(activationBytes)} for each image in training`;
  return [line(rows[0]), rule, ...rows.slice(1, -1).map(line), rule, line(rows[rows.length - 1]), memory].join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
