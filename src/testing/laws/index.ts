/** Every law. A case names those that its operation keeps. */
import type { LawName } from '../case.js';
import { backward, equation, forward } from './equivalence.js';
import { gradient } from './gradient.js';
import type { Law } from './law.js';
import { adjoint, linearity } from './linear.js';
import {
  alias,
  crop,
  idempotent,
  logLikelihood,
  moments,
  notFinite,
  plainStep,
  shiftOfScores,
  split,
  sumsToOne,
} from './values.js';
import { constantImage, globalMean, kernelOfOne, maximum, shift, windows } from './windows.js';

/** The laws by name: each says what must hold of an operation, and tries it on a problem. */
export const laws: Readonly<Record<LawName, Law>> = {
  forward,
  backward,
  equation,
  gradient,
  adjoint,
  linearity,
  shift,
  windows,
  kernelOfOne,
  constantImage,
  maximum,
  globalMean,
  idempotent,
  sumsToOne,
  shiftOfScores,
  logLikelihood,
  moments,
  split,
  crop,
  alias,
  plainStep,
  notFinite,
};
