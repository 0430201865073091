/** `receptive eval`, `predict` and `summary`: looking at what was trained. */
import {
  createNetwork,
  loadImages,
  networkNamed,
  openCheckpoint,
  type TrainedNetwork,
  testLoader,
} from '../catalog/index.js';
import { imageFromPng } from '../data/index.js';
import { percent } from '../experiments/index.js';
import * as F from '../nn/functional/index.js';
import { formatSummary, summary } from '../nn/index.js';
import { readFile } from '../node/files.js';
import { noGrad } from '../tensor/gradMode.js';
import { evaluate, scoresOf } from '../training/index.js';
import { openBackend } from './backend.js';
import { confusionTable, drawImage } from './charts.js';
import {
  checkFlags,
  checkVariantFlags,
  computeFlags,
  dataFlags,
  predictFlags,
  summaryFlags,
  type Typed,
  variantFlags,
  weightsFlags,
} from './flags.js';
import { folderOf } from './folder.js';

/** Loss, accuracy and confusion matrix of saved weights on the test set. */
export async function evaluateCheckpoint(typed: Typed): Promise<number> {
  const { model, options } = await openWeights(typed);
  const backend = await openBackend(checkFlags(computeFlags, typed));
  const dataDir = checkFlags({ dataDir: dataFlags.dataDir }, typed).dataDir ?? options.dataDir;
  const test = await loadImages(options, folderOf({ ...options, dataDir }), { train: false });
  const loader = testLoader(model, test, backend);
  const { loss, accuracy, confusion } = await evaluate(model.to(backend), loader);
  console.log(`${confusionTable(confusion, test.classes ?? [])}\n`);
  console.log(
    `${options.model} on '${backend.name}': test loss ${loss.toFixed(4)}, test accuracy ${percent(accuracy)}`,
  );
  await backend.close();
  return 0;
}

/** What a picture shows: drawn as the network sees it, with the three likeliest answers. */
export async function predict(file: string, typed: Typed): Promise<number> {
  const { model, images } = await openWeights(typed);
  const { shape, normalize, classes } = images;
  const prepare = checkFlags(predictFlags, typed).asIs ? undefined : images.prepare;
  const [C, H, W] = shape;
  const backend = await openBackend(checkFlags(computeFlags, typed));
  const image = await imageFromPng(await readFile(file), file, {
    channels: C as 1 | 3,
    height: H,
    width: W,
    invert: C === 1 && !prepare && 'auto',
    prepare,
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

async function openWeights(typed: Typed): Promise<TrainedNetwork> {
  const { weights } = checkFlags(weightsFlags, typed);
  return openCheckpoint(await readFile(weights), weights);
}
