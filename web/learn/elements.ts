/** The elements of chapters: a figure for an operation, and exercises. */
import type { OperationElement } from './figureOf.js';
import { Part, type View } from './part.js';

/** The operations of `src/ops`, as HTML writes names. */
const operations = [
  'conv2d',
  'maxpool2d',
  'avgpool2d',
  'adaptiveavgpool2d',
  'linear',
  'matmul',
  'batchnorm2d',
  'localresponsenorm',
  'relu',
  'sigmoid',
  'tanh',
  'softmax',
  'logsoftmax',
  'crossentropy',
  'nllloss',
  'mseloss',
  'cat',
  'pad',
  'dropout',
  'add',
  'sub',
  'mul',
  'div',
  'sum',
  'mean',
  'sgd',
  'adam',
  'rmsprop',
  'adagrad',
  'gradnorm',
  'clipgrad',
] as const satisfies readonly OperationElement[];

/** Where each element's view comes from. */
const views: Readonly<Record<string, () => Promise<View>>> = {
  ...Object.fromEntries(operations.map((name) => [`rc-${name}`, () => figureViewOf(name)])),
  'rc-network': async () => (await import('./network/network.js')).view,
  'rc-step': async () => (await import('./network/step.js')).view,
  'rc-raster': async () => (await import('./pictures/raster.js')).view,
  'rc-picture': async () => (await import('./pictures/picture.js')).view,
  'rc-normalization': async () => (await import('./pictures/normalization.js')).view,
  'rc-shuffle': async () => (await import('./pictures/shuffle.js')).view,
  'rc-moved': async () => (await import('./pictures/moved.js')).view,
  'rc-cost': async () => (await import('./pictures/costFigure.js')).view,
  'rc-block': async () => (await import('./pictures/block.js')).view,
  'rc-stages': async () => (await import('./pictures/stagesFigure.js')).view,
  'rc-graph': async () => (await import('./ideas/graph.js')).view,
  'rc-depth': async () => (await import('./ideas/depth.js')).view,
  'rc-dense': async () => (await import('./ideas/dense.js')).view,
  'rc-float': async () => (await import('./ideas/float.js')).view,
  'rc-sum-orders': async () => (await import('./ideas/sumOrders.js')).view,
  'rc-exercise': async () => (await import('./exercise.js')).view,
  'rc-winograd': async () => (await import('./fast/winograd.js')).view,
  'rc-lanes': async () => (await import('./fast/lanes.js')).view,
  'rc-gemm': async () => (await import('./fast/gemm.js')).view,
  'rc-threads': async () => (await import('./fast/threads.js')).view,
  'rc-device': async () => (await import('./fast/device.js')).view,
};

async function figureViewOf(name: OperationElement): Promise<View> {
  const [{ figureView }, { problemOf }] = await Promise.all([import('./figureView.js'), import('./operations.js')]);
  return figureView((attributes) => problemOf(name, attributes));
}

/** Makes the elements known to the page. */
export function defineElements(): void {
  for (const [name, view] of Object.entries(views)) {
    customElements.define(
      name,
      class extends Part {
        override view = view;
      },
    );
  }
}
