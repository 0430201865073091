/** Weights from elsewhere: a safetensors file or a state dict of PyTorch with torchvision's keys, or the checkpoint of a run. */
import { load, metadata } from '../exchange/safetensors.js';
import { load as loadTorch } from '../exchange/torch.js';
import { FormatError, isTorchFile } from '../formats/index.js';
import { Linear } from '../nn/index.js';
import { formatShape } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { Checkpoint, type Classifier } from '../training/index.js';

/** Whether a file is the checkpoint of a run, and not weights alone. `name` is the file's, for messages. */
export function isCheckpoint(bytes: Uint8Array, name: string): boolean {
  return !isTorchFile(bytes) && metadata(bytes, name).state !== undefined;
}

/** What PyTorch's DistributedDataParallel puts in front of all keys. */
const PARALLEL = 'module.';

/** The tensors of such a file, by the keys of the network that they are of. Throws a FormatError if it is damaged. */
export async function weightsOf(bytes: Uint8Array, name: string): Promise<Record<string, Tensor>> {
  if (isCheckpoint(bytes, name)) return (await Checkpoint.decode(bytes, name)).modelState();
  const weights = Object.entries(isTorchFile(bytes) ? loadTorch(bytes, name) : load(bytes, name));
  const isParallel = weights.every(([key]) => key.startsWith(PARALLEL));
  return Object.fromEntries(weights.map(([key, tensor]) => [isParallel ? key.slice(PARALLEL.length) : key, tensor]));
}

/** Keys of the layers that give a score for each of so many classes: weight (classes, in) and bias (classes). */
function classifierKeys(model: Classifier, numClasses: number): string[] {
  return model.namedModules().flatMap(([path, module]) => {
    if (!(module instanceof Linear) || module.weight.shape[0] !== numClasses) return [];
    return module.bias ? [`${path}.weight`, `${path}.bias`] : [`${path}.weight`];
  });
}

/** How many classes the weights are for, of a network that is like `model` but for that. Throws a FormatError if they aren't of one. */
export function classesOf(
  weights: Readonly<Record<string, Tensor>>,
  model: Classifier,
  numClasses: number,
  name: string,
): number {
  const [key] = classifierKeys(model, numClasses);
  const tensor = key === undefined ? undefined : weights[key];
  if (!tensor) throw new FormatError(`${name}: the weights are of another network: they have no ${key}`);
  return tensor.shape[0];
}

/**
 * Loads them into a network for `numClasses` classes. Where they are for another number, the layers that give the scores begin anew:
 * their keys are returned. Throws a FormatError that names the keys, and changes nothing, if anything else doesn't fit.
 */
export function loadWeights(
  model: Classifier,
  weights: Readonly<Record<string, Tensor>>,
  numClasses: number,
  name: string,
): string[] {
  const own = model.stateDict();
  const begins = classifierKeys(model, numClasses).filter((key) => {
    const [here, there] = [own[key].shape, weights[key]?.shape];
    return (
      there?.length === here.length &&
      there[0] !== here[0] &&
      formatShape(there.slice(1)) === formatShape(here.slice(1))
    );
  });
  try {
    model.loadStateDict({ ...weights, ...Object.fromEntries(begins.map((key) => [key, own[key]])) });
  } catch (error) {
    throw new FormatError(`${name}: ${(error as Error).message}`, { cause: error });
  } finally {
    for (const tensor of Object.values(own)) tensor.release();
  }
  return begins;
}
