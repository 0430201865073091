/** Each figure once, with sizes that show what it is about: for the page of all figures, and for the reference. */
import type { OperationElement } from './figureOf.js';

type Example = Readonly<Record<string, string>>;

/** The operations of `src/ops`, as HTML writes names. */
export const operations: Readonly<Record<OperationElement, Example>> = {
  conv2d: { x: '1,1,5,5', weight: '1,1,3,3', preset: 'lecture', controls: 'stride,padding' },
  maxpool2d: { x: '1,1,4,4', kernel: '2', preset: 'lecturePool', controls: 'kernel,stride,padding' },
  avgpool2d: { x: '1,1,4,4', kernel: '2', controls: 'kernel,stride,padding' },
  adaptiveavgpool2d: { x: '1,1,4,4', output: '2,2', controls: 'output' },
  linear: { x: '1,4', weight: '3,4' },
  matmul: { a: '2,3', b: '3,2' },
  batchnorm2d: { x: '2,1,1,3' },
  localresponsenorm: { x: '1,4,1,2', size: '3', controls: 'size' },
  relu: { x: '2,3' },
  sigmoid: { x: '2,3' },
  tanh: { x: '2,3' },
  softmax: { x: '2,3' },
  logsoftmax: { x: '2,3' },
  crossentropy: { x: '2,3', target: '0,2' },
  nllloss: { x: '2,3', target: '0,2' },
  mseloss: { x: '2,3' },
  cat: { a: '1,2,2,2', b: '1,1,2,2', dim: '1' },
  pad: { x: '1,1,2,3', padding: '1,1,1,1' },
  dropout: { x: '2,4', p: '0.5' },
  add: { a: '2,3', b: '3' },
  sub: { a: '2,3', b: '3' },
  mul: { a: '2,3', b: '3' },
  div: { a: '2,3', b: '3' },
  sum: { x: '2,3' },
  mean: { x: '2,3' },
  sgd: { param: '2,3', lr: '0.1', momentum: '0.9', step: '2' },
  adam: { param: '2,3', lr: '0.1' },
  rmsprop: { param: '2,3', lr: '0.1' },
  adagrad: { param: '2,3', lr: '0.1' },
  gradnorm: { dweight: '2,3', dbias: '2' },
  clipgrad: { dweight: '2,3', dbias: '2', maxnorm: '1' },
};

/** In the order of the chapters. */
export const others = {
  raster: { controls: 'side,enlarged' },
  picture: { controls: 'sample,scale,look,entry' },
  normalization: {},
  shuffle: { controls: 'seed' },
  moved: { down: '0', right: '2', controls: 'down,right' },
  network: { model: 'mnistNet', digit: '7', controls: 'model,weights,digit,target,show' },
  step: { digit: '7', controls: 'weights,digit,target,step,stage' },
  cost: { image: '192,28,28', a: '5x5:32', b: '1x1:16,5x5:32', controls: 'image,a,b' },
  block: { x: '10,12,12', controls: 'x,direction,at' },
  stages: { network: 'googlenet', image: '3,224,224' },
  depth: { blocks: '20', controls: 'blocks,seed,weights' },
  dense: { growth: '12', layers: '4', channels: '24', size: '28', controls: 'growth,layers,channels,size' },
  graph: { expressions: 'product,square,net,residual,dense', controls: 'expression,step' },
  winograd: { tile: 'row', controls: 'tile' },
  lanes: { x: '1,1,2,5', weight: '8,1,2,2', controls: 'step' },
  gemm: {
    x: '2,2,6,6',
    weight: '8,2,3,3',
    padding: '0',
    quadsm: '1',
    tilesm: '2',
    tilesn: '4',
    depth: '16',
    controls: 'row,column',
  },
  threads: { tasks: '64', controls: 'threads,durations,share' },
  float: { value: '0.1', controls: 'value,bits' },
  'sum-orders': { preset: 'ones', controls: 'terms' },
  device: { network: 'mnistNet', controls: 'network,batch' },
} as const satisfies Readonly<Record<string, Example>>;

/** A figure that isn't an operation's. */
export type OtherFigure = keyof typeof others;
