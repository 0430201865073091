/** The elements of chapters: a figure for an operation, and exercises. Nothing of them is computed before it is seen. */

import type { ComponentChild } from 'preact';
import { render } from 'preact';
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
import { Exercise } from './exercise.js';
import { FigureView } from './figureView.js';
import { presetsOf } from './presets.js';

class Part extends HTMLElement {
  connectedCallback(): void {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      render(this.content(), this);
    });
    observer.observe(this);
  }

  disconnectedCallback(): void {
    render(null, this);
  }

  content(): ComponentChild {
    return null;
  }

  /** `x="1,1,5,5"`. */
  shape(name: string): number[] {
    return (this.getAttribute(name) ?? '').split(',').map(Number);
  }

  number(name: string, otherwise: number): number {
    return Number(this.getAttribute(name) ?? otherwise);
  }
}

/** What each element shows. */
const figures: Record<string, (part: Part) => Figure> = {
  'rc-conv2d': (part) =>
    conv2dFigure(part.shape('x'), part.shape('weight'), {
      stride: part.number('stride', 1),
      padding: part.number('padding', 0),
      dilation: part.number('dilation', 1),
      groups: part.number('groups', 1),
    }),
  'rc-linear': (part) => linearFigure(part.shape('x'), part.shape('weight')),
  'rc-maxpool2d': (part) =>
    maxPool2dFigure(part.shape('x'), part.number('kernel', 2), {
      stride: part.number('stride', part.number('kernel', 2)),
      padding: part.number('padding', 0),
    }),
  'rc-relu': (part) => reluFigure(part.shape('x')),
  'rc-batchnorm2d': (part) => batchNorm2dFigure(part.shape('x')),
  'rc-crossentropy': (part) => crossEntropyFigure(part.shape('x'), part.shape('target')),
  'rc-avgpool2d': (part) =>
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

/** Makes the elements known to the page. */
export function defineElements(): void {
  for (const [name, make] of Object.entries(figures)) {
    customElements.define(
      name,
      class extends Part {
        override content() {
          const figure = make(this);
          const presets = presetsOf(figure);
          const preset = presets.find((one) => one.name === this.getAttribute('preset'));
          return <FigureView figure={figure} first={{ ...firstInputs(figure), ...preset?.inputs }} presets={presets} />;
        }
      },
    );
  }

  customElements.define(
    'rc-exercise',
    class extends Part {
      override content() {
        const [question, answer, hint] = ['question', 'answer', 'hint'].map((name) => this.getAttribute(name) ?? '');
        return <Exercise question={question} answer={answer} hint={hint} />;
      }
    },
  );
}
