import type { RemovableHandle } from '../nn/index.js';
import type { AnyModule } from '../nn/module.js';
import { magnitude } from './layerGradients.js';
import { probeLayers } from './probes.js';

/**
 * How large the gradient is that comes to the output of each module: its norm √(Σ dy²), over all numbers of all images. `run` does a
 * forward pass through the modules, and the backward pass. Of a module that isn't called, or that no gradient comes to, it is 0; of one that
 * is called several times, all calls count.
 *
 * @example
 * const norms = await gradientNorms(blocks, () => F.crossEntropy(model.forward(x), labels).backward());
 */
export async function gradientNorms(modules: readonly AnyModule[], run: () => void): Promise<number[]> {
  const hooks: RemovableHandle[] = [];
  const calls = probeLayers(
    modules.map((module, i) => [`${i}`, module]),
    hooks,
  );
  try {
    try {
      run();
    } finally {
      for (const hook of hooks) hook.remove();
    }
    const squares = modules.map(() => 0);
    for (const { name, probe } of calls) {
      if (probe.grad) squares[Number(name)] += magnitude(await probe.grad.data()).norm ** 2;
    }
    return squares.map(Math.sqrt);
  } finally {
    for (const { probe } of calls) {
      probe.grad?.release();
      probe.release();
    }
  }
}
