/** `receptive eval`, `predict` and `summary`: looking at what was trained. */
import { join } from 'node:path';
import { DataLoader, imageFromPng, mnistNormalization } from '../data/index.js';
import * as F from '../nn/functional/index.js';
import { formatSummary, type Module, summary } from '../nn/index.js';
import { createBackend } from '../node/backends.js';
import { readFile } from '../node/files.js';
import { loadCheckpoint } from '../node/folderStore.js';
import { noGrad } from '../tensor/gradMode.js';
import { evaluate } from '../training/evaluate.js';
import { confusionTable, drawImage, percent } from './charts.js';
import { checkOptions, makeModel, type RunOptions, runOptions, startOptions } from './options.js';
import { loadMnist } from './train.js';

type Flags = Readonly<Record<string, unknown>>;

/** Loss, accuracy and confusion matrix of saved weights on the test set. */
export async function evaluateCheckpoint(flags: Flags): Promise<number> {
  const { model, options } = await loadModel(flags);
  const { backend: name, threads } = checkOptions(startOptions, flags);
  const backend = await createBackend(name, { threads });
  const dataDir = checkOptions(runOptions, flags).dataDir ?? options.dataDir;
  const [, test] = await loadMnist(dataDir);
  const loader = new DataLoader(test, { batchSize: 1000, backend });
  const { loss, accuracy, confusion } = await evaluate(model.to(backend), loader);
  console.log(`${confusionTable(confusion, test.classes ?? [])}\n`);
  console.log(
    `${options.model} on '${backend.name}': test loss ${loss.toFixed(4)}, test accuracy ${percent(accuracy)}`,
  );
  await backend.close();
  return 0;
}

/** What digit a picture shows: drawn as the network sees it, with the three likeliest answers. */
export async function predict(file: string, flags: Flags): Promise<number> {
  const { model } = await loadModel(flags);
  const { backend: name, threads } = checkOptions(startOptions, flags);
  const backend = await createBackend(name, { threads });
  const image = await imageFromPng(await readFile(file), file, {
    channels: 1,
    height: 28,
    width: 28,
    invert: 'auto',
    normalize: mnistNormalization,
  });
  model.to(backend).eval();
  const probabilities = noGrad(() => F.softmax(model.forward(backend.tensor(image, [1, 1, 28, 28])), 1));
  const ranked = Array.from(await probabilities.data(), (p, digit) => ({ p, digit })).sort((a, b) => b.p - a.p);
  console.log(`${drawImage(image, 28, 28)}\n`);
  for (const { p, digit } of ranked.slice(0, 3)) {
    console.log(`${digit}  ${percent(p).padStart(8)}  ${'█'.repeat(Math.round(40 * p))}`);
  }
  console.log(`\n${file} shows a ${ranked[0].digit}`);
  await backend.close();
  return 0;
}

/** A network's layers, with the shape that each gives for one image, its parameters and its multiply-adds. */
export function summarize(name: string): number {
  console.log(formatSummary(summary(makeModel(name), [1, 1, 28, 28])));
  return 0;
}

async function loadModel(flags: Flags): Promise<{ model: Module; options: RunOptions }> {
  const path = typeof flags.weights === 'string' ? flags.weights : join('runs', 'mnist', 'best.safetensors');
  const checkpoint = await loadCheckpoint(path);
  const options = checkOptions(runOptions, checkpoint.about);
  const model = makeModel(options.model);
  model.loadStateDict(checkpoint.modelState());
  return { model, options };
}
