/** The elements of chapters: a figure for an operation, and exercises. */
import { Part, type View } from './part.js';

const operations = ['conv2d', 'linear', 'maxpool2d', 'avgpool2d', 'relu', 'batchnorm2d', 'crossentropy'];

/** Where each element's view comes from. */
const views: Readonly<Record<string, () => Promise<View>>> = {
  ...Object.fromEntries(
    operations.map((name) => [`rc-${name}`, async () => (await import('./operations.js')).viewOf(name)]),
  ),
  'rc-network': async () => (await import('./network/network.js')).view,
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
