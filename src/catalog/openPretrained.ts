import { type Pixels, transforms } from '../data/index.js';
import { inColours } from '../data/pictures.js';
import { FormatError } from '../formats/index.js';
import { defaultGenerator, Generator } from '../tensor/random.js';
import type { Classifier } from '../training/index.js';
import { type Images, imagesOf, PICTURE_FOLDER } from './images.js';
import { createNetwork, type Network, type NetworkChoice, networkNamed } from './networks.js';
import type { TrainedNetwork } from './openCheckpoint.js';
import { classesOf, isCheckpoint, loadWeights, weightsOf } from './pretrained.js';
import { checkOptions, runOptions } from './runOptions.js';

/** The variants are those of preactResnet; default: the paper's. */
export interface PretrainedChoice extends Partial<Omit<NetworkChoice, 'model'>> {
  readonly model: string;
  /** Whose images it was trained on. Default: `folder`, photographs prepared as ImageNet's, for networks that are made for those. */
  readonly data?: string;
  /** Sides of the images in pixels. Default: those that the network was made for. */
  readonly imageSize?: number;
  /** Names of the labels. Default: their numbers, or the data set's. */
  readonly classes?: readonly string[];
}

/**
 * A network with weights from elsewhere, from the bytes of a safetensors file, or of a state dict that torch.save wrote, with torchvision's keys: `model` says which it is, and the
 * weights for how many classes. Throws a FormatError of one line if the file is damaged, or of another network. The generator stays as it
 * was.
 */
export async function openPretrained(
  bytes: Uint8Array,
  choice: PretrainedChoice,
  name = 'weights',
): Promise<TrainedNetwork> {
  const network = networkNamed(choice.model);
  if (isCheckpoint(bytes, name)) {
    throw new FormatError(`${name}: this is the checkpoint of a run, which says its model itself: leave the model out`);
  }
  const weights = await weightsOf(bytes, name);
  const generator = defaultGenerator.getState();
  try {
    const options = checkOptions(runOptions, { ...choice, data: choice.data ?? dataFor(network) });
    const { shape, normalize, classes: known } = imagesOf(options);
    const make = (classes: number): Classifier => createNetwork(options, shape, classes);
    let model = make(network.numClasses);
    const count = classesOf(weights, model, network.numClasses, name);
    if (count !== network.numClasses) model = make(count);
    loadWeights(model, weights, count, name);
    const classes =
      choice.classes ?? (known.length === count ? known : Array.from({ length: count }, (_, i) => `${i}`));
    if (classes.length !== count) {
      throw new FormatError(`${name}: the weights are for ${count} classes, but there are ${classes.length} names`);
    }
    const prepare = options.data === PICTURE_FOLDER ? transforms.imagenetPreparation(shape[1]) : undefined;
    const position = { epoch: 0, stepInEpoch: 0, step: 0 };
    return { model, options, images: { shape, normalize, classes, prepare }, epochs: [], position };
  } finally {
    defaultGenerator.setState(generator);
  }
}

function dataFor({ images: [C, H] }: Network): string {
  if (H > 32) return PICTURE_FOLDER;
  return C === 1 ? 'mnist' : 'cifar10';
}

/** A picture as such a network sees it, (C, H, W) with C = 3: `images.prepare`, ToTensor, Normalize. */
export function preparedImage(picture: Pixels, { prepare, normalize }: Images): Float32Array {
  const cut = prepare ? prepare.apply(inColours(picture, 3), new Generator()) : picture;
  const { functional } = transforms;
  return functional.normalize(functional.toTensor(cut as Pixels), normalize.mean, normalize.std).data;
}
