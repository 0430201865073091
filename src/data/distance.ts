/** How far a pixel of a shape is from the shape's outline. */

/** Farther than that isn't measured, in pixels. */
const FARTHEST = 24;

/**
 * Signed distances of a plane of size x size pixels: positive within the shape, where `inside` is 1, negative outside, as from the
 * pixel's middle to the outline. It is Euclid's, found down the columns first and then across:
 *
 *   distance²(x, y) = min over k of  down(x + k, y)² + k²
 */
export function signedDistances(inside: Uint8Array, size: number): Float64Array {
  const [toGround, toShape] = [distancesTo(0, inside, size), distancesTo(1, inside, size)];
  return Float64Array.from(inside, (is, i) => (is ? toGround[i] - 0.5 : 0.5 - toShape[i]));
}

/** From every pixel to the nearest that is `what`. */
function distancesTo(what: number, inside: Uint8Array, size: number): Float64Array {
  const down = new Float64Array(size * size).fill(FARTHEST);
  for (let x = 0; x < size; x++) {
    for (let y = 0, d = FARTHEST; y < size; y++) {
      d = inside[y * size + x] === what ? 0 : Math.min(FARTHEST, d + 1);
      down[y * size + x] = d;
    }
    for (let y = size - 1, d = FARTHEST; y >= 0; y--) {
      d = Math.min(down[y * size + x], d + 1);
      down[y * size + x] = d;
    }
  }
  return down.map((straight, i) => {
    const x = i % size;
    let least = straight ** 2;
    for (let k = 1; k * k < least; k++) {
      if (k <= x) least = Math.min(least, down[i - k] ** 2 + k * k);
      if (x + k < size) least = Math.min(least, down[i + k] ** 2 + k * k);
    }
    return Math.sqrt(least);
  });
}
