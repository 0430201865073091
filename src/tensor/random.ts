/**
 * The generator: PyTorch's CPU generator, so that a seed gives PyTorch's own numbers.
 *
 * MT19937 keeps 624 words. `random()` is one tempered word; a uniform f32 uses its low 24 bits; a uniform f64 uses 53
 * bits of two words.
 *
 * Source: Matsumoto & Nishimura, "Mersenne Twister" (1998); the algorithms of aten/src/ATen/core/MT19937RNGEngine.h and
 * aten/src/ATen/native/cpu/DistributionTemplates.h in PyTorch.
 */
const N = 624;
const M = 397;

/** All that a generator remembers: the 624 words, how many of them are used up, and half a pair of normal numbers. */
export interface GeneratorState {
  readonly words: readonly number[];
  readonly used: number;
  readonly nextNormal: number | null;
}

/**
 * Random numbers as PyTorch draws them on a CPU: the same seed gives the same numbers. `manualSeed` sets the one that is used where no
 * other is given.
 */
export class Generator {
  #words = new Uint32Array(N);
  #used = N;
  #nextNormal: number | null = null;

  constructor(seed = 5489) {
    this.manualSeed(seed);
  }

  /** Starts over from a seed, of which the low 32 bits count. */
  manualSeed(seed: number): this {
    if (!Number.isInteger(seed)) throw new RangeError(`manualSeed: the seed must be a whole number, but is ${seed}`);
    this.#words[0] = seed >>> 0;
    for (let i = 1; i < N; i++) {
      const previous = this.#words[i - 1] ^ (this.#words[i - 1] >>> 30);
      this.#words[i] = Math.imul(1812433253, previous) + i;
    }
    this.#used = N;
    this.#nextNormal = null;
    return this;
  }

  /** A whole number in 0 … 2³² − 1. */
  random(): number {
    if (this.#used === N) this.#twist();
    let word = this.#words[this.#used++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  #twist(): void {
    const words = this.#words;
    for (let i = 0; i < N; i++) {
      const mixed = (words[i] & 0x80000000) | (words[(i + 1) % N] & 0x7fffffff);
      words[i] = words[(i + M) % N] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#used = 0;
  }

  /** The low 32 bits of a 64-bit draw, which takes two words. Enough to seed another generator with. */
  random64Low(): number {
    this.random();
    return this.random();
  }

  /** A uniform f32 in 0 … 1, 1 excluded. */
  uniform(): number {
    return (this.random() & 0xffffff) * 2 ** -24;
  }

  /** A uniform f64 in 0 … 1, 1 excluded. */
  uniform64(): number {
    const high = this.random() & 0x1fffff;
    return (high * 2 ** 32 + this.random()) * 2 ** -53;
  }

  /** Fills with uniform numbers between from and to, which are rounded to f32 first. Each number is rounded once, at its end, as
   *  by a fused multiply-add. */
  fillUniform(out: Float32Array, from: number, to: number): Float32Array {
    const low = Math.fround(from);
    const range = Math.fround(Math.fround(to) - low);
    for (let i = 0; i < out.length; i++) out[i] = this.uniform() * range + low;
    return out;
  }

  /** Fills with normal numbers: Box and Muller's pairs, in PyTorch's order (blocks of 16 from 16 numbers on). */
  fillNormal(out: Float32Array, mean: number, std: number): Float32Array {
    if (out.length < 16) {
      for (let i = 0; i < out.length; i++) out[i] = this.#normal64() * std + mean;
      return out;
    }
    for (let i = 0; i < out.length; i++) out[i] = this.uniform();
    for (let block = 0; block + 16 <= out.length; block += 16) boxMuller16(out, block, mean, std);
    if (out.length % 16 !== 0) {
      const tail = out.length - 16;
      for (let i = tail; i < out.length; i++) out[i] = this.uniform();
      boxMuller16(out, tail, mean, std);
    }
    return out;
  }

  #normal64(): number {
    if (this.#nextNormal !== null) {
      const normal = this.#nextNormal;
      this.#nextNormal = null;
      return normal;
    }
    const theta = 2 * Math.PI * this.uniform64();
    const radius = Math.sqrt(-2 * Math.log1p(-this.uniform64()));
    this.#nextNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  /** 0 … n − 1 in random order. */
  randperm(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.random() % (n - i));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  getState(): GeneratorState {
    return { words: [...this.#words], used: this.#used, nextNormal: this.#nextNormal };
  }

  setState(state: GeneratorState): void {
    const { words, used, nextNormal } = state;
    if (words.length !== N || !Number.isInteger(used) || used < 0 || used > N) {
      throw new RangeError(`Generator.setState: a state has ${N} words and uses 0 to ${N} of them`);
    }
    this.#words.set(words);
    this.#used = used;
    this.#nextNormal = nextNormal;
  }
}

/** Sixteen uniform numbers become normal ones: number j and number j + 8 are a pair. */
function boxMuller16(out: Float32Array, block: number, mean: number, std: number): void {
  for (let j = block; j < block + 8; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - out[j]));
    const theta = 2 * Math.PI * out[j + 8];
    out[j] = radius * Math.cos(theta) * std + mean;
    out[j + 8] = radius * Math.sin(theta) * std + mean;
  }
}

/** What initialisation, dropout and shuffling draw from. */
export const defaultGenerator = new Generator();

/** Seeds the default generator: the same seed gives the same weights, the same order and the same dropout as in PyTorch. */
export function manualSeed(seed: number): void {
  defaultGenerator.manualSeed(seed);
}
