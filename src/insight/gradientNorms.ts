import type { AnyModule } from '../nn/module.js';
import { gradNormForward } from '../ops/gradNorm.js';
import { numel } from '../ops/shape.js';
import { constantTensor, Tensor } from '../tensor/tensor.js';

/**
 * How large the gradient is that comes to the output of each module: its norm √(Σ dy²), over all numbers of all images. `run` does a
 * forward pass through the modules, and the backward pass. Of a module that isn't called, or that no gradient comes to, it is 0; of one that
 * is called several times, all calls count.
 *
 * @example
 * const norms = await gradientNorms(blocks, () => F.crossEntropy(model.forward(x), labels).backward());
 */
export async function gradientNorms(modules: readonly AnyModule[], run: () => void): Promise<number[]> {
  // To every output zeros are added, as a leaf. They change nothing, and their gradient is the output's.
  const zeros: { readonly module: number; readonly leaf: Tensor }[] = [];
  const hooks = modules.map((module, i) =>
    module.registerForwardHook((_, __, output) => {
      if (!(output instanceof Tensor)) return undefined;
      const leaf = constantTensor(output, new Float64Array(numel(output.shape)), output.shape).requiresGrad_();
      zeros.push({ module: i, leaf });
      return leaf.add(output);
    }),
  );
  try {
    run();
  } finally {
    for (const hook of hooks) hook.remove();
  }
  const squares = modules.map(() => new Float64Array(1));
  for (const { module, leaf } of zeros) {
    if (leaf.grad) gradNormForward(squares[module], Float64Array.from(await leaf.grad.data()));
    leaf.grad?.release();
    leaf.release();
  }
  return squares.map(([sum]) => Math.sqrt(sum));
}
