/** The elements of chapters: a figure for an operation, and exercises. */
import { Part, type View } from './part.js';

const operations = ['conv2d', 'linear', 'maxpool2d', 'avgpool2d', 'relu', 'batchnorm2d', 'crossentropy'];

/** Where each element's view comes from. */
const views: Readonly<Record<string, () => Promise<View>>> = {
  ...Object.fromEntries(
    operations.map((name) => [`rc-${name}`, async () => (await import('./operations.js')).viewOf(name)]),
  ),
  'rc-raster': async () => (await import('./pictures/raster.js')).view,
  'rc-picture': async () => (await import('./pictures/picture.js')).view,
  'rc-normalization': async () => (await import('./pictures/normalization.js')).view,
  'rc-shuffle': async () => (await import('./pictures/shuffle.js')).view,
  'rc-moved': async () => (await import('./pictures/moved.js')).view,
  'rc-cost': async () => (await import('./pictures/costFigure.js')).view,
  'rc-block': async () => (await import('./pictures/block.js')).view,
  'rc-stages': async () => (await import('./pictures/stagesFigure.js')).view,
  'rc-exercise': async () => (await import('./exercise.js')).view,
};

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
