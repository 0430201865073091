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
