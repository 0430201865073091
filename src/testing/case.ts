/** What the kit knows about an operation. One case feeds the equivalence tests, the laws, and the benchmarks. */
import type { Arbitrary } from 'fast-check';
import type { OperationName } from '../ops/index.js';
import type { Budget } from './budget.js';
import type { Draft, Kind } from './problem.js';

/** fast-check as it is handed to cases: see draw.ts. */
export type FastCheck = typeof import('fast-check');

/** Every law, by what it says. `laws/index.ts` has them. */
export type LawName =
  | 'forward' // equals the maths within the budget, writes its outputs whole and nothing else
  | 'backward' // so does backward, for every choice of gradients
  | 'equation' // every output is what the equation in the operation's head says
  | 'gradient' // the maths' gradients are its derivatives: finite differences
  | 'adjoint' // ⟨dy, f(x)⟩ = ⟨dx, x⟩
  | 'linearity' // f(a·x + b·z) = a·f(x) + b·f(z)
  | 'shift' // an image moved by a stride gives a result moved by a pixel
  | 'windows' // how many windows there are, counted one by one
  | 'kernelOfOne' // a window of one pixel changes nothing
  | 'constantImage' // the mean of equal pixels is that pixel
  | 'maximum' // at least the average; follows an added constant exactly; found at its index, the first of equals
  | 'globalMean' // adaptive pooling to one pixel is the mean
  | 'idempotent' // f(f(x)) = f(x)
  | 'sumsToOne' // probabilities
  | 'shiftOfScores' // softmax of x + c is softmax of x
  | 'logLikelihood' // cross-entropy is nllLoss of logSoftmax
  | 'moments' // a normalised channel has mean bias and variance weight²
  | 'split' // what was joined can be taken apart again
  | 'crop' // the inside of a padded image is the image
  | 'notFinite' // one NaN or ∞ is seen where the maths sees it
  | 'alias' // y may be a
  | 'plainStep'; // SGD without momentum is param − lr·g

/** The names of a kernel's arrays, in its order: what it writes, then what it reads; the sizes come last. */
export interface Parameters {
  readonly writes: readonly string[];
  readonly reads: readonly string[];
}

/** Arrays in f64 (indices and targets in i32), by the names of the parameters. One that isn't given is null or missing. */
export type Arrays = Readonly<Record<string, Float64Array>>;

/** One evaluation of the maths. */
export interface Evaluation<Sizes> {
  /** All that the pass was given, arrays that it updates included as they were. */
  readonly given: Arrays;
  /** What it wrote. */
  readonly exact: Arrays;
  readonly s: Sizes;
  /** Unit roundoff of the candidate. */
  readonly u: number;
  /** The candidate takes the operation's sums apart, as Winograd's convolution does, and has the bound of that way. */
  readonly rearranged: boolean;
}

export interface OperationCase<Sizes = unknown> {
  readonly operation: OperationName;
  /** An array that is written and is among the problem's inputs is updated in place. */
  readonly forward: Parameters;
  /** `dx` is the gradient of the input `x`. What is read is dy (the gradient of what forward writes first), an input, or
   *  a result of forward. */
  readonly backward?: Parameters;
  readonly laws: readonly LawName[];
  /** Inputs in which, taken together, the result is linear (plus a constant) while the others are held. For the law
   *  'adjoint' alone, f(t·x) = t·f(x) for t ≥ 0 is enough. */
  linearIn?(s: Sizes): readonly (readonly string[])[];

  /** Draws legal problems of all sizes, small ones. fast-check is handed in, so that whoever only measures doesn't load it. */
  drafts(fc: FastCheck): Arbitrary<Draft<Sizes>>;
  /** What the numbers of drawn problems are like. Default: `ordinary`. */
  readonly kinds?: readonly Kind[];
  /** Problems with a name: the lecture's layers, and counterexamples of the past. */
  readonly named: Readonly<Record<string, Draft<Sizes>>>;
  /** Layers as they are in training, for the benchmarks. */
  readonly layers: Readonly<Record<string, Draft<Sizes>>>;

  /** How long each result of forward is that isn't updated in place. */
  outputs(given: Arrays, s: Sizes): Readonly<Record<string, number>>;
  /** Every result of forward at its element i, straight from the equation: a second reading that shares no loop with `ops`. */
  equation(given: Arrays, s: Sizes): Readonly<Record<string, (i: number) => number>>;
  /** For every result of forward, and of backward. */
  budget(evaluation: Evaluation<Sizes>): Readonly<Record<string, Budget>>;
  gradientBudget?(evaluation: Evaluation<Sizes>): Readonly<Record<string, Budget>>;
  /** Floating-point operations of one call. */
  flops(given: Readonly<Record<string, ArrayLike<number>>>, s: Sizes): { forward: number; backward: number };
}
