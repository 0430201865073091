/** Numbers to try in a figure, each for a reason that the texts give. */
import type { Figure, Inputs } from 'receptive/figures';
import type { Preset } from './figureView.js';

const kernels = {
  lecture: [1, 0, 1, 0, 1, 0, 1, 0, 1],
  edges: [-1, 0, 1, -1, 0, 1, -1, 0, 1],
  blur: Array<number>(9).fill(1 / 9),
  identity: [0, 0, 0, 0, 1, 0, 0, 0, 0],
} as const;

/** The lecture's picture, for 5x5 pixels. */
const picture = [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0];

export function presetsOf({ operation, inputs }: Figure): Preset[] {
  const shapeOf = (name: string) => inputs.find((input) => input.name === name)?.shape.join();
  if (operation === 'conv2d' && shapeOf('weight') === '1,1,3,3') {
    const image: Inputs = shapeOf('x') === '1,1,5,5' ? { x: Float64Array.from(picture) } : {};
    return (['lecture', 'edges', 'blur', 'identity'] as const).map((name) => ({
      name,
      inputs: { ...image, weight: Float64Array.from(kernels[name]), bias: new Float64Array(1) },
    }));
  }
  if (operation === 'maxPool2d' && shapeOf('x') === '1,1,4,4') {
    return [
      { name: 'lecturePool', inputs: { x: Float64Array.from([3, 4, 6, 5, 2, 4, 6, 8, 1, 6, 7, 8, 9, 7, 4, 6]) } },
      { name: 'tie', inputs: { x: Float64Array.from([5, 5, 1, 0, 5, 5, 0, 1, 2, 2, 3, 3, 2, 2, 3, 3]) } },
    ];
  }
  return [];
}
