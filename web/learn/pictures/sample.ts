/** What figures begin with: a digit of MNIST's test images, and layers that weren't made for it. */
import { Generator } from 'receptive';
import { type Pixels, transforms } from 'receptive/data';
import { rasterOf, type TwoLayers } from 'receptive/figures';
import digit from './digit.png?url&no-inline';
import { ask } from './messages.js';

/** A seven of 28x28 pixels: the first of MNIST's test images. */
export const sevenLabel = 7;

export async function seven(): Promise<Pixels> {
  const response = await fetch(digit);
  if (!response.ok) throw new Error(`${digit} can't be loaded: the site answers with HTTP ${response.status}`);
  const { picture } = await ask('picture', new File([await response.blob()], 'digit.png'));
  return picture;
}

/** The digit as numbers from 0 to 1. */
export async function sevenAsNumbers(): Promise<Float64Array> {
  return Float64Array.from(transforms.functional.toTensor(await seven()).data);
}

/** Three discs, one in each channel, which overlap in the middle. */
export function discs(side = 32): Pixels {
  const planes = [
    { x: 0.5, y: 0.34, radius: 0.3 },
    { x: 0.34, y: 0.62, radius: 0.3 },
    { x: 0.66, y: 0.62, radius: 0.3 },
  ].map((disc) => rasterOf(disc, side));
  const data = Uint8Array.from({ length: 3 * side * side }, (_, i) => planes[i % 3][Math.floor(i / 3)]);
  return { width: side, height: side, channels: 3, data };
}

/** Ten rows of 784 weights as `nn.Linear(784, 10)` draws its first ones, and a kernel that finds upright edges. */
export function twoLayers(): TwoLayers {
  const generator = new Generator(0);
  const bound = 1 / Math.sqrt(784);
  return {
    weight: Float64Array.from(generator.fillUniform(new Float32Array(7840), -bound, bound)),
    bias: Float64Array.from(generator.fillUniform(new Float32Array(10), -bound, bound)),
    kernel: Float64Array.of(-1, 0, 1, -1, 0, 1, -1, 0, 1),
  };
}
