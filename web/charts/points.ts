/** Points of a curve: their extent, the one that is meant, and as many of them as a screen shows. */

export type Point = readonly [x: number, y: number];

export const isFinitePoint = ([x, y]: Point) => Number.isFinite(x) && Number.isFinite(y);

/** The lowest and the highest, never the same; `none` where there are no values. */
export function extent(values: readonly number[], none: readonly [number, number]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [...none];
  return low < high ? [low, high] : [low - Math.abs(low) / 2, high + (Math.abs(high) / 2 || 1)];
}

/** The point whose x is nearest. There is one at least, and x never falls. */
export function nearest(points: readonly Point[], x: number): Point {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < x) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [points[Math.max(0, low - 1)], points[low]];
  return x - before[0] <= after[0] - x ? before : after;
}

/** The same curve to the eye: of the points within one pixel of x the first, the lowest, the highest and the last. */
export function thinned(pixels: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  for (let from = 0; from < pixels.length; ) {
    const column = Math.floor(pixels[from][0]);
    let [to, low, high] = [from, from, from];
    for (; to < pixels.length && Math.floor(pixels[to][0]) === column; to++) {
      if (pixels[to][1] < pixels[low][1]) low = to;
      if (pixels[to][1] > pixels[high][1]) high = to;
    }
    const places = [from, Math.min(low, high), Math.max(low, high), to - 1];
    for (const place of new Set(places)) kept.push(pixels[place]);
    from = to;
  }
  return kept;
}
