/**
 * Trains the network that comes with the site: `node tools/siteNetwork.mjs [--small]`. In `web/public/data` it writes
 * `mnist-net.safetensors`, a checkpoint as the command's own, and `mnist-net.json`, which says what it was made of and how many test images
 * it gets right. The seed and kernels without relaxed SIMD give the same weights on every machine. What is there already stays if it was
 * made of the same. `--small` takes two seconds instead of twenty, and any network that is there: tests need one, but not the best.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBackend, evaluate, fit, manualSeed } from 'receptive';
import {
  checkOptions,
  completeRecipe,
  createNetwork,
  createRecipe,
  imagesOf,
  runOptions,
  testLoader,
  trainingLoader,
} from 'receptive/catalog';
import { mnist } from 'receptive/data';

const folder = fileURLToPath(new URL('../web/public/data', import.meta.url));
const file = (name) => join(folder, name);
const kernels = await readFile(new URL('../dist/wasm/simd-threads.wasm', import.meta.url));

/** What a network is made of. */
function recipe(epochs, limit) {
  const asked = checkOptions(runOptions, {
    model: 'mnistNet',
    optimizer: 'adam',
    scheduler: 'OneCycleLR:maxLr=0.004,every=step',
    limit,
    seed: 0,
  });
  const madeOf = createHash('sha256').update(JSON.stringify({ asked, epochs })).update(kernels).digest('hex');
  return { asked, epochs, madeOf };
}

const best = recipe(3, null);
const small = recipe(1, 12_800);
const isSmall = process.argv.includes('--small');
const present = await readFile(file('mnist-net.json'), 'utf8').then(JSON.parse, () => null);
const enough = isSmall ? [best, small] : [best];
if (!enough.some(({ madeOf }) => madeOf === present?.madeOf)) await train(isSmall ? small : best);

async function train({ asked, epochs, madeOf }) {
  console.log(`The site's network is trained: ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} …`);
  manualSeed(asked.seed);
  const backend = await createBackend('wasm', { relaxedSimd: false });
  try {
    const { shape, classes } = imagesOf(asked);
    const images = await mnist({ train: true });
    const training = asked.limit === null ? images : images.take(asked.limit);
    const model = createNetwork(asked, shape, classes.length).to(backend);
    const loader = trainingLoader(model, training, asked.batchSize, backend);
    const length = { epochs, stepsPerEpoch: loader.length };
    const options = completeRecipe(asked, length);
    const { optimizer, fit: how } = createRecipe(model.parameters(), options, length);
    let checkpoint;
    const save = async (name, bytes) => {
      if (name === 'last') checkpoint = bytes;
    };
    await fit(model, optimizer, loader, { epochs, ...how, checkpoints: { save }, about: { ...options, epochs } });
    const { accuracy, loss } = await evaluate(model, testLoader(model, await mnist({ train: false }), backend));
    await mkdir(folder, { recursive: true });
    await write('mnist-net.safetensors', checkpoint);
    // Last, so that it never speaks of a checkpoint that isn't there.
    const about = { seed: options.seed, epochs, trainingImages: training.length, accuracy, loss, options, madeOf };
    await write('mnist-net.json', `${JSON.stringify(about, null, 2)}\n`);
    console.log(`It gets ${(100 * accuracy).toFixed(2)} % of the test images right.`);
  } finally {
    await backend.close();
  }
}

/** Whole, or not at all. */
async function write(name, content) {
  const half = file(`${name}.${process.pid}.part`);
  await writeFile(half, content);
  await rename(half, file(name));
}
