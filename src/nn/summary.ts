/** What a network consists of, layer by layer: the lecture's advice is to build it up so, and to check every size. */

import { host } from '../backends/reference/index.js';
import { formatShape, numel, type Shape } from '../ops/shape.js';
import { noGrad } from '../tensor/gradMode.js';
import { Tensor } from '../tensor/tensor.js';
import type { AnyModule, Module } from './module.js';
import { Conv2d, Linear } from './modules/layers.js';
import { Parameter } from './parameter.js';

export interface LayerSummary {
  /** The path in the network, such as `incep1.branch1x1`. */
  readonly name: string;
  /** The class, such as `Conv2d`. */
  readonly type: string;
  readonly outputShape: Shape;
  /** Learned numbers. */
  readonly parameters: number;
  /** Products that are summed: what the layer costs. */
  readonly multiplyAdds: number;
}

export interface Summary {
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** Runs the model once on zeros of `inputShape` and notes what each of its layers gives. The model must be on the host,
 *  where models are made. */
export function summary(model: Module, inputShape: Shape): Summary {
  const layers: LayerSummary[] = [];
  const modules = model.modules();
  const paths = new Map(
    model
      .namedModules()
      .map(([path, module]) => [module, path] as const)
      .reverse(),
  ); // a shared one's first
  const modes = modules.map(({ training }) => training);
  const undo = modules
    .filter((module) => module.namedChildren().length === 0)
    .map((module) => listen(module, (output) => layers.push(describeLayer(paths.get(module)!, module, output))));
  try {
    model.eval();
    noGrad(() => model.forward(host.tensor(new Float32Array(numel(inputShape)), inputShape)));
  } finally {
    for (const restore of undo) restore();
    modules.forEach((module, i) => {
      module.training = modes[i];
    });
  }
  return {
    layers,
    parameters: model.parameters().reduce((sum, parameter) => sum + parameter.numel, 0),
    multiplyAdds: layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
  };
}

/** Lets `forward` report its output; gives the function that undoes it. */
function listen(module: AnyModule, report: (output: unknown) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(module, 'forward');
  const forward = module.forward.bind(module);
  module.forward = (...inputs) => {
    const output = forward(...inputs);
    report(output);
    return output;
  };
  return () => {
    Reflect.deleteProperty(module, 'forward'); // the class's method is still there underneath
    if (own) Object.defineProperty(module, 'forward', own);
  };
}

function describeLayer(name: string, module: AnyModule, output: unknown): LayerSummary {
  const outputShape = output instanceof Tensor ? output.shape : [];
  const own = Object.values(module).filter((value) => value instanceof Parameter);
  let multiplyAdds = 0;
  // Each output of a convolution or a linear layer sums one product for every weight that leads to it.
  if (module instanceof Conv2d || module instanceof Linear) {
    multiplyAdds = numel(outputShape) * numel(module.weight.shape.slice(1));
  }
  const parameters = own.reduce((sum, parameter) => sum + parameter.numel, 0);
  return { name, type: module.constructor.name, outputShape, parameters, multiplyAdds };
}

/** The summary as a table. */
export function formatSummary({ layers, parameters, multiplyAdds }: Summary): string {
  const count = (n: number) => n.toLocaleString('en-US');
  const rows = [
    ['layer', 'type', 'output', 'parameters', 'multiply-adds'],
    ...layers.map((l) => [l.name, l.type, formatShape(l.outputShape), count(l.parameters), count(l.multiplyAdds)]),
    ['total', '', '', count(parameters), count(multiplyAdds)],
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1)));
  return [line(rows[0]), rule, ...rows.slice(1, -1).map(line), rule, line(rows[rows.length - 1])].join('\n');
}
