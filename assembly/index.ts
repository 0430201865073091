/** The WASM kernels: one file for each operation of `src/ops`. */
export { adagradForward } from './adagrad';
export { adamForward } from './adam';
export { adaptiveAvgPool2dBackward, adaptiveAvgPool2dForward } from './adaptiveAvgPool2d';
export { addForward } from './add';
export { avgPool2dBackward, avgPool2dForward } from './avgPool2d';
export { batchNorm2dBackward, batchNorm2dForward } from './batchNorm2d';
export { catBackward, catForward } from './cat';
export {
  conv2dBiasGradient,
  conv2dForward,
  conv2dPackWeights,
  conv2dPad,
  conv2dScatteredInputGradient,
  conv2dUnpackWeights,
  conv2dWeightGradient,
} from './conv2d';
export { conv2dWeightGradientAgain } from './conv2dNotFinite';
export { crossEntropyBackward, crossEntropyForward } from './crossEntropy';
export { depthwiseForward, depthwiseWeightGradient } from './depthwise';
export { depthwise3x3Forward, depthwise3x3WeightGradient } from './depthwise3x3';
export { divForward } from './div';
export { dropoutForward } from './dropout';
export { clipGradForward, gradNormForward, gradNormSum } from './gradNorm';
export { linearBiasGradient } from './linear';
export {
  localResponseNormBackwardDirect,
  localResponseNormBackwardThrough,
  localResponseNormForward,
} from './localResponseNorm';
export { logSoftmaxBackward, logSoftmaxForward } from './logSoftmax';
export { matmulPack, matmulProduct } from './matmul';
export { maxPool2dBackward, maxPool2dForward } from './maxPool2d';
export { mseLossBackward, mseLossForward, mseLossSum } from './mseLoss';
export { mulForward } from './mul';
export { nllLossBackward, nllLossForward, reduceLoss, targetWeights } from './nllLoss';
export { padBackward, padForward } from './pad';
export { peak, peakCopy } from './peak';
export { reluBackward, reluForward } from './relu';
export { rmspropForward } from './rmsprop';
export { sgdForward } from './sgd';
export { sigmoidBackward, sigmoidForward } from './sigmoid';
export { softmaxBackward, softmaxForward } from './softmax';
export { subForward } from './sub';
export { copy, sumBackward, sumOfAll, sumOfColumns, sumOfRows } from './sum';
export { tanhBackward, tanhForward } from './tanh';
export { addPartials } from './total';
export { winogradInputGradient, winogradUnpackWeightGradient, winogradWeightGradient } from './winograd/backward';
export { winogradForward, winogradTransformWeights } from './winograd/forward';

/** Where the constants of the kernels end: memory from here on is the engine's to hand out. */
export function heapBase(): usize {
  return __heap_base;
}
