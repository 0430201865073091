import type { Normalization } from '../data/index.js';
import { grey, resizePlane } from '../data/planes.js';
import type { Shape } from '../ops/shape.js';

/** An image as a network sees it, (1, H, W) or (3, H, W), in characters: light and dark, two rows a line, at most `columns` wide. */
export function drawImage(values: Float32Array, shape: Shape, { mean, std }: Normalization, columns = 80): string {
  const [C, height, width] = shape;
  const size = height * width;
  const channel = (c: number, i: number) => values[c * size + i] * std[c] + mean[c];
  const light = Float64Array.from({ length: size }, (_, i) =>
    C === 1 ? channel(0, i) : grey(channel(0, i), channel(1, i), channel(2, i)),
  );
  const W = Math.min(width, columns);
  const H = Math.max(1, Math.round((height * W) / width));
  const all = resizePlane(light, height, width, H, W);
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < H * W; i++) [low, high] = [Math.min(low, all[i]), Math.max(high, all[i])];
  const middle = (low + high) / 2;
  const lit = (h: number, w: number) => h < H && all[h * W + w] > middle;
  const lines: string[] = [];
  for (let h = 0; h < H; h += 2) {
    const line = Array.from({ length: W }, (_, w) => {
      const [upper, lower] = [lit(h, w), lit(h + 1, w)];
      return upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    });
    lines.push(line.join('').trimEnd());
  }
  return lines.join('\n');
}
