import { kindOf } from '../nn/kind.js';
import { namedLayers } from '../nn/layers.js';
import { noGrad } from '../tensor/gradMode.js';
import { Tensor } from '../tensor/tensor.js';
import { type Classifier, scoresOf } from '../training/index.js';
import { examine } from './examine.js';

export interface LayerOutput {
  /** The path in the network, such as `incep1.branch1x1`. */
  readonly name: string;
  /** The kind of layer, such as `Conv2d`. */
  readonly type: string;
  /** (N, …), of a convolution (N, C_out, H_out, W_out). It stays until it is released. */
  readonly output: Tensor;
}

export interface Look {
  /** (N, classes), before softmax. */
  readonly scores: Tensor;
  /** In the order of the calls; a layer that is called twice comes twice. They are those of `nn.summary`. */
  readonly layers: readonly LayerOutput[];
}

/**
 * What every layer of a network gives for images x (N, C, H, W). Layers are modules that have parameters of their own or no modules
 * below them; what `forward` computes between them, such as `F.relu`, is seen in what the next layer gives.
 *
 * @example
 * const { layers } = layerOutputs(model, x);
 * for (const { name, output } of layers) console.log(name, output.shape, await output.data());
 */
export function layerOutputs(model: Classifier, x: Tensor): Look {
  return examine(model, (hooks) =>
    noGrad(() => {
      const layers: LayerOutput[] = [];
      for (const [name, layer] of namedLayers(model)) {
        const hook = layer.registerForwardHook((_, __, output) => {
          if (output instanceof Tensor) layers.push({ name, type: kindOf(layer), output });
        });
        hooks.push(hook);
      }
      return { scores: scoresOf(model.forward(x)), layers };
    }),
  );
}
