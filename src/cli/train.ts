/** `receptive train`. */
import { join, resolve } from 'node:path';
import {
  aboutPictures,
  agrees,
  checkOptions,
  checkRecipe,
  completeRecipe,
  createNetwork,
  createRecipe,
  hasSamePictures,
  imagesOf,
  loadImages,
  loadWeights,
  picturesKept,
  type RunOptions,
  runOptions,
  runOptionsOf,
  testLoader,
  trainingLoader,
  weightsOf,
} from '../catalog/index.js';
import { ImageFolder } from '../data/index.js';
import { percent } from '../experiments/index.js';
import { exists, readFile } from '../node/files.js';
import { FolderStore } from '../node/folderStore.js';
import { FolderLock } from '../node/lock.js';
import { openLog } from '../node/log.js';
import { manualSeed } from '../tensor/random.js';
import { Checkpoint, type Classifier, evaluate, fit, RankLostError } from '../training/index.js';
import { openBackend } from './backend.js';
import { confusionTable, duration, sparkline } from './charts.js';
import { withConfig, writeConfig } from './config.js';
import {
  CHECKPOINT_EVERY,
  CHECKPOINT_MINUTES,
  checkFlags,
  checkVariantFlags,
  flagName,
  offName,
  startFlags,
  type Typed,
  type Values,
} from './flags.js';
import { folderOf, reading } from './folder.js';
import { listenForInterruption } from './interruption.js';
import { TrainingProgress } from './progress.js';
import { quoted } from './quoted.js';
import { CommandRanks } from './ranks.js';
import { UsageError } from './usageError.js';

/** Trains, and returns the exit code. */
export async function train(name: string, given: Typed): Promise<number> {
  const flags = await withConfig(given);
  const start = checkFlags(startFlags, flags);
  const typed = name === 'mnist' ? flags : { ...flags, model: given.model ?? name };
  const wanted = checkOptions(runOptions, typed, flagName);
  checkVariantFlags(wanted);
  if (start.resume && start.force)
    throw new UsageError('--resume goes on with a run and --force replaces it: choose one');
  const ranks = await CommandRanks.join(start.distributed);
  return ranks.run(() => begin({ name, start, wanted, typed, ranks }));
}

interface Asked {
  readonly name: string;
  readonly start: Values<typeof startFlags>;
  readonly wanted: RunOptions;
  readonly typed: Typed;
  readonly ranks: CommandRanks;
}

async function begin({ name, start, wanted, typed, ranks }: Asked): Promise<number> {
  const store = new FolderStore(start.out ?? join('runs', name));
  const lock = new FolderLock(store.folder);
  try {
    // Before it's read: whoever has it now may be about to save. Where there is none, reading it says so.
    if (start.resume && ranks.isFirst && (await exists(store.path('last')))) await lock.acquire();
    const file = store.path('last');
    const bytes = start.resume ? await ranks.fromFirst(() => readFile(file)) : null;
    const checkpoint = bytes && (await Checkpoint.decode(bytes, file));
    const asked = absolute(wanted);
    const options = checkpoint ? savedOptions(checkpoint, file, asked, typed) : asked;
    const epochs = start.epochs ?? (checkpoint ? epochsOf(checkpoint) : 1);
    if (!checkpoint) checkRecipe(options, epochs, flagName);
    if (checkpoint && checkpoint.position.epoch >= epochs) {
      ranks.print(finishedText(name, store, checkpoint.position.epoch));
      return 0;
    }
    return await run({ name, start: { ...start, epochs }, options, store, lock, ranks, checkpoint });
  } finally {
    await lock.release();
  }
}

type Start = Values<typeof startFlags> & { readonly epochs: number };

interface Begun {
  readonly name: string;
  readonly start: Start;
  readonly options: RunOptions;
  readonly store: FolderStore;
  readonly lock: FolderLock;
  readonly ranks: CommandRanks;
  readonly checkpoint: Checkpoint | null;
}

