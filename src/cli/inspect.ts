/** `receptive eval`, `predict` and `summary`: looking at what was trained. */
import { DataLoader, imageFromPng } from '../data/index.js';
import * as F from '../nn/functional/index.js';
import { formatSummary, summary } from '../nn/index.js';
import { createBackend } from '../node/backends.js';
import { readFile } from '../node/files.js';
import { loadCheckpoint } from '../node/folderStore.js';
import { noGrad } from '../tensor/gradMode.js';
import { type Classifier, evaluate, scoresOf } from '../training/evaluate.js';
import { confusionTable, drawImage, percent } from './charts.js';
import { imagesOf, loadData, testBatchSize } from './datasets.js';
import { networkNamed } from './networks.js';
import {
  checkOptions,
  makeModel,
  type RunOptions,
  runOptions,
  startOptions,
  summaryOptions,
  weightsOptions,
} from './options.js';
import { UsageError } from './usageError.js';

type Flags = Readonly<Record<string, unknown>>;

/** Loss, accuracy and confusion matrix of saved weights on the test set. */
export async function evaluateCheckpoint(flags: Flags): Promise<number> {
  const { model, options } = await loadModel(flags);
  const { backend: name, threads } = checkOptions(startOptions, flags);
  const backend = await createBackend(name, { threads });
  const dataDir = checkOptions(runOptions, flags).dataDir ?? options.dataDir;
  const test = await loadData({ ...options, dataDir }, false, options.testLimit);
  const loader = new DataLoader(test, { batchSize: testBatchSize(model, test), backend });
  const { loss, accuracy, confusion } = await evaluate(model.to(backend), loader);
  console.log(`${confusionTable(confusion, test.classes ?? [])}\n`);
  console.log(
    `${options.model} on '${backend.name}': test loss ${loss.toFixed(4)}, test accuracy ${percent(accuracy)}`,
  );
  await backend.close();
  return 0;
}

/** What a picture shows: drawn as the network sees it, with the three likeliest answers. */
export async function predict(file: string, flags: Flags): Promise<number> {
  const { model, options } = await loadModel(flags);
  const { shape, normalize, classes } = imagesOf(options);
  const [C, H, W] = shape;
  const { backend: name, threads } = checkOptions(startOptions, flags);
  const backend = await createBackend(name, { threads });
  const image = await imageFromPng(await readFile(file), file, {
    channels: C as 1 | 3,
    height: H,
    width: W,
    invert: C === 1 && 'auto',
    normalize,
  });
  model.to(backend).eval();
  const probabilities = noGrad(() => F.softmax(scoresOf(model.forward(backend.tensor(image, [1, ...shape]))), 1));
  const ranked = Array.from(await probabilities.data(), (p, label) => ({ p, label })).sort((a, b) => b.p - a.p);
  console.log(`${drawImage(image, H, W)}\n`);
  for (const { p, label } of ranked.slice(0, 3)) {
    console.log(`${classes[label]}  ${percent(p).padStart(8)}  ${'█'.repeat(Math.round(40 * p))}`);
  }
  console.log(`\n${file} shows: ${classes[ranked[0].label]}`);
  await backend.close();
  return 0;
}

/** A network's layers, with the shape that each gives for one image, its parameters, its multiply-adds, and its memory. */
export function summarize(name: string, flags: Flags): number {
  const network = networkNamed(name);
  const {
    channels = network.images[0],
    imageSize = network.images[1],
    numClasses = network.numClasses,
    ...variant
  } = checkOptions(summaryOptions, flags);
  const isAsMade =
    channels === network.images[0] && imageSize === network.images[1] && numClasses === network.numClasses;
  if (network.smallest === null && !isAsMade) {
    throw new UsageError(
      `${name} takes images of ${network.images.join('x')} and gives ${network.numClasses} scores, and no others`,
    );
  }
  const model = makeModel({ ...variant, model: name }, channels, numClasses);
  console.log(formatSummary(summary(model, [1, channels, imageSize, imageSize])));
  return 0;
}

async function loadModel(flags: Flags): Promise<{ model: Classifier; options: RunOptions }> {
  const checkpoint = await loadCheckpoint(checkOptions(weightsOptions, flags).weights);
  const options = checkOptions(runOptions, checkpoint.about);
  const model = makeModel(options, imagesOf(options).shape[0], 10);
  model.loadStateDict(checkpoint.modelState());
  return { model, options };
}
