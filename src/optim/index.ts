/** `torch.optim`: optimizers, learning-rate schedules, gradient clipping. */
export { Adagrad, type AdagradOptions } from './adagrad.js';
export { Adam, type AdamOptions, AdamW } from './adam.js';
export { clipGradNorm, gradNorm } from './clipGradNorm.js';
export * from './lrScheduler.js';
export { Optimizer, type OptimizerState, type ParameterGroup } from './optimizer.js';
export { RMSprop, type RMSpropOptions } from './rmsprop.js';
export { SGD, type SGDOptions } from './sgd.js';
