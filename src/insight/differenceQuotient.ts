import { noGrad } from '../tensor/gradMode.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * The slope of f at one number of `x`, measured and not derived: it is what a gradient can be held against.
 *
 *   (f(x + h·e_i) − f(x − h·e_i)) / 2h
 *
 * `f` reads `x`, and gives a scalar; `x` is as before in the end. In f32, whose numbers have seven digits, hardly three of the slope's are
 * right; of float64 tensors ten or so.
 */
export async function differenceQuotient(f: () => Tensor, x: Tensor, i: number, h = 1e-5): Promise<number> {
  const before = await x.data();
  const at = async (step: number) => {
    x.copyFrom(before.map((value, j) => (j === i ? value + step : value)));
    return noGrad(f).item();
  };
  try {
    const above = await at(h);
    return (above - (await at(-h))) / (2 * h);
  } finally {
    x.copyFrom(before);
  }
}
