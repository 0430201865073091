import { openCheckpoint, openPretrained, parseClassNames, type TrainedNetwork } from '../catalog/index.js';
import { metadata } from '../exchange/safetensors.js';
import { readFile } from '../node/files.js';
import { checkFlags, type Typed, weightsFlags } from './flags.js';
import { UsageError } from './usageError.js';

/** The network of --weights: a run's, or with --model one from elsewhere. */
export async function openNetwork(typed: Typed): Promise<TrainedNetwork> {
  const { weights, model, imageSize, data, classes: file } = checkFlags(weightsFlags, typed);
  const bytes = await readFile(weights);
  if (model !== undefined) {
    const classes =
      file === undefined ? undefined : parseClassNames(new TextDecoder().decode(await readFile(file)), file);
    return openPretrained(bytes, { model, data, imageSize, classes }, weights);
  }
  for (const [flag, value] of Object.entries({ '--image-size': imageSize, '--data': data, '--classes': file })) {
    if (value !== undefined) throw new UsageError(`${flag} needs --model: a run's checkpoint says it itself`);
  }
  if (weights.endsWith('.safetensors') && isPlain(bytes, weights)) {
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
