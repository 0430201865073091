import { catSizes } from '../../ops/cat.js';
import { requireOptions } from '../../ops/options.js';
import { type PadOptions, padSizes } from '../../ops/pad.js';
import { apply, requireTensor, type Tensor } from '../../tensor/tensor.js';

/** Joins tensors along `dim`, in which alone their shapes may differ. See `ops/cat.ts`. */
export function cat(list: readonly Tensor[], dim = 0): Tensor {
  if (!Array.isArray(list)) throw new TypeError('cat: takes an array of tensors');
  const tensors = [...list]; // the graph remembers them, whatever becomes of the caller's list
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

/** Puts a border of `[left, right]` or `[left, right, top, bottom]` pixels around x (…, H, W). See `ops/pad.ts`. */
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
