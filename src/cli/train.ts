/** `receptive train`. */
import { join } from 'node:path';
import {
  agrees,
  checkOptions,
  checkRecipe,
  completeRecipe,
  createNetwork,
  createRecipe,
  imagesOf,
  loadImages,
  loadWeights,
  type RunOptions,
  runOptions,
  runOptionsOf,
  testLoader,
  trainingLoader,
  weightsOf,
} from '../catalog/index.js';
import { percent } from '../experiments/index.js';
import { readFile } from '../node/files.js';
import { FolderStore } from '../node/folderStore.js';
import { openLog } from '../node/log.js';
import { manualSeed } from '../tensor/random.js';
import { type Checkpoint, type Classifier, evaluate, fit } from '../training/index.js';
import { openBackend } from './backend.js';
import { confusionTable, duration, sparkline } from './charts.js';
import { withConfig, writeConfig } from './config.js';
import {
  CHECKPOINT_EVERY,
  checkFlags,
  checkVariantFlags,
  flagName,
  offName,
  startFlags,
  type Typed,
  type Values,
} from './flags.js';
import { folderOf } from './folder.js';
import { INTERRUPTED, listenForInterruption } from './interruption.js';
import { TrainingProgress } from './progress.js';
import { UsageError } from './usageError.js';

/** Trains, and returns the exit code. */
export async function train(name: string, given: Typed): Promise<number> {
  const flags = await withConfig(given);
  const start = checkFlags(startFlags, flags);
  const typed = name === 'mnist' ? flags : { ...flags, model: given.model ?? name };
  const wanted = checkOptions(runOptions, typed, flagName);
  checkVariantFlags(wanted);
  checkRecipe(wanted, start.epochs, flagName);
  const store = new FolderStore(start.out ?? join('runs', name));
  const checkpoint = start.resume ? await store.load('last') : null;
  const asked = checkpoint ? savedOptions(checkpoint, store.path('last'), wanted, typed) : wanted;

  // The order of what draws from the generator is PyTorch's: the weights, then each pass over the data.
  manualSeed(asked.seed);
  const backend = await openBackend(start);
  const { shape, classes } = imagesOf(asked);
  const model = createNetwork(asked, shape, classes.length).to(backend);
  const begins = checkpoint ? null : await beginWith(model, asked, classes.length);
  const folder = folderOf(asked);
  const training = await loadImages(asked, folder, { train: true });
  const test = await loadImages(asked, folder, { train: false });
  const { batchSize } = asked;
  const loader = trainingLoader(model, training, batchSize, backend);
  const length = { epochs: start.epochs, stepsPerEpoch: loader.length };
  const options = completeRecipe(asked, length, flagName);
  const { optimizer, fit: recipe } = createRecipe(model.parameters(), options, length);
  const validation = testLoader(model, test, backend);
  await store.prepare();
  const log = await openLog(start.log ?? join(store.folder, 'log.jsonl'), checkpoint?.position.step);
  if (!checkpoint) await store.setAside();
  await writeConfig(store.folder, options, start.epochs);

  const parameters = model.parameters().reduce((sum, parameter) => sum + parameter.numel, 0);
  console.log(
    `${options.model} (${parameters.toLocaleString('en-US')} parameters) on '${backend.name}': ` +
      `${training.length.toLocaleString('en-US')} images ${training.shape.join('x')} of ${options.data}, batch ${batchSize}, seed ${options.seed}`,
  );
  if (checkpoint) {
    const { epoch, stepInEpoch } = checkpoint.position;
    console.log(`resumed after step ${stepInEpoch} of epoch ${epoch + 1}`);
  }

  if (begins) console.log(begins);

  const interruption = listenForInterruption('finishing the step');
  const progress = new TrainingProgress(start.epochs);
  const losses: number[] = [];
  const began = performance.now();
  try {
    const result = await fit(model, optimizer, loader, {
      epochs: start.epochs,
      ...recipe,
      validation,
      checkpoints: store,
      checkpointEvery: start.checkpointEvery,
      about: { ...options },
      resume: checkpoint ?? undefined,
      signal: interruption.signal,
      async onStep(record) {
        losses.push(record.loss);
        progress.step(record);
        await log.write(record);
      },
      onDeviceLost({ message }, step) {
        progress.stop();
        console.log(`${message}; going on from step ${step} on a fresh device`);
      },
      onEpoch({ epoch, loss, accuracy, validation }) {
        progress.stop();
        console.log(
          `epoch ${epoch}: loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)}; ` +
            `test loss ${validation?.loss.toFixed(4)}, test accuracy ${percent(validation?.accuracy ?? 0)}`,
        );
      },
    });
    progress.stop();
    if (result.ended === 'interrupted') {
      console.log(`interrupted after step ${result.step}; saved ${store.path('last')}`);
      console.log(`go on with: ${resumeCommand(name, start, store)}`);
      return INTERRUPTED;
    }
    const { accuracy, confusion } = result.validation ?? (await evaluate(model, validation));
    console.log(`\n${confusionTable(confusion, test.classes ?? [])}\n`);
    if (losses.length > 0) console.log(`loss ${sparkline(losses)} ${losses.at(-1)?.toFixed(4)}`);
    console.log(`test accuracy ${percent(accuracy)} after ${duration((performance.now() - began) / 1000)}`);
    console.log(`weights: ${store.path('last')}, the best in ${store.path('best')}`);
    return 0;
  } finally {
    progress.stop();
    interruption.end();
    await log.close();
    await backend.close();
  }
}

/** Loads the weights that a new run begins with, and says what of them isn't used; null if it begins with new ones. */
async function beginWith(model: Classifier, { weights }: RunOptions, numClasses: number): Promise<string | null> {
  if (weights === null) return null;
  const anew = loadWeights(model, await weightsOf(await readFile(weights), weights), numClasses, weights);
  return `begins with ${weights}${anew.length > 0 ? `; for ${numClasses} classes, ${anew.join(', ')} begin anew` : ''}`;
}

/** The options that a run was started with. One that is typed again must be the same, but for the folder of the data, which may
 *  have moved. */
function savedOptions(checkpoint: Checkpoint, file: string, wanted: RunOptions, typed: Typed): RunOptions {
  const saved = runOptionsOf(checkpoint, file);
  for (const key of Object.keys(saved) as (keyof RunOptions)[]) {
    if (key in typed && key !== 'dataDir' && !agrees(key, wanted[key], saved[key])) {
      throw new UsageError(
        `the run to resume has ${flagName(key)} ${saved[key]}, not ${wanted[key]}: leave it out, or start a new run`,
      );
    }
  }
  return { ...saved, dataDir: wanted.dataDir ?? saved.dataDir };
}

function resumeCommand(name: string, start: Values<typeof startFlags>, store: FolderStore): string {
  const { epochs, threads, log } = start;
  const backend = start.backend === 'auto' ? undefined : start.backend;
  const checkpointEvery = start.checkpointEvery === CHECKPOINT_EVERY ? undefined : start.checkpointEvery;
  const options = { out: store.folder, epochs, backend, threads, log, checkpointEvery };
  const typed = Object.entries(options).flatMap(([key, value]) =>
    value === undefined ? [] : [flagName(key), quoted(value)],
  );
  if (!start.relaxedSimd) typed.push(offName('relaxedSimd'));
  return ['npx receptive train', name, '--resume', ...typed].join(' ');
}

/** As a shell takes it for one word. */
function quoted(value: string | number): string {
  const text = String(value);
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
