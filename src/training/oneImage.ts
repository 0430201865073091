import { type AnyModule, BatchNorm2d } from '../nn/index.js';

/**
 * Whether a pass over so many images would end with a batch of one image, and the network has batch normalisation, which has nothing
 * to learn from one image where it is 1x1 by then. Training leaves that image out: the order is another in every pass.
 */
export function endsWithOneImage(model: AnyModule, images: number, batchSize: number): boolean {
  const isOne = images > batchSize && images % batchSize === 1;
  return isOne && model.modules().some((module) => module instanceof BatchNorm2d);
}
