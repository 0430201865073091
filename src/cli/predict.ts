/** `receptive predict`: what pictures show. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backend } from '../backends/backend.js';
import { imageOfPicture, type TrainedNetwork } from '../catalog/index.js';
import { decodeImage } from '../data/index.js';
import { percent } from '../experiments/index.js';
import * as F from '../nn/functional/index.js';
import { readFile, writeFileAtomically } from '../node/files.js';
import { listFolder } from '../node/listFolder.js';
import { noGrad } from '../tensor/gradMode.js';
import { scoresOf } from '../training/index.js';
import { openBackend } from './backend.js';
import { drawImage } from './drawImage.js';
import { checkFlags, computeFlags, predictFlags, type Typed } from './flags.js';
import { UsageError } from './usageError.js';
import { openNetwork } from './weights.js';

/** Pictures that go through the network together. */
const BATCH = 16;

type Read = { readonly file: string; readonly image: Float32Array } | { readonly file: string; readonly error: string };

/** What is found out about a picture. */
type Prediction =
  | { readonly file: string; readonly error: string }
  | { readonly file: string; readonly class: string; readonly probabilities: Readonly<Record<string, number>> };

/** Names files and folders, of which all pictures are taken. Where one can't be read, a line says so, the others are read, and the exit
 *  code is 1. A single picture is drawn as the network sees it. */
export async function predict(paths: readonly string[], typed: Typed): Promise<number> {
  const { json, asIs } = checkFlags(predictFlags, typed);
  const compute = checkFlags(computeFlags, typed);
  const network = await openNetwork(typed);
  const files = (await Promise.all(paths.map(picturesAt))).flat();
  const backend = await openBackend(compute);
  network.model.to(backend).eval();
  const predictions: Prediction[] = [];
  const print = json === '-' ? () => {} : console.log;
  for (let from = 0; from < files.length; from += BATCH) {
    const read = await Promise.all(files.slice(from, from + BATCH).map((file) => imageOf(file, network, asIs)));
    const images = read.flatMap((one) => ('image' in one ? [one] : []));
    const probabilities = await probabilitiesOf(
      network,
      backend,
      images.map(({ image }) => image),
    );
    for (const one of read) {
      if ('error' in one) {
        console.error(`receptive: ${one.error}`);
        predictions.push(one);
        continue;
      }
      const own = probabilities[images.indexOf(one)];
      const prediction = predictionOf(one.file, own, network);
      predictions.push(prediction);
      if (files.length === 1) print(drawnText(one.image, own, network));
      print(files.length === 1 ? `\n${one.file} shows: ${prediction.class}` : lineOf(prediction));
    }
  }
  await backend.close();
  const text = `${JSON.stringify(predictions, null, 1)}\n`;
  if (json === '-') process.stdout.write(text);
  else if (json !== undefined) await writeFileAtomically(json, new TextEncoder().encode(text));
  return predictions.some((one) => 'error' in one) ? 1 : 0;
}

/** The file itself, or the pictures in the folder and below it. */
async function picturesAt(path: string): Promise<string[]> {
  if (!(await stat(path).catch(() => null))?.isDirectory()) return [path];
  const pictures = (await listFolder(path)).filter((name) => /\.(png|jpe?g|webp)$/i.test(name));
  if (pictures.length === 0)
    throw new UsageError(`${path} has no pictures: files named *.png, *.jpg, *.jpeg or *.webp`);
  return pictures.map((name) => join(path, name));
}

/** A picture as the network was trained to see it. `asIs`: it is only resized. */
async function imageOf(file: string, network: TrainedNetwork, asIs: boolean): Promise<Read> {
  try {
    const picture = await decodeImage(await readFile(file), file);
    return { file, image: imageOfPicture(picture, network, { name: file, asIs }) };
  } catch (error) {
    return { file, error: (error as Error).message };
  }
}

/** Of each image, those of all classes. */
async function probabilitiesOf(
  { model, images }: TrainedNetwork,
  backend: Backend,
  batch: readonly Float32Array[],
): Promise<Float32Array[]> {
  if (batch.length === 0) return [];
  const all = new Float32Array(batch.length * batch[0].length);
  for (let n = 0; n < batch.length; n++) all.set(batch[n], n * batch[0].length);
  const x = backend.tensor(all, [batch.length, ...images.shape]);
  const probabilities = noGrad(() => F.softmax(scoresOf(model.forward(x)), 1));
  const values = await probabilities.data();
  const classes = values.length / batch.length;
  return batch.map((_, n) => Float32Array.from(values.subarray(n * classes, (n + 1) * classes)));
}

function predictionOf(file: string, probabilities: Float32Array, { images }: TrainedNetwork) {
  const [best] = ranked(probabilities);
  const named = Array.from(probabilities, (p, label) => [images.classes[label], p] as const);
  return { file, class: images.classes[best.label], probabilities: Object.fromEntries(named) };
}

/** The image, and the three likeliest answers. */
function drawnText(image: Float32Array, probabilities: Float32Array, { images }: TrainedNetwork): string {
  const answers = ranked(probabilities).slice(0, 3);
  const names = answers.map(({ label }) => images.classes[label]);
  const width = Math.max(...names.map(({ length }) => length));
  const lines = answers.map(
    ({ p }, i) => `${names[i].padEnd(width)}  ${percent(p).padStart(8)}  ${'█'.repeat(Math.round(40 * p))}`,
  );
  return [drawImage(image, images.shape, images.normalize, process.stdout.columns), '', ...lines].join('\n');
}

function lineOf({ file, class: name, probabilities }: Extract<Prediction, { readonly class: string }>): string {
  return `${file}  ${name}  ${percent(probabilities[name])}`;
}

/** From the likeliest on. */
function ranked(probabilities: Float32Array): { readonly p: number; readonly label: number }[] {
  return Array.from(probabilities, (p, label) => ({ p, label })).sort((a, b) => b.p - a.p);
}
