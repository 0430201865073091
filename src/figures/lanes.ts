/**
 * The register tile of a convolution, instruction by instruction: `tapsTile` of `assembly/tiles.ts`, on four pixels and eight output
 * channels. A register has four lanes. `a` to `d` hold the sums of one pixel each, `0` those of channels 0 to 3, `1` those of 4 to 7.
 *
 * The number in a sum after k taps is what `conv2d` gives where all later taps are 0.
 */
import { conv2dForward, conv2dSizes } from '../ops/conv2d.js';
import type { Shape } from '../ops/shape.js';
import { conv2dFigure } from './bilinear.js';
import { type Inputs, zeros } from './figure.js';
import { meetingsOf } from './gemm.js';
import type { Cell } from './grid.js';

const cellsOf = (grid: string, indices: readonly number[]): Cell[] => indices.map((index) => ({ grid, index }));

export const LANES = 4;
const pixels = ['a', 'b', 'c', 'd'];
const halves = [0, 1];
/** Names of the registers: the sums, two weights and a pixel. The processor has 16. */
export const tileRegisters: readonly string[] = [
  ...pixels.flatMap((pixel) => halves.map((half) => `${pixel}${half}`)),
  'w0',
  'w1',
  's',
];

export interface LaneStep {
  /** As it stands in `tapsTile`. */
  readonly code: string;
  readonly tap: number;
  /** The register that it writes, and those that it reads. */
  readonly writes: string;
  readonly reads: readonly string[];
  /** The numbers in memory that it reads. */
  readonly loads: readonly Cell[];
  /** What the registers hold afterwards, four numbers each; nothing was written yet to those that are missing. */
  readonly registers: Readonly<Record<string, readonly number[]>>;
  /** Since the beginning: loads, and multiply-adds of single numbers. */
  readonly loaded: number;
  readonly multiplyAdds: number;
}

export interface LanesFigure {
  readonly x: Shape;
  readonly weight: Shape;
  readonly taps: number;
  /** y (8, 4): a row for each channel. */
  y(inputs: Inputs): Float64Array;
  steps(inputs: Inputs): readonly LaneStep[];
}

/** `x` (1, C_in, H, W) and `weight` (8, C_in, K_h, K_w), such that y has four pixels. */
export function lanesFigure(x: Shape, weight: Shape): LanesFigure {
  const s = conv2dSizes(x, weight, null);
  if (s.N * s.H_out * s.W_out !== pixels.length || s.C_out !== halves.length * LANES) {
    throw new RangeError(
      `lanesFigure: a tile has 4 pixels and 8 channels, not ${s.N * s.H_out * s.W_out} and ${s.C_out}`,
    );
  }
  const taps = s.C_in * s.K_h * s.K_w;
  const meetings = meetingsOf(conv2dFigure(x, weight));
  /** For each tap, which pixel of x an output sees through it. */
  const seen = pixels.map((_, p) => meetings(p).map(([index]) => index));
  const y = (given: Inputs, until: number) => {
    const out = zeros([s.C_out, pixels.length]);
    conv2dForward(
      out,
      given.x,
      given.weight.map((value, i) => (i % taps < until ? value : 0)),
      null,
      s,
    );
    return out;
  };
  const channels = (half: number) => Array.from({ length: LANES }, (_, lane) => half * LANES + lane);

  function steps(given: Inputs): readonly LaneStep[] {
    const sums = Array.from({ length: taps + 1 }, (_, until) => y(given, until));
    const sumOf = (pixel: number, half: number, until: number) =>
      channels(half).map((channel) => sums[until][channel * pixels.length + pixel]);
    const registers: Record<string, readonly number[]> = Object.fromEntries(
      pixels.flatMap((name, pixel) => halves.map((half) => [`${name}${half}`, sumOf(pixel, half, 0)])),
    );
    const all: LaneStep[] = [];
    let [loaded, multiplyAdds] = [0, 0];
    function step(
      code: string,
      tap: number,
      writes: string,
      value: readonly number[],
      reads: readonly string[],
      loads: readonly Cell[],
    ) {
      registers[writes] = value;
      if (loads.length > 0) loaded++;
      else multiplyAdds += LANES;
      all.push({ code, tap, writes, reads, loads, registers: { ...registers }, loaded, multiplyAdds });
    }
    for (let tap = 0; tap < taps; tap++) {
      for (const half of halves) {
        const cells = channels(half).map((channel) => channel * taps + tap);
        const code = `w${half} = v128.load(${half === 0 ? 'w' : 'w + wv'})`;
        step(
          code,
          tap,
          `w${half}`,
          cells.map((i) => given.weight[i]),
          [],
          cellsOf('weight', cells),
        );
      }
      pixels.forEach((name, pixel) => {
        const index = seen[pixel][tap];
        const behind = ['', ', sizeof<Step>()', ', 2 * sizeof<Step>()', ', 3 * sizeof<Step>()'][pixel];
        const splat = channels(0).map(() => given.x[index]);
        step(`s = v128.load32_splat(p${behind})`, tap, 's', splat, [], cellsOf('x', [index]));
        for (const half of halves) {
          const sum = `${name}${half}`;
          const code = `${sum} = madd(s, w${half}, ${sum})`;
          step(code, tap, sum, sumOf(pixel, half, tap + 1), ['s', `w${half}`, sum], []);
        }
      });
    }
    return all;
  }
  return { x, weight, taps, y: (given) => y(given, taps), steps };
}
