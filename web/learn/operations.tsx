/** The figures of the operations, as elements: `rc-conv2d x="1,1,5,5" weight="1,1,3,3" preset="lecture"`. */

import { figureOf, type OperationElement } from './figureOf.js';
import { FigureView } from './figureView.js';
import { firstInputs } from './firstInputs.js';
import type { View } from './part.js';
import { presetsOf } from './presets.js';

export function viewOf(name: OperationElement): View {
  return (part) => {
    const figure = figureOf(name, part);
    const presets = presetsOf(figure);
    const preset = presets.find((one) => one.name === part.getAttribute('preset'));
    part.inputs.value = { ...firstInputs(figure), ...preset?.inputs, ...part.inputs.value };
    return <FigureView figure={figure} inputs={part.inputs} presets={presets} />;
  };
}
