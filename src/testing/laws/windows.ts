/** Laws of convolutions and pools: of windows that slide over an image. */
import { avgPool2dForward } from '../../ops/avgPool2d.js';
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { PoolSizes } from '../../ops/windows.js';
import { exact } from '../budget.js';
import { total, unravel } from '../extents.js';
import { type Problem, withInputs, withNumbers } from '../problem.js';
import { owedForward, runForward } from '../run.js';
import type { Law } from './law.js';

/** What convolutions and pools have in common. */
type Windows = Omit<PoolSizes, 'C'>;

/** Whether the window of output o has all its taps in 0 ≤ tap < size. */
const fits = (o: number, size: number, K: number, S: number, P: number, D: number) =>
  o >= 0 && o * S - P >= 0 && o * S - P + D * (K - 1) < size;

/** x moved down by `h` rows and right by `w` columns; zeros come in. */
function moved(x: ArrayLike<number>, s: Windows, h: number, w: number): Float32Array {
  const result = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const [plane, row, column] = unravel(i, x.length / (s.H * s.W), s.H, s.W);
    if (row >= h && column >= w) result[i] = x[(plane * s.H + row - h) * s.W + column - w];
  }
  return result;
}

/** An image moved by one stride gives a result moved by one pixel, wherever all of a window is image before and after. */
export const shift: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const s = problem.sizes as Windows;
    const there = withInputs(problem, { x: moved(problem.inputs.x!, s, s.S_h, s.S_w) });
    const [{ y }, { y: y2 }] = [await runForward(subject, problem), await runForward(subject, there)];
    const [{ budget: b }, { budget: b2 }] = [problem, there].map((p) => owedForward(subject, p));
    const inside = (ho: number, wo: number) =>
      fits(ho, s.H, s.K_h, s.S_h, s.P_h, s.D_h) && fits(wo, s.W, s.K_w, s.S_w, s.P_w, s.D_w);
    const expected = y2.slice();
    const before = new Map<number, number>();
    for (let i = 0; i < y2.length; i++) {
      const [, ho, wo] = unravel(i, y2.length / (s.H_out * s.W_out), s.H_out, s.W_out);
      if (!inside(ho, wo) || !inside(ho - 1, wo - 1)) continue;
      before.set(i, i - s.W_out - 1);
      expected[i] = y[i - s.W_out - 1];
    }
    subject.compare('y of the moved image', y2, expected, (i) => (before.has(i) ? b.y(before.get(i)!) + b2.y(i) : 0));
  },
};

/** How many windows there are whose last tap is where it may be. */
function count(K: number, S: number, P: number, D: number, isAllowed: (end: number) => boolean): number {
  let windows = 0;
  for (let start = -P; isAllowed(start + D * (K - 1)); start += S) windows++;
  return windows;
}

/**
 * The output has a row for every window that ends in the padded image. In ceil mode, if those leave the last row out, the
 * next window has one too, as long as it starts in the image or before it.
 */
export const windows: Law = {
  needs: [],
  async check(subject, problem) {
    const s = problem.sizes as Windows;
    const { ceilMode, padding } = problem.draft.options!;
    const directions = [
      ['H_out', s.H_out, s.H, s.K_h, s.S_h, s.P_h, s.D_h],
      ['W_out', s.W_out, s.W, s.K_w, s.S_w, s.P_w, s.D_w],
    ] as const;
    for (const [name, out, size, K, S, P, D] of directions) {
      const after = padding === 'same' ? Math.ceil((D * (K - 1)) / 2) : P;
      const whole = count(K, S, P, D, (end) => end < size + after);
      const next = whole * S - P;
      const isLastSeen = next - S + D * (K - 1) === size + after - 1;
      const expected = ceilMode && !isLastSeen && next < size ? whole + 1 : whole;
      subject.compare(name, [out], [expected], exact);
      if (padding === 'same') subject.compare(`${name} of 'same' padding`, [out], [size], exact);
    }
  },
};

/** The same problem with a window of one pixel, at stride 1. */
function ofOnePixel(p: Problem): Problem {
  const one = { K_h: 1, K_w: 1, S_h: 1, S_w: 1, P_h: 0, P_w: 0, D_h: 1, D_w: 1, divisorOverride: null };
  const s = p.sizes as Windows;
  return { ...p, sizes: { ...s, ...one, H_out: s.H, W_out: s.W } };
}

