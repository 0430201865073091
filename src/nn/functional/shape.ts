import { catSizes } from '../../ops/cat.js';
import { requireOptions } from '../../ops/options.js';
import { type PadOptions, padSizes } from '../../ops/pad.js';
import { apply, requireTensor, type Tensor } from '../../tensor/tensor.js';

/** Joins tensors along `dim`, default 0. See `ops/cat.ts`. Throws a ShapeError if their shapes differ in another dimension. */
export function cat(list: readonly Tensor[], dim = 0): Tensor {
  if (!Array.isArray(list)) throw new TypeError('cat: takes an array of tensors');
  const tensors = [...list]; // the graph keeps them; the caller may change the list
  for (const x of tensors) requireTensor('cat', 'each item', x);
  const { shape, places } = catSizes(
    tensors.map((x) => x.shape),
    dim,
  );
  return apply({
    name: 'cat',
    inputs: tensors,
    shape,
    forward: (k, y) => {
      tensors.forEach((x, i) => {
        k.cat.forward(y, x.buffer, places[i]);
      });
    },
    backward: (k, dy, gradients) => {
      gradients.forEach((dx, i) => {
        if (dx) k.cat.backward(dx, dy, places[i]);
      });
    },
  });
}

/** Puts a border of `[left, right]` or `[left, right, top, bottom]` pixels around x (…, H, W). In mode 'constant', a negative
 *  number cuts pixels away. See `ops/pad.ts`. Throws a ShapeError where nothing is left, or the image is too small for the mode. */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  requireTensor('pad', 'x', x);
  requireOptions('pad', options, { mode: true, value: true });
  const s = padSizes(x.shape, padding, options);
  return apply({
    name: 'pad',
    inputs: [x],
    shape: [...x.shape.slice(0, -2), ...(x.shape.length > 1 ? [s.H_out] : []), s.W_out],
    forward: (k, y) => k.pad.forward(y, x.buffer, s),
    backward: (k, dy, [dx]) => k.pad.backward(dx!, dy, s),
  });
}
