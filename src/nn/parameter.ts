import { host } from '../backends/reference/index.js';
import { formatShape, numel, type Shape, ShapeError } from '../ops/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { type DType, newArray } from '../tensor/tensorBackend.js';
import { noteStranger } from './hidden.js';

/** A tensor that a module learns: found by `module.parameters()`, updated by an optimizer. It begins on the host. Throws a
 *  ShapeError if the values don't fill the shape. */
export class Parameter extends Tensor {
  /** Whether a module's `parameters()` or an optimizer has ever met it. */
  isKnown = false;

  constructor(values: Float32Array, shape: Shape) {
    if (values.length !== numel(shape)) {
      throw new ShapeError(`Parameter: ${values.length} values don't fill shape ${formatShape(shape)}`);
    }
    super(Storage.of(host, 'float32', values), shape, true);
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }

  override accumulateGrad(gradient: Storage): void {
    super.accumulateGrad(gradient);
    if (!this.isKnown) noteStranger(this);
  }
}

/** A tensor that a module keeps but doesn't learn, such as a running mean: found by `module.buffers()`. It begins on the host,
 *  filled with one number. */
export class Buffer extends Tensor {
  constructor(shape: Shape, fill: number, dtype: DType = 'float32') {
    super(Storage.of(host, dtype, newArray(dtype, numel(shape)).fill(fill)), shape);
    this.retain();
  }
}
