/** Initialisation, drawn from the generator in PyTorch's order, so that a seed gives PyTorch's weights.
 *  Source: https://pytorch.org/docs/stable/nn.init.html */
import { requireOptions } from '../ops/options.js';
import { formatShape, numel, type Shape, ShapeError } from '../ops/shape.js';
import { defaultGenerator } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { normalCdf, normalQuantile } from './normal.js';

/** Of a weight (out, in, …taps): fanIn counts the inputs that one output sees, fanOut the outputs that see one input. Throws a
 *  ShapeError if it has fewer than two dimensions. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) throw new ShapeError(`init: a weight ${formatShape(shape)} needs two dimensions for a fan`);
  const taps = numel(shape.slice(2));
  return { fanIn: shape[1] * taps, fanOut: shape[0] * taps };
}

export interface KaimingOptions {
  /** Slope of the leaky ReLU behind the layer; 0 is ReLU. Default 0. */
  a?: number;
  /** Which pass keeps its variance: forward ('fanIn') or backward ('fanOut'). Default 'fanIn'. */
  mode?: 'fanIn' | 'fanOut';
}

/** Fills with uniform numbers from `from` to `to`, by default from 0 to 1. */
export function uniform(tensor: Tensor, from = 0, to = 1): void {
  tensor.copyFrom(defaultGenerator.fillUniform(new Float32Array(tensor.numel), from, to));
}

/** Fills with normal numbers, by default of mean 0 and deviation 1. */
export function normal(tensor: Tensor, mean = 0, std = 1): void {
  tensor.copyFrom(defaultGenerator.fillNormal(new Float32Array(tensor.numel), mean, std));
}

export interface TruncNormalOptions {
  /** Default 0. */
  mean?: number;
  /** Default 1. */
  std?: number;
  /** The least value. Default −2. */
  a?: number;
  /** The greatest value. Default 2. */
  b?: number;
}

/**
 * Fills with normal numbers between a and b: a uniform number p between Φ((a − mean) / std) and Φ((b − mean) / std) becomes
 * mean + std · Φ⁻¹(p), where Φ is the normal distribution's cumulative function. They are PyTorch's but for the last bits.
 */
export function truncNormal(tensor: Tensor, options: TruncNormalOptions = {}): void {
  requireOptions('truncNormal', options, { mean: true, std: true, a: true, b: true });
  const { mean = 0, std = 1, a = -2, b = 2 } = options;
  // PyTorch draws 2p − 1, as f32.
  const [from, to] = [a, b].map((bound) => 2 * normalCdf((bound - mean) / std) - 1);
  const draws = defaultGenerator.fillUniform(new Float32Array(tensor.numel), from, to);
  tensor.copyFrom(draws.map((draw) => Math.min(b, Math.max(a, mean + std * normalQuantile((draw + 1) / 2)))));
}

/** Fills with one value. */
export function constant(tensor: Tensor, value: number): void {
  tensor.copyFrom(new Float32Array(tensor.numel).fill(value));
}

/** Fills with uniform numbers in ±√3 · gain / √fan, where gain = √(2 / (1 + a²)).
 *  Source: He et al., "Delving Deep into Rectifiers" (2015), https://arxiv.org/abs/1502.01852 */
export function kaimingUniform(tensor: Tensor, options: KaimingOptions = {}): void {
  const bound = Math.sqrt(3) * kaimingStd(tensor, options);
  uniform(tensor, -bound, bound);
}

/** Fills with normal numbers of mean 0 and deviation gain / √fan; see kaimingUniform. */
export function kaimingNormal(tensor: Tensor, options: KaimingOptions = {}): void {
  normal(tensor, 0, kaimingStd(tensor, options));
}

function kaimingStd(tensor: Tensor, options: KaimingOptions): number {
  requireOptions('init', options, { a: true, mode: true });
  const { a = 0, mode = 'fanIn' } = options;
  const fan = fans(tensor.shape)[mode];
  if (fan === undefined) throw new RangeError(`init: mode must be 'fanIn' or 'fanOut', but is '${mode}'`);
  return Math.sqrt(2 / (1 + a * a)) / Math.sqrt(fan);
}

/** Fills with uniform numbers in ±√3 · std, where std = gain · √(2 / (fanIn + fanOut)). Source: Glorot & Bengio,
 *  "Understanding the difficulty of training deep feedforward neural networks" (2010) */
export function xavierUniform(tensor: Tensor, gain = 1): void {
  const bound = Math.sqrt(3) * xavierStd(tensor, gain);
  uniform(tensor, -bound, bound);
}

/** Fills with normal numbers of mean 0 and deviation std; see xavierUniform. */
export function xavierNormal(tensor: Tensor, gain = 1): void {
  normal(tensor, 0, xavierStd(tensor, gain));
}

function xavierStd(tensor: Tensor, gain: number): number {
  const { fanIn, fanOut } = fans(tensor.shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}
