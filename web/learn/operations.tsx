/** The figures of the operations, as elements: `rc-conv2d x="1,1,5,5" weight="1,1,3,3"`. */
import {
  avgPool2dFigure,
  batchNorm2dFigure,
  conv2dFigure,
  crossEntropyFigure,
  type Figure,
  type Inputs,
  linearFigure,
  maxPool2dFigure,
  reluFigure,
} from 'receptive/figures';
import { FigureView } from './figureView.js';
import type { Part, View } from './part.js';
import { presetsOf } from './presets.js';

/** The figure of each operation, by the name of its element behind `rc-`. */
const figures: Record<string, (part: Part) => Figure> = {
  conv2d: (part) =>
    conv2dFigure(part.shape('x'), part.shape('weight'), {
      stride: part.number('stride', 1),
      padding: part.number('padding', 0),
      dilation: part.number('dilation', 1),
      groups: part.number('groups', 1),
    }),
  linear: (part) => linearFigure(part.shape('x'), part.shape('weight')),
  maxpool2d: (part) =>
    maxPool2dFigure(part.shape('x'), part.number('kernel', 2), {
      stride: part.number('stride', part.number('kernel', 2)),
      padding: part.number('padding', 0),
    }),
  relu: (part) => reluFigure(part.shape('x')),
  batchnorm2d: (part) => batchNorm2dFigure(part.shape('x')),
  crossentropy: (part) => crossEntropyFigure(part.shape('x'), part.shape('target')),
  avgpool2d: (part) =>
    avgPool2dFigure(part.shape('x'), part.number('kernel', 2), {
      stride: part.number('stride', part.number('kernel', 2)),
      padding: part.number('padding', 0),
    }),
};

/** Numbers to begin with: small whole ones, so that a sum can be followed in one's head. */
function firstInputs({ operation, inputs }: Figure): Inputs {
  const isNormalized = operation === 'batchNorm2d';
  const first: Record<string, (i: number) => number> = {
    x: (i) => ((2 * i) % 5) - 1,
    weight: (i) => (isNormalized ? 1 : ((3 * i) % 5) - 1),
    bias: () => 0,
    dy: (i) => (isNormalized ? Number(i === 0) : 1),
  };
  const lengthOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
  return Object.fromEntries(
    inputs.map(({ name, shape }) => [name, Float64Array.from({ length: lengthOf(shape) }, (_, i) => first[name](i))]),
  );
}

export function viewOf(name: string): View {
  return (part) => {
    const figure = figures[name](part);
    const presets = presetsOf(figure);
    const preset = presets.find((one) => one.name === part.getAttribute('preset'));
    return <FigureView figure={figure} first={{ ...firstInputs(figure), ...preset?.inputs }} presets={presets} />;
  };
}
