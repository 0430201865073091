/** The figure of an operation, by the attributes of its element: `rc-conv2d x="1,1,5,5" weight="1,1,3,3" padding="1"`. */
import { type Figure, figures, type OperationName } from 'receptive/figures';

/** The name of an operation's element behind `rc-`: HTML writes it in small letters. */
export type OperationElement = Lowercase<OperationName>;

/** What an element has in its attributes. */
export interface Attributes {
  /** Empty where it is missing. */
  text(name: string): string;
  /** `1,1,5,5` */
  shape(name: string): number[];
  number(name: string, otherwise: number): number;
}

/** Of the attributes those that are there, as options. */
function given(part: Attributes, ...names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.filter((name) => part.text(name) !== '').map((name) => [name, part.number(name, 0)]));
}

const isThere = (part: Attributes, name: string): boolean => part.text(name) !== '';
const ofShape = (make: (x: number[]) => Figure) => (part: Attributes) => make(part.shape('x'));
const ofTwo = (make: (a: number[], b: number[]) => Figure) => (part: Attributes) =>
  make(part.shape('a'), part.shape('b'));
const dimsOf = (part: Attributes) => (isThere(part, 'dim') ? part.shape('dim') : undefined);
const windowOf = (part: Attributes) => ({
  ...given(part, 'stride', 'padding'),
  ceilMode: part.text('ceilmode') === 'true',
});
/** `weighted=true`: each class has a weight. */
const lossOptions = (part: Attributes) => ({
  weighted: part.text('weighted') === 'true',
  reduction: part.text('reduction') === 'sum' ? ('sum' as const) : ('mean' as const),
  ...(isThere(part, 'ignoreindex') && { ignoreIndex: part.number('ignoreindex', 0) }),
});

const makers: Readonly<Record<OperationElement, (part: Attributes) => Figure>> = {
  conv2d: (part) =>
    figures.conv2d(part.shape('x'), part.shape('weight'), given(part, 'stride', 'padding', 'dilation', 'groups')),
  maxpool2d: (part) => figures.maxPool2d(part.shape('x'), part.number('kernel', 2), windowOf(part)),
  avgpool2d: (part) =>
    figures.avgPool2d(part.shape('x'), part.number('kernel', 2), {
      ...windowOf(part),
      countIncludePad: part.text('countincludepad') !== 'false',
    }),
  adaptiveavgpool2d: (part) => {
    const [h, w = h] = part.shape('output');
    return figures.adaptiveAvgPool2d(part.shape('x'), [h, w]);
  },
  linear: (part) => figures.linear(part.shape('x'), part.shape('weight')),
  matmul: ofTwo(figures.matmul),
  batchnorm2d: (part) => figures.batchNorm2d(part.shape('x'), given(part, 'eps')),
  localresponsenorm: (part) =>
    figures.localResponseNorm(part.shape('x'), part.number('size', 3), given(part, 'alpha', 'beta', 'k')),
  relu: ofShape(figures.relu),
  sigmoid: ofShape(figures.sigmoid),
  tanh: ofShape(figures.tanh),
  softmax: (part) => figures.softmax(part.shape('x'), part.number('dim', -1)),
  logsoftmax: (part) => figures.logSoftmax(part.shape('x'), part.number('dim', -1)),
  crossentropy: (part) =>
    figures.crossEntropy(part.shape('x'), part.shape('target'), {
      ...lossOptions(part),
      labelSmoothing: part.number('labelsmoothing', 0),
    }),
  nllloss: (part) => figures.nllLoss(part.shape('x'), part.shape('target'), lossOptions(part)),
  mseloss: (part) => figures.mseLoss(part.shape('x'), lossOptions(part).reduction),
  cat: (part) =>
    figures.cat(
      ['a', 'b', 'c', 'd'].filter((name) => isThere(part, name)).map((name) => part.shape(name)),
      part.number('dim', 0),
    ),
  pad: (part) =>
    figures.pad(part.shape('x'), part.shape('padding'), {
      mode: (part.text('mode') || 'constant') as 'constant' | 'reflect' | 'replicate' | 'circular',
      ...given(part, 'value'),
    }),
  dropout: (part) => figures.dropout(part.shape('x'), part.number('p', 0.5)),
  add: ofTwo(figures.add),
  sub: ofTwo(figures.sub),
  mul: ofTwo(figures.mul),
  div: ofTwo(figures.div),
  sum: (part) => figures.sum(part.shape('x'), dimsOf(part)),
  mean: (part) => figures.mean(part.shape('x'), dimsOf(part)),
  sgd: (part) =>
    figures.sgd(part.shape('param'), {
      ...given(part, 'lr', 'momentum', 'dampening', 'step'),
      weightDecay: part.number('weightdecay', 0),
      nesterov: part.text('nesterov') === 'true',
    }),
  adam: (part) =>
    figures.adam(part.shape('param'), {
      ...given(part, 'lr', 'beta1', 'beta2', 'eps', 'step'),
      weightDecay: part.number('weightdecay', 0),
      decoupled: part.text('decoupled') === 'true',
    }),
  rmsprop: (part) =>
    figures.rmsprop(part.shape('param'), {
      ...given(part, 'lr', 'alpha', 'eps', 'momentum', 'step'),
      weightDecay: part.number('weightdecay', 0),
      centered: part.text('centered') === 'true',
    }),
  adagrad: (part) =>
    figures.adagrad(part.shape('param'), {
      ...given(part, 'lr', 'eps', 'step'),
      lrDecay: part.number('lrdecay', 0),
      weightDecay: part.number('weightdecay', 0),
    }),
  gradnorm: (part) => figures.gradNorm(part.shape('dweight'), part.shape('dbias')),
  clipgrad: (part) => figures.clipGrad(part.shape('dweight'), part.shape('dbias'), part.number('maxnorm', 1)),
};

export function figureOf(name: OperationElement, attributes: Attributes): Figure {
  return makers[name](attributes);
}
