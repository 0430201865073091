/** `torch.nn.functional`: every operation as a function of tensors, recorded for backward(). */
export * from './activation.js';
export * from './convolution.js';
export * from './loss.js';
export * from './normalization.js';
export * from './pooling.js';
export * from './shape.js';
