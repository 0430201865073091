/**
 * Chance, image by image. What is drawn for an image depends on the seed and on which image it is, and on nothing that was drawn
 * before: so it doesn't matter who reads an image, when, and whether a run was interrupted in between.
 *
 *   generator of an image = MT19937 seeded with mix(mix(seed) ⊕ index)
 *
 * `mix` turns every bit of its input into a coin for every bit of its output, and is one to one: no two images of a pass share a
 * seed, and neighbours have nothing in common.
 *
 * Draws follow PyTorch's order: with its generator in the same state, torchvision draws the same crops, flips and factors.
 *
 * Source: the finalizer of MurmurHash3, https://github.com/aappleby/smhasher
 */
import { Generator } from '../../tensor/random.js';

/**
 * The generator that an image's transforms draw from. `place` says which image it is: (index) where the seed belongs to one pass,
 * as that of a DataLoader does, or (epoch, index), for a loop of your own.
 */
export function imageGenerator(seed: number, ...place: readonly number[]): Generator {
  return new Generator(mixSeed(seed, place));
}

/** A seed made of another and of whole numbers, however many; it has 32 bits. */
export function mixSeed(seed: number, place: Iterable<number>): number {
  let mixed = mix(whole(seed));
  for (const number of place) mixed = mix(mixed ^ whole(number));
  return mixed;
}

function whole(number: number): number {
  if (!Number.isInteger(number)) {
    throw new RangeError(`imageGenerator: seed, epoch and index must be whole numbers, but one is ${number}`);
  }
  return number;
}

function mix(word: number): number {
  let h = word >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A uniform f32 in from … to, as `torch.empty(1).uniform_(from, to)` draws it. */
export function uniform(random: Generator, from: number, to: number): number {
  return random.fillUniform(new Float32Array(1), from, to)[0];
}

/** A whole number in 0 … n − 1, as `torch.randint(n, (1,))` draws it. */
export function randint(random: Generator, n: number): number {
  return random.random() % n;
}

/** A number whose logarithm is uniform between those of from and to, in f32: 1/2 is then as likely as 2. */
export function logUniform(random: Generator, from: number, to: number): number {
  const log = (x: number) => Math.fround(Math.log(Math.fround(x)));
  return Math.fround(Math.exp(uniform(random, log(from), log(to))));
}