async function run({ name, start, options: asked, store, lock, ranks, checkpoint }: Begun): Promise<number> {
  // The order of what draws from the generator is PyTorch's: the weights, then each pass over the data.
  manualSeed(asked.seed);
  const backend = await openBackend(ranks.computing(start));
  const folder = folderOf(asked);
  const training = await loadImages(asked, folder, { train: true, ...reading(start.workers) });
  const { classes = [] } = training;
  const test = await loadImages(asked, folder, { train: false, classes, ...reading(start.workers) });
  const pictures = training instanceof ImageFolder && test instanceof ImageFolder ? { training, test } : null;
  if (pictures && checkpoint) requireSamePictures(checkpoint, pictures.training);
  const model = createNetwork(asked, imagesOf(asked).shape, classes.length).to(backend);
  const begins = checkpoint ? null : await beginWith(model, asked, classes.length);
  const { batchSize } = asked;
  const loader = trainingLoader(model, training, batchSize, backend, ranks.trainingSampler(training, asked.seed));
  const length = { epochs: start.epochs, stepsPerEpoch: Math.ceil(loader.length / asked.accumulate) };
  const options = completeRecipe(asked, length, flagName);
  const { optimizer, fit: recipe } = createRecipe(model.parameters(), options, length);
  const testSampler = ranks.testSampler(test);
  const validation = testLoader(model, test, backend, testSampler);
  const saving = ranks.isFirst ? await openSaving({ start, options, store, lock, checkpoint }) : null;

  // What rank 0 tests stands for all.
  const progress = new TrainingProgress(start.epochs, testSampler?.length ?? test.length);
  const interruption = await listenForInterruption('finishing the step', (text) => {
    if (!saving) return;
    progress.stop();
    console.log(text);
  });
  const parameters = model.parameters().reduce((sum, parameter) => sum + parameter.numel, 0);
  ranks.print(
    `${options.model} (${parameters.toLocaleString('en-US')} parameters) on '${backend.name}': ` +
      `${training.length.toLocaleString('en-US')} images ${training.shape.join('x')} of ${options.data}, batch ${batchesText(options, ranks.size)}, seed ${options.seed}`,
  );
  for (const line of await ranks.describe(backend)) ranks.print(line);
  if (pictures) for (const line of aboutPictures(pictures.training, pictures.test)) ranks.print(line);
  if (saving && saving.kept.length > 0) ranks.print(`the run that was here before is kept: ${saving.kept.join(', ')}`);
  if (checkpoint) {
    const { epoch, stepInEpoch } = checkpoint.position;
    ranks.print(`resumed after step ${stepInEpoch} of epoch ${epoch + 1}`);
    if ((checkpoint.about.distributed === undefined) !== (start.distributed === undefined)) {
      const before = start.distributed ? 'without' : 'with';
      ranks.print(`the run was ${before} --distributed: from here on its images come in another order`);
    }
    if (checkpoint.ranks !== ranks.size) ranks.print(otherRanksText(checkpoint.ranks, ranks.size, options));
  }
  if (begins) ranks.print(begins);

  const losses: number[] = [];
  let epoch = (checkpoint?.position.epoch ?? 0) + 1;
  /** Why no more can be written to the log: the run is saved, and ends. */
  let logError: Error | null = null;
  const began = performance.now();
  try {
    const result = await fit(model, optimizer, loader, {
      epochs: start.epochs,
      accumulate: options.accumulate,
      processGroup: ranks.group,
      ...recipe,
      validation,
      checkpoints: store,
      checkpointEvery: start.checkpointEvery,
      checkpointMinutes: start.checkpointMinutes,
      about: {
        ...options,
        epochs: start.epochs,
        distributed: start.distributed,
        ...(pictures && picturesKept(pictures.training)),
      },
      resume: checkpoint ?? undefined,
      signal: {
        get aborted() {
          return interruption.signal.aborted || logError !== null;
        },
      },
      async onStep(record) {
        if (!saving) return;
        losses.push(record.loss);
        progress.step(record);
        if (logError) return; // a line less is a gap, but lines behind it would hide it
        await saving.log.write(record).catch((error) => {
          logError = error;
        });
      },
      onValidationBatch: (count) => saving && progress.tested(count, epoch),
      onDeviceLost({ message }, step) {
        progress.stop();
        console.log(`${message}; going on from step ${step} on a fresh device`);
      },
      onEpoch({ epoch: ended, loss, accuracy, validation }) {
        epoch = ended + 1;
        progress.stop();
        ranks.print(
          `epoch ${ended}: loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)}; ` +
            `test loss ${validation?.loss.toFixed(4)}, test accuracy ${percent(validation?.accuracy ?? 0)}`,
        );
      },
    });
    progress.stop();
    if (result.ended === 'interrupted') {
      ranks.print(`interrupted after step ${result.step}; saved ${store.path('last')}`);
      ranks.print(`go on with: ${ranks.again(resumeCommand(name, start, store))}`);
      if (logError) throw logError;
      return interruption.code;
    }
    const { accuracy, confusion } =
      result.validation ?? (await evaluate(model, validation, { processGroup: ranks.group }));
    ranks.print(`\n${confusionTable(confusion, test.classes ?? [], process.stdout.columns)}\n`);
    if (losses.length > 0) ranks.print(`loss ${sparkline(losses)} ${losses.at(-1)?.toFixed(4)}`);
    ranks.print(`test accuracy ${percent(accuracy)} after ${duration((performance.now() - began) / 1000)}`);
    ranks.print(`weights: ${store.path('last')}, the best in ${store.path('best')}`);
    ranks.print(`go on elsewhere: npx receptive export ${quoted(store.folder)} --to onnx, or --to torch DIR`);
    return 0;
  } catch (error) {
    if (error instanceof RankLostError && saving) {
      progress.stop();
      const again = `go on with: ${ranks.again(resumeCommand(name, start, store))}`;
      throw new Error(`${error.message}; saved ${store.path('last')}\n${again}`, { cause: error });
    }
    throw error;
  } finally {
    progress.stop();
    await interruption.end();
    await saving?.log.close();
    await backend.close();
  }
}

