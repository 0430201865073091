/**
 * From bytes to the values that a network sees, with torchvision's bits:
 *
 *   ToTensor    x = value / 255                 rounded to f32
 *   Normalize   (x − mean[c]) / std[c]          rounded to f32 after each step, as are mean and std themselves
 *
 * Source: https://pytorch.org/vision/stable/generated/torchvision.transforms.Normalize.html
 */
import { ShapeError } from '../ops/shape.js';

/** Mean and deviation of each channel, over the training images with values from 0 to 1. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What the PyTorch examples use for MNIST. */
export const mnistNormalization: Normalization = { mean: [0.1307], std: [0.3081] };

/** The mean and the deviation of CIFAR-10's pixels, for each channel. */
export const cifar10Normalization: Normalization = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] };

/** CIFAR-10 in grey. */
export const greyCifar10Normalization: Normalization = { mean: [0.4809], std: [0.2392] };

/** What is commonly used for Fashion-MNIST. */
export const fashionMnistNormalization: Normalization = { mean: [0.286], std: [0.353] };

/** ImageNet's, which networks for photographs are given, whatever these show. */
export const imagenetNormalization: Normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** ImageNet in grey: its mean as the eye sees it, and the mean of its deviations. */
export const greyImagenetNormalization: Normalization = { mean: [0.459], std: [0.226] };

/** Throws unless there is a mean and a deviation for each of C channels. */
export function checkNormalization(where: string, C: number, normalize: Normalization | false): void {
  if (!normalize) return;
  const { mean, std } = normalize;
  if (mean.length !== C || std.length !== C) {
    throw new ShapeError(`${where}: normalize has ${mean.length} means and ${std.length} deviations for ${C} channels`);
  }
  if (!mean.every(Number.isFinite) || !std.every((deviation) => deviation > 0)) {
    throw new ShapeError(`${where}: normalize needs finite means and deviations > 0, but has [${mean}] and [${std}]`);
  }
}

/** One value of channel c, from 0 to 255, as the network sees it: from 0 to 1 if `normalize` is false. */
export function normalizeValue(value: number, c: number, normalize: Normalization | false): number {
  const x = Math.fround(value / 255);
  if (!normalize) return x;
  return standardize(x, Math.fround(normalize.mean[c]), Math.fround(normalize.std[c]));
}

/** (x − mean) / std, rounded to f32 after each step. All three are f32. */
export function standardize(x: number, mean: number, std: number): number {
  return Math.fround(Math.fround(x - mean) / std);
}
