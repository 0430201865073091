/** Numbers to try in a figure, each for a reason that the texts give. */
import type { Figure, Inputs } from 'receptive/figures';
import type { Preset, PresetName } from './problem.js';

/** The number at place i of an input. */
type Numbers = (i: number) => number;
type Presets = { readonly [Name in PresetName]?: Readonly<Record<string, Numbers>> };

const all =
  (value: number): Numbers =>
  () =>
    value;
/** One number among others. */
const single =
  (value: number, others = 0): Numbers =>
  (i) =>
    i === 0 ? value : others;
const listed =
  (...values: readonly number[]): Numbers =>
  (i) =>
    values[i % values.length];

const kernels: Presets = {
  edges: { weight: listed(-1, 0, 1, -1, 0, 1, -1, 0, 1) },
  sobel: { weight: listed(-1, 0, 1, -2, 0, 2, -1, 0, 1) },
  laplacian: { weight: listed(0, 1, 0, 1, -4, 1, 0, 1, 0) },
  sharpen: { weight: listed(0, -1, 0, -1, 5, -1, 0, -1, 0) },
  emboss: { weight: listed(-2, -1, 0, -1, 1, 1, 0, 1, 2) },
  blur: { weight: all(1 / 9) },
  identity: { weight: listed(0, 0, 0, 0, 1, 0, 0, 0, 0) },
};

/** The lecture's pictures: of 5x5 pixels for the convolution, of 4x4 for the pooling. */
const picture = listed(1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0);
const pooled = listed(3, 4, 6, 5, 2, 4, 6, 8, 1, 6, 7, 8, 9, 7, 4, 6);
const ties = listed(5, 5, 1, 0, 5, 5, 0, 1, 2, 2, 3, 3, 2, 2, 3, 3);

const outlier = { x: single(8), dy: all(1) };
const saturated = { x: listed(-10, 0, 10), dy: all(1) };
/** Gradients of very different sizes, and nothing kept of earlier steps. */
const unequal = { dparam: listed(0.01, 100), squareAvg: all(0), expAvg: all(0), expAvgSq: all(0), sum: all(0) };
const rows: Presets = {
  knowsNothing: { x: all(0) },
  confident: { x: single(10) },
  huge: { x: single(1000, 999) },
};

function conv2d(shapeOf: (name: string) => readonly number[]): Presets {
  const [, , height, width] = shapeOf('weight');
  if (shapeOf('weight')[1] !== 1 || height !== 3 || width !== 3) return {};
  const plain = Object.fromEntries(
    Object.entries(kernels).map(([name, numbers]) => [name, { ...numbers, bias: all(0) }]),
  );
  const isPadded = shapeOf('dy')[3] >= shapeOf('x')[3];
  return {
    lecture: { weight: listed(1, 0, 1, 0, 1, 0, 1, 0, 1), bias: all(0) },
    oneToNine: { weight: (i) => i + 1, bias: all(0) },
    ...plain,
    ...(isPadded && { border: { x: all(1), weight: all(1 / 9), bias: all(0) } }),
  };
}

/** Which scores are those of the right classes: of equal ones, these alone are pulled up. */
function crossEntropy(figure: Figure, firstOf: (numbers: Numbers) => Inputs): Presets {
  const dx = figure.compute(firstOf(all(1))).find(({ name }) => name === 'dx')!.values;
  return {
    knowsNothing: { x: all(0) },
    confidentRight: { x: (i) => (dx[i] < 0 ? 8 : 0) },
    confidentWrong: { x: (i) => (dx[i] < 0 ? 0 : 8) },
    huge: { x: (i) => (dx[i] < 0 ? 999 : 1000) },
  };
}

const presets: Readonly<Record<string, Presets>> = {
  maxPool2d: { lecturePool: { x: pooled }, tie: { x: ties } },
  avgPool2d: { outlier },
  adaptiveAvgPool2d: { outlier },
  mean: { outlier },
  linear: { pattern: { x: listed(1, -1), weight: listed(1, -1), bias: all(0) } },
  relu: { deadRelu: { x: (i) => -1 - i, dy: all(1) }, kink: { x: listed(-0.5, 0, 0.5), dy: all(1) } },
  sigmoid: { saturated },
  tanh: { saturated },
  softmax: rows,
  logSoftmax: rows,
  mseLoss: { outlier: { x: single(8), target: all(0) } },
  batchNorm2d: {
    equalNumbers: { x: all(3) },
    shifted: { x: (i) => 100 + ((2 * i) % 5) },
    allTogether: { dy: all(1) },
  },
  localResponseNorm: { loudNeighbour: { x: single(20, 1), dy: all(1) } },
  add: { residual: { a: all(0) } },
  mul: { gate: { b: listed(1, 0), dy: all(1) } },
  div: { smallDivisor: { b: listed(0.01, 1), dy: all(1) } },
  pad: { ramp: { x: (i) => i + 1, dy: all(1) } },
  dropout: { allKept: { mask: all(1) }, allDropped: { mask: all(0) } },
  sgd: { noGradient: { dparam: all(0) }, tooSteep: { dparam: all(500) } },
  adam: { unequal, noGradient: { dparam: all(0), expAvg: all(1), expAvgSq: all(1) } },
  rmsprop: { unequal },
  adagrad: { unequal, longRun: { sum: all(10_000) } },
  gradNorm: { exploding: { dweight: listed(3000, -4000), dbias: all(1) } },
  clipGrad: {
    exploding: { dweight: listed(3000, -4000), dbias: all(1) },
    small: { dweight: all(0.1), dbias: all(0.1) },
  },
};

export function presetsOf(figure: Figure): Preset[] {
  const { operation, inputs } = figure;
  const shapeOf = (name: string) => inputs.find((input) => input.name === name)!.shape;
  const filled = (name: string, numbers: Numbers) => {
    const length = shapeOf(name).reduce((product, size) => product * size, 1);
    return Float64Array.from({ length }, (_, i) => numbers(i));
  };
  const firstOf = (numbers: Numbers) => Object.fromEntries(inputs.map(({ name }) => [name, filled(name, numbers)]));

  const offered =
    operation === 'conv2d'
      ? conv2d(shapeOf)
      : operation === 'crossEntropy'
        ? crossEntropy(figure, firstOf)
        : (presets[operation] ?? {});
  return Object.entries(offered)
    .filter(([name]) => name !== 'lecturePool' || shapeOf('x').join() === '1,1,4,4')
    .map(([name, numbers]) => {
      const isPicture = operation === 'conv2d' && shapeOf('x').join() === '1,1,5,5';
      const changed = { ...(isPicture && { x: picture }), ...numbers };
      const known = Object.entries(changed).filter(([input]) => inputs.some((one) => one.name === input));
      return {
        name: name as PresetName,
        inputs: Object.fromEntries(known.map(([input, made]) => [input, filled(input, made)])),
      };
    });
}