type SavingOf = Pick<Begun, 'start' | 'options' | 'store' | 'lock' | 'checkpoint'>;

/** Takes the run's folder, and begins its log. `kept` is what an earlier run has left there, under its new names. */
async function openSaving({ start, options, store, lock, checkpoint }: SavingOf) {
  await store.prepare();
  await lock.acquire();
  const log = await openLog(start.log ?? join(store.folder, 'log.jsonl'), checkpoint?.position.step, {
    overwrite: start.force,
  });
  if (start.force) await store.clear();
  const kept = checkpoint ? [] : await store.setAside();
  await writeConfig(store.folder, options, start.epochs);
  return { log, kept };
}

/** How many images a step takes, and what they are made of. */
function batchesText({ batchSize, accumulate }: RunOptions, ranks: number): string {
  const factors = [
    batchSize,
    ...(accumulate > 1 ? [`${accumulate} batches`] : []),
    ...(ranks > 1 ? [`${ranks} ranks`] : []),
  ];
  return factors.length === 1 ? String(batchSize) : `${factors.join(' x ')} = ${batchSize * accumulate * ranks}`;
}

function otherRanksText(before: number, now: number, { batchSize, accumulate }: RunOptions): string {
  const images = batchSize * accumulate;
  return (
    `the run had ${before} ${before === 1 ? 'rank' : 'ranks'} and goes on with ${now}: a step takes ${now * images} images instead of ` +
    `${before * images}, so the losses aren't those that it would have had, and schedules count other steps`
  );
}

/** Loads the weights that a new run begins with, and says what of them isn't used; null if it begins with new ones. */
async function beginWith(model: Classifier, { weights }: RunOptions, numClasses: number): Promise<string | null> {
  if (weights === null) return null;
  const anew = loadWeights(model, await weightsOf(await readFile(weights), weights), numClasses, weights);
  return `begins with ${weights}${anew.length > 0 ? `; for ${numClasses} classes, ${anew.join(', ')} begin anew` : ''}`;
}

/** A folder may have changed between two starts: then the order of a pass, and the split, would be others than they were. */
function requireSamePictures(checkpoint: Checkpoint, training: ImageFolder): void {
  if (hasSamePictures(checkpoint, training)) return;
  throw new UsageError(
    `the pictures in ${training.path} aren't those that the run to resume began with: files were added, removed or renamed`,
  );
}

/** With the paths as they are called from everywhere, so that the run can be resumed from elsewhere. */
function absolute(options: RunOptions): RunOptions {
  const whole = (path: string | null) => (path === null ? null : resolve(path));
  return { ...options, dataDir: whole(options.dataDir), weights: whole(options.weights) };
}

/** How many the run was to have. Checkpoints of 0.1 don't say; then those that were begun. */
function epochsOf({ about, position }: Checkpoint): number {
  const begun = position.epoch + (position.stepInEpoch > 0 ? 1 : 0);
  return typeof about.epochs === 'number' ? about.epochs : Math.max(1, begun);
}

function finishedText(name: string, store: FolderStore, epochs: number): string {
  const out = quoted(store.folder);
  return [
    `${store.path('last')}: the run is finished, after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
    `to train on: npx receptive train ${name} --resume --out ${out} --epochs ${epochs + 1}`,
    `to test it:  npx receptive eval --weights ${quoted(store.path('best'))}`,
  ].join('\n');
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
  return absolute({ ...saved, dataDir: wanted.dataDir ?? saved.dataDir });
}

function resumeCommand(name: string, start: Start, store: FolderStore): string {
  const { epochs, threads, log } = start;
  const { distributed } = start;
  const backend = start.backend === 'auto' ? undefined : start.backend;
  const checkpointEvery = start.checkpointEvery === CHECKPOINT_EVERY ? undefined : start.checkpointEvery;
  const checkpointMinutes = start.checkpointMinutes === CHECKPOINT_MINUTES ? undefined : start.checkpointMinutes;
  const workers = start.workers === 1 ? undefined : start.workers;
  const options = {
    out: store.folder,
    epochs,
    distributed,
    backend,
    threads,
    workers,
    log,
    checkpointEvery,
    checkpointMinutes,
  };
  const typed = Object.entries(options).flatMap(([key, value]) =>
    value === undefined ? [] : [flagName(key), quoted(value)],
  );
  if (!start.relaxedSimd) typed.push(offName('relaxedSimd'));
  return ['npx receptive train', name, '--resume', ...typed].join(' ');
}
