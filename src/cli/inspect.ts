/** `receptive eval`, `predict` and `summary`: looking at what was trained. */
import { createNetwork, loadImages, networkNamed, preparedImage, testLoader } from '../catalog/index.js';
import { decodeImage, imageFromPng } from '../data/index.js';
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
  summaryFlags,
  type Typed,
  variantFlags,
  workersFlag,
} from './flags.js';
import { folderOf, reading } from './folder.js';
import { TestProgress } from './progress.js';
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
  const { classes, prepare } = images;
  const test = await loadImages(choice, folderOf(choice), { train: false, classes, prepare, ...reading(workers) });
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

/** What a picture shows: drawn as the network sees it, with the three likeliest answers. */
export async function predict(file: string, typed: Typed): Promise<number> {
  const { model, images } = await openNetwork(typed);
  const { shape, normalize, classes } = images;
  const [C, H, W] = shape;
  const backend = await openBackend(checkFlags(computeFlags, typed));
  const bytes = await readFile(file);
  const image = images.prepare
    ? preparedImage(await decodeImage(bytes, file), images)
    : await imageFromPng(bytes, file, {
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
