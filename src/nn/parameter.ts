import { host } from '../backends/reference/index.js';
import type { Shape } from '../ops/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { type DType, newArray, typedArray } from '../tensor/tensorBackend.js';

/** A tensor that a module learns: found by `module.parameters()`, updated by an optimizer. */
export class Parameter extends Tensor {
  constructor(values: Float32Array, shape: Shape) {
    super(Storage.of(host, 'float32', values), shape, true);
  }
}

/** A tensor that a module keeps but doesn't learn, such as a running mean: found by `module.buffers()`. */
export class Buffer extends Tensor {
  constructor(shape: Shape, fill: number, dtype: DType = 'float32') {
    const length = shape.reduce((product, size) => product * size, 1);
    super(Storage.of(host, dtype, typedArray(dtype, newArray(dtype, length).fill(fill))), shape);
    this.retain();
  }
}
