/**
 * adaptiveAvgPool2d: the mean of each cell of an H_out x W_out grid laid over the image, whatever the image's size.
 *
 *   y[n,c,ho,wo] = mean of x[n,c,h,w] over ⌊ho·H / H_out⌋ ≤ h < ⌈(ho + 1)·H / H_out⌉, and w likewise.
 *
 *   x (N, C, H, W)   y (N, C, H_out, W_out).   Where H isn't a multiple of H_out, neighbouring cells overlap by a row.
 *
 * Chapter: docs/learn/5-pooling.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 *
 * @example Global average pooling, as before the classifier of GoogLeNet and ResNet.
 * F.adaptiveAvgPool2d(tensor([3,4,6,5, 2,4,6,8, 1,6,7,8, 9,7,4,6], [1, 1, 4, 4]), 1)
 * // → [[[[5.375]]]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { formatOption, formatShape, imageShape, type Shape, ShapeError } from './shape.js';

export interface AdaptivePoolSizes {
  readonly N: number;
  readonly C: number;
  readonly H: number;
  readonly W: number;
  readonly H_out: number;
  readonly W_out: number;
}

/** `outputSize`: one number for both directions, or `[height, width]`; null keeps the image's own size. */
export function adaptiveAvgPool2dSizes(
  x: Shape,
  outputSize: number | readonly [number | null, number | null],
): AdaptivePoolSizes {
  const [N, C, H, W] = imageShape('adaptiveAvgPool2d', x);
  const isPair = Array.isArray(outputSize) && outputSize.length === 2;
  const [h, w] = isPair ? outputSize : [outputSize as number, outputSize as number];
  const [H_out, W_out] = [h ?? H, w ?? W];
  if (!Number.isInteger(H_out) || !Number.isInteger(W_out) || H_out < 1 || W_out < 1) {
    throw new ShapeError(
      `adaptiveAvgPool2d: outputSize must be whole numbers ≥ 1 or null, but is ${formatOption(outputSize)}`,
    );
  }
  if (H < 1 || W < 1) throw new ShapeError(`adaptiveAvgPool2d: x ${formatShape(x)} has no pixels`);
  return { N, C, H, W, H_out, W_out };
}

/** Writes y. */
export function adaptiveAvgPool2dForward(y: FloatArray, x: FloatArray, s: AdaptivePoolSizes): void {
  forEachCell(s, (yi, x_plane, h0, h1, w0, w1) => {
    let sum = 0;
    for (let h = h0; h < h1; h++) {
      for (let w = w0; w < w1; w++) sum += x[x_plane + h * s.W + w];
    }
    y[yi] = sum / ((h1 - h0) * (w1 - w0));
  });
}

/** Writes dx. As y += x / area in every cell,  dx += dy / area  there. */
export function adaptiveAvgPool2dBackward(dx: FloatArray, dy: FloatArray, s: AdaptivePoolSizes): void {
  const sum = accumulatorFor(dx);
  forEachCell(s, (yi, x_plane, h0, h1, w0, w1) => {
    const share = dy[yi] / ((h1 - h0) * (w1 - w0));
    for (let h = h0; h < h1; h++) {
      for (let w = w0; w < w1; w++) sum[x_plane + h * s.W + w] += share;
    }
  });
  store(dx, sum);
}

/** Visits every cell: rows h0 ≤ h < h1 and columns w0 ≤ w < w1 of the plane that begins at x_plane. */
function forEachCell(
  s: AdaptivePoolSizes,
  visit: (yi: number, x_plane: number, h0: number, h1: number, w0: number, w1: number) => void,
): void {
  const { N, C, H, W, H_out, W_out } = s;
  let yi = 0;
  for (let plane = 0; plane < N * C; plane++) {
    for (let ho = 0; ho < H_out; ho++) {
      const h0 = Math.floor((ho * H) / H_out);
      const h1 = Math.ceil(((ho + 1) * H) / H_out);
      for (let wo = 0; wo < W_out; wo++) {
        const w0 = Math.floor((wo * W) / W_out);
        const w1 = Math.ceil(((wo + 1) * W) / W_out);
        visit(yi++, plane * H * W, h0, h1, w0, w1);
      }
    }
  }
}
