import * as F from '../nn/functional/index.js';
import { Conv2d } from '../nn/index.js';
import { kindOf } from '../nn/kind.js';
import type { AnyModule } from '../nn/module.js';
import { requireOptions } from '../ops/options.js';
import { formatShape, ShapeError } from '../ops/shape.js';
import { noGrad } from '../tensor/gradMode.js';
import { Tensor } from '../tensor/tensor.js';
import { type Classifier, scoresOf } from '../training/index.js';
import { backwardFrom, examine, type Labels, noSuchLayer } from './examine.js';

export interface GradCamOptions {
  /** The path of the layer whose maps are weighed; it may be a module of several layers, such as `incep2`. Default: the convolution that
   *  is called last. Of a layer that is called several times, the last call counts. */
  layer?: string;
}

export interface GradCam {
  /** The path of the layer. */
  readonly layer: string;
  /** (N, H, W) of the layer's maps, each number ≥ 0. */
  readonly map: Tensor;
}

/**
 * Where in the image a network sees a class: the maps A (N, K, H, W) of a layer, each weighed by how the score of the class grows with it
 * on average, and of their sum what speaks for the class.
 *
 *   alpha[n,k] = 1/(H·W) Σ_h Σ_w d score[n, label_n] / d A[n,k,h,w]
 *   map[n,h,w] = max(0, Σ_k alpha[n,k] · A[n,k,h,w])
 *
 * `labels` are a class for all images, or one for each. Throws a RangeError if a label is no class, or if the model has no such layer or
 * doesn't call it, and a ShapeError if the layer doesn't give maps.
 *
 * Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization" (2017),
 * https://arxiv.org/abs/1610.02391
 */
export function gradCam(model: Classifier, x: Tensor, labels: Labels, options: GradCamOptions = {}): GradCam {
  requireOptions('gradCam', options, { layer: true });
  return examine(model, (hooks) => {
    // The score is computed from copies of the outputs that begin a graph of their own: backward() ends there, and leaves its gradient.
    const maps: { readonly layer: string; readonly A: Tensor }[] = [];
    for (const [layer, module] of candidates(model, options.layer)) {
      const hook = module.registerForwardHook((_, __, output) => {
        if (!(output instanceof Tensor)) return undefined;
        const A = output.detach().requiresGrad_();
        maps.push({ layer, A });
        return A;
      });
      hooks.push(hook);
    }
    const scores = scoresOf(model.forward(x));
    const last = maps.at(-1);
    if (!last) throw new RangeError(notCalled(model, options.layer));
    const { layer, A } = last;
    if (A.shape.length !== 4) {
      throw new ShapeError(`gradCam: '${layer}' gives ${formatShape(A.shape)}, and not maps (N, K, H, W)`);
    }
    backwardFrom('gradCam', scores, labels);
    const map = noGrad(() => weighed(A, A.grad!));
    for (const { A } of maps) {
      A.grad?.release();
      A.release();
    }
    return { layer, map };
  });
}

function weighed(A: Tensor, dA: Tensor): Tensor {
  const alpha = dA.mean([2, 3], { keepdim: true });
  return F.relu(A.mul(alpha).sum(1));
}

function candidates(model: Classifier, layer: string | undefined): [string, AnyModule][] {
  if (layer === undefined) return model.namedModules().filter(([, module]) => module instanceof Conv2d);
  const named = model.namedModules().find(([path]) => path === layer && path !== '');
  if (!named) throw noSuchLayer('gradCam', model, layer);
  return [named];
}

function notCalled(model: Classifier, layer: string | undefined): string {
  return layer === undefined
    ? `gradCam: ${kindOf(model)} calls no convolution; name a layer that gives maps (N, K, H, W)`
    : `gradCam: ${kindOf(model)} doesn't call '${layer}' in evaluation`;
}
