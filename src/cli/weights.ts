import { openCheckpoint, openPretrained, parseClassNames, type TrainedNetwork } from '../catalog/index.js';
import { metadata } from '../exchange/safetensors.js';
import { isTorchFile } from '../formats/index.js';
import { readFile } from '../node/files.js';
import { checkFlags, checkVariantFlags, flagName, type Typed, weightsFlags } from './flags.js';
import { UsageError } from './usageError.js';

/** The network of --weights: a run's, or with --model one from elsewhere. */
export async function openNetwork(typed: Typed): Promise<TrainedNetwork> {
  const { weights, model, imageSize, data, classes: file, ...variant } = checkFlags(weightsFlags, typed);
  const bytes = await readFile(weights);
  if (model !== undefined) {
    const classes =
      file === undefined ? undefined : parseClassNames(new TextDecoder().decode(await readFile(file)), file);
    checkVariantFlags({ model, ...variant });
    return openPretrained(bytes, { model, data, imageSize, classes, ...variant }, weights);
  }
  for (const [key, value] of Object.entries({ imageSize, data, classes: file, ...variant })) {
    if (value != null) throw new UsageError(`${flagName(key)} needs --model: a run's checkpoint says it itself`);
  }
  if (isTorchFile(bytes) || (weights.endsWith('.safetensors') && isPlain(bytes, weights))) {
    throw new UsageError(`${weights} has weights alone, and no run: say with --model which network they are of`);
  }
  return openCheckpoint(bytes, weights);
}

/** Whether it is a sound file without a run in it. What is wrong with another is said where it is opened. */
function isPlain(bytes: Uint8Array, name: string): boolean {
  try {
    const texts = metadata(bytes, name);
    return texts.state === undefined && texts.sha256 === undefined;
  } catch {
    return false;
  }
}
