import { imageFromPicture, type Pixels } from '../data/index.js';
import { PICTURE_FOLDER } from './images.js';
import type { TrainedNetwork } from './openCheckpoint.js';
import { preparedImage } from './openPretrained.js';

export interface PictureOptions {
  /** What messages call the picture. Default 'picture'. */
  readonly name?: string;
  /** Only resize it: don't make it what the data set's images are. Default false. */
  readonly asIs?: boolean;
}

/**
 * A picture from elsewhere, such as `decodeImage` gives, as a network was trained to see its images: (C, H, W), normalised. For a network
 * that was trained on MNIST it is prepared as `prepareDigit` has it. Throws a FormatError where there is no digit then.
 */
export function imageOfPicture(
  picture: Pixels,
  { options: { data }, images }: Pick<TrainedNetwork, 'options' | 'images'>,
  options: PictureOptions = {},
): Float32Array {
  const { name = 'picture', asIs = false } = options;
  const { shape, normalize } = images;
  const [C, height, width] = shape;
  const adopt = asIs ? undefined : images.adopt;
  const adopted = adopt ? adopt(picture, { name }) : picture;
  if (images.prepare) return preparedImage(adopted, images);
  const fit = data === PICTURE_FOLDER ? 'crop' : 'stretch';
  const invert = C === 1 && data !== PICTURE_FOLDER && !adopt && 'auto';
  return imageFromPicture(adopted, { channels: C as 1 | 3, height, width, fit, invert, normalize });
}
