/** Every operation's case. The compiler demands one for each operation. */
import type { OperationName } from '../../ops/index.js';
import type { OperationCase } from '../case.js';
import { adam } from './adam.js';
import { adaptiveAvgPool2d } from './adaptiveAvgPool2d.js';
import { add } from './add.js';
import { avgPool2d } from './avgPool2d.js';
import { batchNorm2d } from './batchNorm2d.js';
import { cat } from './cat.js';
import { clipGrad } from './clipGrad.js';
import { conv2d } from './conv2d.js';
import { crossEntropy } from './crossEntropy.js';
import { div } from './div.js';
import { dropout } from './dropout.js';
import { gradNorm } from './gradNorm.js';
import { linear } from './linear.js';
import { localResponseNorm } from './localResponseNorm.js';
import { logSoftmax } from './logSoftmax.js';
import { matmul } from './matmul.js';
import { maxPool2d } from './maxPool2d.js';
import { mean } from './mean.js';
import { mseLoss } from './mseLoss.js';
import { mul } from './mul.js';
import { nllLoss } from './nllLoss.js';
import { pad } from './pad.js';
import { relu } from './relu.js';
import { sgd } from './sgd.js';
import { sigmoid } from './sigmoid.js';
import { softmax } from './softmax.js';
import { sub } from './sub.js';
import { sum } from './sum.js';
import { tanh } from './tanh.js';

export const cases: Readonly<Record<OperationName, OperationCase>> = {
  adam,
  adaptiveAvgPool2d,
  add,
  avgPool2d,
  batchNorm2d,
  cat,
  clipGrad,
  conv2d,
  crossEntropy,
  div,
  dropout,
  gradNorm,
  linear,
  localResponseNorm,
  logSoftmax,
  matmul,
  maxPool2d,
  mean,
  mseLoss,
  mul,
  nllLoss,
  pad,
  relu,
  sgd,
  sigmoid,
  softmax,
  sub,
  sum,
  tanh,
};
