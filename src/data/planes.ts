/** One plane of an image, row by row: how it is made grey, larger or smaller. */

/** How light the eye finds red, green and blue. Source: ITU-R BT.601 */
export function grey(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** A plane of height x width, resized to H x W: each new pixel is the mean of the area that it covers in the old plane. */
export function resizePlane(
  plane: ArrayLike<number>,
  height: number,
  width: number,
  H: number,
  W: number,
): ArrayLike<number> {
  if (width === W && height === H) return plane;
  const resized = new Float64Array(H * W);
  for (let h = 0; h < H; h++) {
    const [top, bottom] = [(h * height) / H, ((h + 1) * height) / H];
    for (let w = 0; w < W; w++) {
      const [left, right] = [(w * width) / W, ((w + 1) * width) / W];
      let sum = 0;
      for (let y = Math.floor(top); y < bottom && y < height; y++) {
        const rows = Math.min(y + 1, bottom) - Math.max(y, top);
        for (let x = Math.floor(left); x < right && x < width; x++) {
          sum += plane[y * width + x] * rows * (Math.min(x + 1, right) - Math.max(x, left));
        }
      }
      resized[h * W + w] = sum / ((bottom - top) * (right - left));
    }
  }
  return resized;
}
