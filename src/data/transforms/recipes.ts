/** Transforms that belong together. */
import { cifar10Normalization, type Normalization } from '../normalization.js';
import { Compose } from './compose.js';
import { CenterCrop, RandomCrop } from './crop.js';
import { RandomHorizontalFlip } from './flip.js';
import { Resize } from './resize.js';
import { Normalize, ToTensor } from './tensor.js';

/**
 * What CIFAR-10's training images go through in the ResNet paper: 4 pixels of black on each side, a random crop of 32x32, and a flip of
 * every other one. `normalize` is that of the test images; false leaves the values from 0 to 1.
 *
 * Source: He et al., "Deep residual learning for image recognition" (2015), section 4.2
 */
export function cifarAugmentation(normalize: Normalization | false = cifar10Normalization): Compose {
  const transforms = [new RandomCrop(32, { padding: 4 }), new RandomHorizontalFlip(), new ToTensor()];
  return new Compose(normalize ? [...transforms, new Normalize(normalize.mean, normalize.std)] : transforms);
}

/**
 * What ImageNet's test pictures go through: the shorter side is resized to 256 pixels, and the middle 224x224 are cut out; for another
 * `size`, in the same proportion. ToTensor and Normalize with `imagenetNormalization` come after it.
 *
 * Source: https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet18.html
 */
export function imagenetPreparation(size = 224): Compose {
  return new Compose([new Resize(Math.round((size * 256) / 224)), new CenterCrop(size)]);
}
