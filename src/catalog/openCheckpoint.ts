import { FormatError } from '../formats/index.js';
import { defaultGenerator } from '../tensor/random.js';
import { Checkpoint, type Classifier, type EpochRecord } from '../training/index.js';
import { type Images, imagesOf, PICTURE_FOLDER } from './images.js';
import { createNetwork } from './networks.js';
import { checkOptions, type RunOptions, runOptions } from './runOptions.js';

/** What a run left: the network as it had learned it, and what is needed to show it images. */
export interface TrainedNetwork {
  /** With its weights, on no backend yet: `model.to(backend)`. */
  readonly model: Classifier;
  /** What the run was made of. */
  readonly options: RunOptions;
  /** The images that it takes, with the normalisation and the classes that it was trained with. */
  readonly images: Images;
  /** The epochs that it had finished, with their losses and accuracies. */
  readonly epochs: readonly EpochRecord[];
  /** Where the run was: epochs finished, steps taken in the one under way, steps in all. */
  readonly position: { readonly epoch: number; readonly stepInEpoch: number; readonly step: number };
}

/**
 * The network that `receptive train` saved, from the bytes of `last.safetensors` or `best.safetensors`; the same in Node and in a
 * browser. `name` is what messages call the file. Throws a FormatError of one line if it is damaged, or isn't the checkpoint of a
 * run. The generator stays as it was.
 */
export async function openCheckpoint(bytes: Uint8Array, name = 'checkpoint'): Promise<TrainedNetwork> {
  const checkpoint = await Checkpoint.decode(bytes, name);
  const options = runOptionsOf(checkpoint, name);
  const generator = defaultGenerator.getState();
  try {
    const images = imagesOf(options, classesIn(checkpoint, options, name));
    const model = createNetwork(options, images.shape, images.classes.length);
    model.loadStateDict(checkpoint.modelState());
    return { model, options, images, epochs: checkpoint.epochs, position: checkpoint.position };
  } catch (error) {
    throw new FormatError(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    defaultGenerator.setState(generator);
  }
}

/** The names of a folder's classes, which a run keeps. Of other data they are known. */
function classesIn({ about }: Checkpoint, { data }: RunOptions, name: string): readonly string[] | undefined {
  if (data !== PICTURE_FOLDER) return undefined;
  const { classes } = about;
  if (Array.isArray(classes) && classes.every((one) => typeof one === 'string')) return classes;
  throw new FormatError(`${name}: this checkpoint doesn't say which classes its folder of pictures has`);
}

/** What the run was made of that saved this checkpoint. Throws a FormatError if it doesn't say, or if it says something that this
 *  version doesn't know. */
export function runOptionsOf({ about }: Checkpoint, name = 'checkpoint'): RunOptions {
  if (!('model' in about)) {
    throw new FormatError(`${name}: this checkpoint doesn't say which network of the catalog it is of`);
  }
  try {
    return checkOptions(runOptions, about);
  } catch (error) {
    throw new FormatError(`${name}: its run's ${(error as Error).message}`, { cause: error });
  }
}
