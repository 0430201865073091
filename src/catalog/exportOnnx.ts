import { host } from '../backends/reference/index.js';
import { save } from '../exchange/onnx/index.js';
import { numel } from '../ops/shape.js';
import type { TrainedNetwork } from './openCheckpoint.js';

/**
 * The bytes of an ONNX file with this network, which takes images as `input` (N, C, H, W), and gives scores as `output` (N, classes). Its
 * metadata say what one needs to use it: `network`, `classes` (JSON, a name for each score), and `mean` and `std` (JSON, a number for each
 * channel): the input is (value − mean) / std with values from 0 to 1. `about` is kept beside them, such as `{ source: 'runs/mnist' }`.
 * Throws as `onnx.save` does.
 */
export async function exportOnnx(
  { model, options, images }: TrainedNetwork,
  about: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { shape, normalize, classes } = images;
  const example = host.tensor(new Float32Array(numel(shape)), [1, ...shape]);
  const metadata = {
    network: options.model,
    data: options.data,
    classes: JSON.stringify(classes),
    mean: JSON.stringify(normalize.mean),
    std: JSON.stringify(normalize.std),
    ...about,
  };
  return save(model, example, { metadata });
}