/** A window of one pixel changes nothing: of a convolution, one that is depthwise and has the weight 1. */
export const kernelOfOne: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    let p = ofOnePixel(problem);
    if (subject.operation.operation === 'conv2d') {
      const { C_in } = p.sizes as Conv2dSizes;
      p = withInputs(p, { weight: new Float32Array(C_in).fill(1), bias: null });
      p = { ...p, sizes: { ...(p.sizes as Conv2dSizes), C_out: C_in, G: C_in } };
    }
    const { y } = await runForward(subject, p);
    subject.compare('y of windows of one pixel', y, p.inputs.x!, exact);
  },
};

/** The mean of equal pixels is that pixel, as long as only pixels are counted. */
export const constantImage: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const constant = withInputs(problem, { x: problem.inputs.x!.map(() => 0.75) as Float32Array });
    const p = {
      ...constant,
      sizes: { ...(problem.sizes as PoolSizes), countIncludePad: false, divisorOverride: null },
    };
    const { y } = await runForward(subject, p);
    const { budget } = owedForward(subject, p);
    subject.compare(
      'y of a constant image',
      y,
      y.map(() => 0.75),
      budget.y,
    );
  },
};

/** A maximum is at least the average, is found where its index says, first among equals, and follows what is added to all. */
export const maximum: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const p = withNumbers(problem, { kind: 'integers' });
    const s = p.sizes as PoolSizes;
    const { y, indices } = await runForward(subject, p);
    const x = p.inputs.x!;
    const plane = (i: number) => Math.floor(i / (s.H_out * s.W_out)) * s.H * s.W;
    subject.compare(
      'x at indices',
      y.map((_, i) => x[plane(i) + indices[i]]),
      y,
      exact,
    );
    subject.compare('the first place of the maximum', indices, firstPlaces(y, x, s), exact);

    const raised = await runForward(subject, withInputs(p, { x: x.map((value) => value + 4) as Float32Array }));
    subject.compare(
      'the maximum of x + 4',
      raised.y,
      y.map((value) => value + 4),
      exact,
    );

    if (s.P_h + s.P_w > 0 || s.D_h + s.D_w > 2) return;
    const average = new Float64Array(y.length);
    avgPool2dForward(average, Float64Array.from(x), { ...s, countIncludePad: false, divisorOverride: null });
    subject.compare(
      'the larger of maximum and average',
      y.map((value, i) => Math.max(value, average[i])),
      y,
      exact,
    );
  },
};

/** For each window, the first place of the image, row by row, that is one of its taps and has its maximum. */
function firstPlaces(y: ArrayLike<number>, x: ArrayLike<number>, s: PoolSizes): number[] {
  return Array.from(y, (value, i) => {
    const [plane, ho, wo] = unravel(i, s.N * s.C, s.H_out, s.W_out);
    for (let place = 0; place < s.H * s.W; place++) {
      const [h, w] = unravel(place, s.H, s.W);
      if (
        x[plane * s.H * s.W + place] === value &&
        isTap(h, ho, s.K_h, s.S_h, s.P_h, s.D_h) &&
        isTap(w, wo, s.K_w, s.S_w, s.P_w, s.D_w)
      ) {
        return place;
      }
    }
    return -1;
  });
}

/** Whether the window of output o has a tap at this position. */
function isTap(position: number, o: number, K: number, S: number, P: number, D: number): boolean {
  const from = position - (o * S - P);
  return from >= 0 && from % D === 0 && from / D < K;
}

/** Adaptive pooling to one pixel is the mean of the image. */
export const globalMean: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const p = { ...problem, sizes: { ...(problem.sizes as PoolSizes), H_out: 1, W_out: 1 } };
    const x = p.inputs.x!;
    const pixels = p.sizes.H * p.sizes.W;
    const { y } = await runForward(subject, p);
    const means = Array.from(y, (_, plane) => total(pixels, (i) => x[plane * pixels + i]) / pixels);
    const { budget } = owedForward(subject, p);
    subject.compare('the mean', y, means, (i) => budget.y(i) + 1e-13 * Math.abs(means[i]));
  },
};
