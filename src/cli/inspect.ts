/** `receptive eval` and `summary`: looking at what was trained, and at what could be. */
import { createNetwork, loadImages, networkNamed, PICTURE_FOLDER, testLoader } from '../catalog/index.js';
import { percent } from '../experiments/index.js';
import { formatSummary, summary } from '../nn/index.js';
import { evaluate } from '../training/index.js';
import { openBackend } from './backend.js';
import { confusionTable } from './charts.js';
import {
  checkFlags,
  checkVariantFlags,
  computeFlags,
  dataFlags,
  summaryFlags,
  type Typed,
  variantFlags,
  workersFlag,
} from './flags.js';
import { folderOf, reading } from './folder.js';
import { TestProgress } from './progress.js';
import { UsageError } from './usageError.js';
import { openNetwork } from './weights.js';

/** Loss, accuracy and confusion matrix of saved weights on the test set. */
export async function evaluateCheckpoint(typed: Typed): Promise<number> {
  const { model, options, images } = await openNetwork(typed);
  const backend = await openBackend(checkFlags(computeFlags, typed));
  const { workers } = checkFlags(workersFlag, typed);
  const asked = checkFlags({ dataDir: dataFlags.dataDir, testLimit: dataFlags.testLimit }, typed);
  const choice = {
    ...options,
    dataDir: asked.dataDir ?? options.dataDir,
    testLimit: asked.testLimit ?? options.testLimit,
  };
  const { prepare } = images;
  // Weights from elsewhere name no classes: the folder's stand for them in their order, as torchvision has it.
  const areNamed = typed.model === undefined || typed.classes !== undefined || options.data !== PICTURE_FOLDER;
  const classes = areNamed ? images.classes : undefined;
  const test = await loadImages(choice, folderOf(choice), { train: false, classes, prepare, ...reading(workers) });
  if (test.classes && test.classes.length !== images.classes.length) {
    throw new UsageError(
      `${choice.dataDir} has ${test.classes.length} classes, but the weights are for ${images.classes.length}: name these with --classes`,
    );
  }
  const loader = testLoader(model, test, backend);
  const progress = new TestProgress(test.length);
  const { loss, accuracy, confusion, count } = await evaluate(model.to(backend), loader, {
    onBatch: (tested) => progress.tested(tested),
  });
  progress.stop();
  console.log(`${confusionTable(confusion, test.classes ?? [], process.stdout.columns)}\n`);
  console.log(
    `${options.model} on '${backend.name}': test loss ${loss.toFixed(4)}, test accuracy ${percent(accuracy)} ` +
      `on ${count.toLocaleString('en-US')} test images of ${options.data}`,
  );
  await backend.close();
  return 0;
}

/** A network's layers, with the shape that each gives for one image, its parameters, its multiply-adds, and its memory. */
export function summarize(name: string, typed: Typed): number {
  const network = networkNamed(name);
  const {
    channels = network.images[0],
    imageSize = network.images[1],
    numClasses = network.numClasses,
  } = checkFlags(summaryFlags, typed);
  const choice = { ...checkFlags(variantFlags, typed), model: name };
  checkVariantFlags(choice);
  const images = [channels, imageSize, imageSize];
  console.log(formatSummary(summary(createNetwork(choice, images, numClasses), [1, ...images])));
  return 0;
}
