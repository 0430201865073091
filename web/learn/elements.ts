/** The elements of chapters: figures, each with what one can take away of it, and exercises. */
import { type OtherFigure, operations } from './examples.js';
import type { OperationElement } from './figureOf.js';
import { type Hideable, hideable } from './hidden.js';
import { Part, type View } from './part.js';
import { withShare } from './share.js';
import './style.css';

/** Where the views of other figures come from. */
const views: Readonly<Record<OtherFigure, () => Promise<View>>> = {
  network: async () => (await import('./network/network.js')).view,
  step: async () => (await import('./network/step.js')).view,
  raster: async () => (await import('./pictures/raster.js')).view,
  picture: async () => (await import('./pictures/picture.js')).view,
  normalization: async () => (await import('./pictures/normalization.js')).view,
  shuffle: async () => (await import('./pictures/shuffle.js')).view,
  moved: async () => (await import('./pictures/moved.js')).view,
  cost: async () => (await import('./pictures/costFigure.js')).view,
  block: async () => (await import('./pictures/block.js')).view,
  stages: async () => (await import('./pictures/stagesFigure.js')).view,
  graph: async () => (await import('./ideas/graph.js')).view,
  depth: async () => (await import('./ideas/depth.js')).view,
  dense: async () => (await import('./ideas/dense.js')).view,
  float: async () => (await import('./ideas/float.js')).view,
  'sum-orders': async () => (await import('./ideas/sumOrders.js')).view,
  winograd: async () => (await import('./fast/winograd.js')).view,
  lanes: async () => (await import('./fast/lanes.js')).view,
  gemm: async () => (await import('./fast/gemm.js')).view,
  threads: async () => (await import('./fast/threads.js')).view,
  device: async () => (await import('./fast/device.js')).view,
};

async function figureViewOf(name: OperationElement): Promise<View> {
  const [{ figureView }, { problemOf }] = await Promise.all([import('./figureView.js'), import('./operations.js')]);
  return figureView((attributes) => problemOf(name, attributes));
}

/** Makes the elements known to the page. */
export function defineElements(): void {
  for (const name of Object.keys(operations) as OperationElement[]) {
    defineFigure(name, () => figureViewOf(name), hideable);
  }
  for (const [name, view] of Object.entries(views)) {
    defineFigure(name, view, name === 'winograd' ? ['sum', 'edit', 'share'] : ['share']);
  }
  define('rc-exercise', async () => (await import('./exercise.js')).view);
}

/** `parts`: what an address can leave out of it. */
function defineFigure(name: string, view: () => Promise<View>, parts: readonly Hideable[]): void {
  define(`rc-${name}`, async () => withShare(await view(), parts));
}

function define(name: string, view: () => Promise<View>): void {
  customElements.define(
    name,
    class extends Part {
      override view = view;
    },
  );
}
