/** Connected strokes on a page, and which of them are the digit. */

/** Ink that hangs together, corners included. */
export interface Stroke {
  readonly pixels: number[];
  /** Sum of its ink. */
  readonly mass: number;
  /** Of its box; right and bottom are the last column and row. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** All strokes whose pixels have more ink than `least`. */
export function strokesOf(ink: Float64Array, width: number, height: number, least: number): Stroke[] {
  const seen = new Uint8Array(ink.length);
  const strokes: Stroke[] = [];
  for (let start = 0; start < ink.length; start++) {
    if (seen[start] || ink[start] <= least) continue;
    const pixels = [start];
    let mass = 0;
    let [left, top, right, bottom] = [width, height, 0, 0];
    seen[start] = 1;
    for (let k = 0; k < pixels.length; k++) {
      const [x, y] = [pixels[k] % width, Math.floor(pixels[k] / width)];
      mass += ink[pixels[k]];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      for (let Y = Math.max(0, y - 1); Y <= Math.min(height - 1, y + 1); Y++) {
        for (let X = Math.max(0, x - 1); X <= Math.min(width - 1, x + 1); X++) {
          const next = Y * width + X;
          if (seen[next] || ink[next] <= least) continue;
          seen[next] = 1;
          pixels.push(next);
        }
      }
    }
    strokes.push({ pixels, mass, left, top, right, bottom });
  }
  return strokes;
}

/**
 * The strokes that make up the digit: the one with the most ink, and what lies near it, nearer the less ink it has. A stroke along a
 * whole side of the page, a ruled line, a frame or the edge of the table, counts only if there's little else.
 */
export function digitAmong(strokes: readonly Stroke[], width: number, height: number): Stroke[] {
  const byMass = [...strokes].sort((a, b) => b.mass - a.mass);
  if (byMass.length === 0) return [];
  const inside = byMass.filter((stroke) => !followsSide(stroke, width, height));
  const main = inside[0]?.mass > 0.1 * byMass[0].mass ? inside[0] : byMass[0];
  const digit = [main];
  const others = inside.filter((stroke) => stroke !== main);
  for (let box = main; ; ) {
    const size = Math.max(box.right - box.left, box.bottom - box.top) + 1;
    const near = others.findIndex((stroke) => gap(stroke, box) <= size * Math.min(0.4, (3 * stroke.mass) / main.mass));
    if (near < 0) return digit;
    const [stroke] = others.splice(near, 1);
    digit.push(stroke);
    box = around([box, stroke]);
  }
}

/** The box around some strokes. */
export function around(strokes: readonly Stroke[]): Stroke {
  return {
    pixels: [],
    mass: strokes.reduce((sum, { mass }) => sum + mass, 0),
    left: Math.min(...strokes.map(({ left }) => left)),
    top: Math.min(...strokes.map(({ top }) => top)),
    right: Math.max(...strokes.map(({ right }) => right)),
    bottom: Math.max(...strokes.map(({ bottom }) => bottom)),
  };
}

/** Empty pixels between two boxes, across or down, whichever is more. */
function gap(a: Stroke, b: Stroke): number {
  const across = Math.max(a.left - b.right, b.left - a.right) - 1;
  const down = Math.max(a.top - b.bottom, b.top - a.bottom) - 1;
  return Math.max(0, across, down);
}

/** Whether the stroke lies along four fifths of a side of the page, within a twentieth of it. */
function followsSide({ pixels }: Stroke, width: number, height: number): boolean {
  const [across, down] = [Math.ceil(width / 20), Math.ceil(height / 20)];
  const sides = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()];
  for (const pixel of pixels) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    if (y < down) sides[0].add(x);
    if (y >= height - down) sides[1].add(x);
    if (x < across) sides[2].add(y);
    if (x >= width - across) sides[3].add(y);
  }
  return sides.some(({ size }, side) => size >= 0.8 * (side < 2 ? width : height));
}
