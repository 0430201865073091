import type { RemovableHandle } from '../nn/index.js';
import { kindOf } from '../nn/kind.js';
import type { AnyModule } from '../nn/module.js';
import { constantTensor, Tensor } from '../tensor/tensor.js';

/** A call of a layer. After backward(), `probe.grad` is the gradient of the layer's output; null if nothing came back there. */
export interface ProbedCall {
  readonly name: string;
  readonly type: string;
  readonly output: Tensor;
  readonly probe: Tensor;
}

/** Adds 0 to what every layer gives, in the order of the calls. Backward() gives gradients to leaves alone; this 0 is one, and its
 *  gradient is that of the sum. */
export function probeLayers(layers: Iterable<readonly [string, AnyModule]>, hooks: RemovableHandle[]): ProbedCall[] {
  const calls: ProbedCall[] = [];
  for (const [name, layer] of layers) {
    const hook = layer.registerForwardHook((_, __, given) => {
      if (!(given instanceof Tensor)) return undefined;
      const probe = constantTensor(given, new Float32Array(given.numel), given.shape).requiresGrad_().retain();
      const output = given.add(probe);
      calls.push({ name, type: kindOf(layer), output, probe });
      return output;
    });
    hooks.push(hook);
  }
  return calls;
}
