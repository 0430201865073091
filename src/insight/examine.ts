/** What all that looks inside a network has in common. */
import type { RemovableHandle } from '../nn/index.js';
import { kindOf } from '../nn/kind.js';
import type { AnyModule } from '../nn/module.js';
import { formatShape, ShapeError } from '../ops/shape.js';
import { constantTensor, type Tensor } from '../tensor/tensor.js';

/** Runs `look` with the model in evaluation mode and its parameters frozen, and takes its hooks off. Then the model is as before. */
export function examine<T>(model: AnyModule, look: (hooks: RemovableHandle[]) => T): T {
  const modes = model.modules().map((module) => [module, module.training] as const);
  const learning = model.parameters().filter((parameter) => parameter.requiresGrad);
  const hooks: RemovableHandle[] = [];
  try {
    model.eval();
    for (const parameter of learning) parameter.requiresGrad = false;
    return look(hooks);
  } finally {
    for (const hook of hooks) hook.remove();
    for (const parameter of learning) parameter.requiresGrad = true;
    for (const [module, training] of modes) module.training = training;
  }
}

/** A class: one for all images, or one for each. */
export type Labels = number | ArrayLike<number>;

/** The classes of all images, one for each. */
export function classesOf(operation: string, scores: Tensor, labels: Labels): Int32Array {
  const [N, C] = scores.shape;
  if (scores.shape.length !== 2) {
    throw new ShapeError(`${operation}: the scores ${formatShape(scores.shape)} must be (N, C)`);
  }
  if (typeof labels !== 'number' && labels.length !== N) {
    throw new ShapeError(`${operation}: there are ${labels.length} labels for ${N} images`);
  }
  const classes = Array.from({ length: N }, (_, n) => (typeof labels === 'number' ? labels : labels[n]));
  for (const label of classes) {
    if (!Number.isInteger(label) || label < 0 || label >= C) {
      throw new RangeError(`${operation}: ${label} is no class of ${C}, which are 0 to ${C - 1}`);
    }
  }
  return Int32Array.from(classes);
}

/** Walks back from Σ_n scores[n, label_n]. No image's score depends on another image, so each gets the gradient of its own. */
export function backwardFrom(operation: string, scores: Tensor, labels: Labels): void {
  const chosen = new Float32Array(scores.numel);
  classesOf(operation, scores, labels).forEach((label, n) => {
    chosen[n * scores.shape[1] + label] = 1;
  });
  using gradient = constantTensor(scores, chosen, scores.shape);
  scores.backward(gradient);
  scores.release();
}

/** `MnistNet has no layer 'conv3'`, with those that it has. */
export function noSuchLayer(operation: string, model: AnyModule, layer: string): RangeError {
  const names = model.namedModules().flatMap(([path]) => (path === '' ? [] : [path]));
  return new RangeError(`${operation}: ${kindOf(model)} has no layer '${layer}'; it has ${names.join(', ')}`);
}
