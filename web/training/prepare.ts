/** Makes all that a run trains with, in the order of `receptive train`: what draws from the generator draws the same. */
import { type BackendName, Checkpoint, createBackend, manualSeed } from 'receptive';
import {
  checkOptions,
  checkRecipe,
  completeRecipe,
  createNetwork,
  createRecipe,
  hasSamePictures,
  imagesOf,
  loadImages,
  picturesKept,
  runOptions,
  runOptionsOf,
  testLoader,
  trainingLoader,
} from 'receptive/catalog';
import { ImageFolder } from 'receptive/data';
import { mostThreads } from '../work/here.js';
import { folderOf } from './data.js';
import type { Loading, RunOrder } from './messages.js';

export type Prepared = Awaited<ReturnType<typeof prepare>>;

export async function prepare(order: RunOrder, site: string, tell: (loading: Loading) => void) {
  const { epochs } = order;
  const checkpoint = order.checkpoint && (await Checkpoint.decode(order.checkpoint, 'the checkpoint'));
  const asked = checkpoint
    ? { ...runOptionsOf(checkpoint, 'the checkpoint'), dataDir: null }
    : checkOptions(runOptions, order.options);
  if (!checkpoint) checkRecipe(asked, epochs);
  manualSeed(asked.seed);
  tell({ what: 'backend', done: 0, of: 1 });
  const backend = await createBackend(order.backend as BackendName, backendOptions(order));
  const folder = folderOf(asked, order.files, site, tell);
  const training = await loadImages(asked, folder, { train: true });
  const { classes = [] } = training;
  const pictures = training instanceof ImageFolder ? training : null;
  if (pictures && checkpoint && !hasSamePictures(checkpoint, pictures)) {
    throw new Error('these pictures aren’t those that the run began with: files were added, removed or renamed');
  }
  const test = await loadImages(asked, folder, { train: false, classes });
  tell({ what: 'network', done: 0, of: 1 });
  const images = imagesOf(asked, classes);
  const model = createNetwork(asked, images.shape, classes.length).to(backend);
  const loader = trainingLoader(model, training, asked.batchSize, backend);
  const length = { epochs, stepsPerEpoch: loader.length };
  const options = completeRecipe(asked, length);
  const recipe = createRecipe(model.parameters(), options, length);
  const about = { ...options, epochs, ...(pictures && picturesKept(pictures)) };
  const testBatches = testLoader(model, test, backend);
  return {
    backend,
    checkpoint,
    options,
    about,
    epochs,
    classes,
    images,
    training,
    test,
    model,
    loader,
    recipe,
    testBatches,
  };
}

/** Without isolation there is one thread, whatever was asked for. */
function backendOptions({ backend, threads, profile }: RunOrder) {
  if (backend === 'wasm') return { threads: Math.min(threads, mostThreads) };
  return backend === 'webgpu' ? { profile } : {};
}
