/** What a network makes of a picture, and why. */
import { functional as F, noGrad, type Tensor } from 'receptive';
import { imageOfPicture } from 'receptive/catalog';
import type { Normalization, Pixels } from 'receptive/data';
import { features, gradCam, layerOutputs, saliency } from 'receptive/insight';
import type { Maps, Thumbnail } from '../training/messages.js';
import type { Answer, Question } from './messages.js';
import type { Network } from './network.js';
import { type Gallery, similarTo } from './similar.js';

/** So many channels of a layer are shown, at most. */
const MOST_MAPS = 128;

export async function answer(
  { trained, backend }: Network,
  gallery: Gallery | null,
  { pixels, name: file }: { readonly pixels: Pixels; readonly name: string },
  question: Question,
): Promise<Answer> {
  const { model, images } = trained;
  const image = imageOfPicture(pixels, trained, { name: file });
  using x = backend.tensor(image, [1, ...images.shape]);
  const { scores, layers } = layerOutputs(model, x);
  const probabilities = [...(await valuesOf(noGrad(() => F.softmax(scores, 1))))];
  const label = question.label ?? probabilities.indexOf(Math.max(...probabilities));
  const { name, output } = layers[question.layer];
  const maps = { layer: name, shape: output.shape.slice(1), values: await valuesOf(output) };
  for (const { output } of layers) output.release();
  scores.release();
  return {
    image: thumbnailOf(image, images.shape, images.normalize),
    probabilities,
    maps: shown(maps),
    label,
    saliency: strongest(await valuesOf(saliency(model, x, label)), images.shape),
    gradCam: question.mapped === null ? null : await mapOf(question.mapped),
    similar: gallery && (await similarTo(gallery, await valuesOf(features(model, x)), images)),
  };

  async function mapOf(layer: string): Promise<Maps> {
    const { map } = gradCam(model, x, label, { layer });
    return { layer, shape: map.shape.slice(1), values: await valuesOf(map) };
  }
}

/** The values of a tensor that isn't needed any more. */
async function valuesOf(tensor: Tensor): Promise<Float32Array> {
  const values = (await tensor.data()) as Float32Array;
  tensor.release();
  return values;
}

function shown({ layer, shape, values }: Maps): Maps {
  if (shape.length < 3 || shape[0] <= MOST_MAPS) return { layer, shape, values };
  const [C, H, W] = [MOST_MAPS, shape[1], shape[2]];
  return { layer, shape: [C, H, W], values: values.slice(0, C * H * W) };
}

/** Of each pixel the channel that is farthest from 0. */
function strongest(gradient: Float32Array, [C, H, W]: readonly number[]): Maps {
  const values = gradient.slice(0, H * W);
  for (let c = 1; c < C; c++) {
    for (let i = 0; i < H * W; i++) {
      const value = gradient[c * H * W + i];
      if (Math.abs(value) > Math.abs(values[i])) values[i] = value;
    }
  }
  return { layer: '', shape: [H, W], values };
}

/** An image as the network sees it, (C, H, W), as bytes to draw. */
function thumbnailOf(
  values: Float32Array,
  [C, height, width]: readonly number[],
  { mean, std }: Normalization,
): Thumbnail {
  const data = new Uint8ClampedArray(values.length);
  values.forEach((value, i) => {
    const [c, pixel] = [Math.floor(i / (height * width)), i % (height * width)];
    data[pixel * C + c] = 255 * (value * std[c] + mean[c]);
  });
  return { width, height, channels: C as 1 | 3, data };
}
