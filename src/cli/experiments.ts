/** `receptive experiments`: the lecture's claims, tried on real data. */
import { rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { loadImages, PICTURE_FOLDER } from '../catalog/index.js';
import type { Dataset } from '../data/index.js';
import {
  type ExperimentSoFar,
  experimentNamed,
  percent,
  type Recipe,
  type Run,
  runExperiment,
} from '../experiments/index.js';
import { exists, readFileIfPresent, removeLeftovers, writeFileAtomically } from '../node/files.js';
import { FolderStore } from '../node/folderStore.js';
import { FolderLock } from '../node/lock.js';
import { InterruptedError, type StepRecord } from '../training/index.js';
import { openBackend } from './backend.js';
import { duration } from './charts.js';
import {
  checkFlags,
  computeFlags,
  experimentDataFlags,
  experimentOutFlags,
  experimentRecipeFlags,
  type Typed,
} from './flags.js';
import { folderOf } from './folder.js';
import { listenForInterruption } from './interruption.js';
import { TrainingProgress } from './progress.js';
import { quoted } from './quoted.js';
import { UsageError } from './usageError.js';

/** What an experiment leaves in its folder. */
const FILES = { runs: 'runs.json', figure: 'figure.svg', report: 'report.md' } as const;

/** Folder of the checkpoint of the contender under way, in the experiment's own. */
const UNFINISHED = 'unfinished';

/** JSON has no NaN, and writes null. */
const numberOrNaN = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
);
const runsFile = v.object({
  /** As they were typed. Files of 0.1 have none. */
  options: v.optional(v.record(v.string(), v.unknown()), {}),
  settings: v.string(),
  runs: v.array(
    v.object({
      label: v.string(),
      parameters: v.number(),
      multiplyAdds: v.number(),
      losses: v.array(numberOrNaN),
      trainingLoss: numberOrNaN,
      trainingAccuracy: numberOrNaN,
      testAccuracy: numberOrNaN,
      seconds: v.number(),
    }),
  ),
});
type RunsFile = v.InferOutput<typeof runsFile>;

/** Trains all contenders, and writes a picture, a table, and the numbers behind them; after each one, as far as it has come. */
export async function experiment(name: string, typed: Typed): Promise<number> {
  experimentNamed(name);
  const { out = join('experiments', name), resume, force } = checkFlags(experimentOutFlags, typed);
  if (resume && force) throw new UsageError('--resume goes on with an experiment and --force replaces it: choose one');
  const lock = new FolderLock(out);
  try {
    if (resume && (await exists(join(out, FILES.runs)))) await lock.acquire();
    const before = resume ? await readRuns(join(out, FILES.runs)) : null;
    if (before && (await exists(join(out, FILES.report)))) {
      console.log(`${join(out, FILES.report)}: the experiment is finished; --force replaces it`);
      return 0;
    }
    if (!resume && !force) await requireNew(out);
    return await run({ name, typed, out, lock, before, force });
  } finally {
    await lock.release();
  }
}

interface Begun {
  readonly name: string;
  readonly typed: Typed;
  readonly out: string;
  readonly lock: FolderLock;
  readonly before: RunsFile | null;
  readonly force: boolean;
}

/** Throws an error of one line if the folder has what an experiment leaves. */
async function requireNew(out: string): Promise<void> {
  for (const file of Object.values(FILES)) {
    if (!(await exists(join(out, file)))) continue;
    throw new UsageError(
      `${out} has a ${file} already: --resume goes on with it, --force replaces it, --out writes elsewhere`,
    );
  }
}

async function run({ name, typed, out, lock, before, force }: Begun): Promise<number> {
  const chosen = experimentNamed(name);
  const options = { ...before?.options, ...optionsIn(typed) };
  const { data, dataDir, imageSize, ...limits } = checkFlags(experimentDataFlags, options);
  const compute = checkFlags(computeFlags, typed);
  const recipe = { ...chosen.recipe, ...checkFlags(experimentRecipeFlags, options) };
  const { limit = chosen.limit, testLimit = chosen.testLimit } = limits;
  const choice = { model: chosen.imagesAs, data, imageSize, limit, testLimit };
  if (data === PICTURE_FOLDER)
    throw new UsageError(`experiments are made of the data sets; --data ${data} is for train`);
  const folder = folderOf({ data, dataDir });
  const training = await loadImages(choice, folder, { train: true });
  const test = await loadImages(choice, folder, { train: false });
  const settings = settingsText(training, test, data, recipe);
  if (before && before.settings !== settings) {
    throw new UsageError(
      `the experiment in ${out} has ${before.settings}, not ${settings}: leave the flags out, or use --force`,
    );
  }

  const store = new FolderStore(join(out, UNFINISHED));
  await store.prepare();
  await lock.acquire();
  if (!before && !force) await requireNew(out); // another one may have come and gone meanwhile
  const path = (file: keyof typeof FILES) => join(out, FILES[file]);
  await removeLeftovers([path('runs'), path('figure'), path('report')]);
  const soFar = await soFarIn(store, before);
  const writeRuns = (runs: readonly Run[]) =>
    write(
      path('runs'),
      `${JSON.stringify({ options, settings, runs } satisfies Record<keyof RunsFile, unknown>, null, 1)}\n`,
    );
  if (!before) {
    await store.clear();
    for (const file of ['report', 'figure'] as const) await rm(path(file), { force: true });
    await writeRuns([]);
  }

  let progress: TrainingProgress | null = null;
  let epoch = (soFar.checkpoint?.position.epoch ?? 0) + 1;
  const stopProgress = () => {
    progress?.stop();
  };
  const interruption = await listenForInterruption('finishing the step', (text) => {
    stopProgress();
    console.log(text);
  });
  console.log(`${chosen.title}\n\n${chosen.claim}\n\n${settings}\n`);
  if (soFar.runs.length > 0) console.log(`done before: ${soFar.runs.map(({ label }) => label).join(', ')}\n`);
  const conditions = {
    training,
    test,
    recipe,
    createBackend: () => openBackend(compute),
    checkpoints: store,
    signal: interruption.signal,
  };
  const events = {
    onStart(contender: string) {
      progress = new TrainingProgress(recipe.epochs, test.length, contender);
    },
    onStep(_: string, record: StepRecord) {
      epoch = record.epoch;
      progress?.step(record);
    },
    onValidationBatch(_: string, count: number) {
      progress?.tested(count, epoch);
    },
    async onRun(runs: readonly Run[]) {
      stopProgress();
      epoch = 1;
      const run = runs[runs.length - 1];
      console.log(
        `${run.label}: training loss ${run.trainingLoss.toFixed(4)}, test accuracy ${percent(run.testAccuracy)}, ${duration(run.seconds)}\n`,
      );
      await writeRuns(runs);
    },
  };
  try {
    const { runs, figure, conclusion } = await runExperiment(chosen, conditions, events, soFar);
    const table = tableOf(runs);
    const report = [
      `# ${chosen.title}`,
      chosen.claim,
      `![${chosen.title}](${FILES.figure})`,
      table,
      conclusion,
      `Settings: ${settings}.`,
    ];
    await write(path('figure'), figure);
    await write(path('report'), `${report.join('\n\n')}\n`);
    await store.clear();
    await rmdir(store.folder).catch(() => {}); // there may be something else in it
    console.log(`${table}\n\n${conclusion}\n\n${path('figure')}, ${path('report')}`);
    return 0;
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    stopProgress();
    console.log(`${error.message}; saved in ${out}`);
    console.log(`go on with: npx receptive experiments ${name} --resume --out ${quoted(out)}`);
    return interruption.code;
  } finally {
    stopProgress();
    await interruption.end();
  }
}

/** What was typed that makes the experiment what it is; the folder of the data as it is called from everywhere. */
function optionsIn(typed: Typed): Typed {
  const keys = Object.keys({ ...experimentDataFlags, ...experimentRecipeFlags }).filter((key) => key in typed);
  return Object.fromEntries(
    keys.map((key) => [key, key === 'dataDir' && typed[key] !== '' ? resolve(String(typed[key])) : typed[key]]),
  );
}

function settingsText(training: Dataset, test: Dataset, data: string, recipe: Recipe): string {
  return (
    `${training.length.toLocaleString('en-US')} training and ${test.length.toLocaleString('en-US')} test images of ${data}, ` +
    `${training.shape.join('x')}; ${Object.entries(recipe)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`
  );
}

/** What an experiment has written so far. Throws an error of one line if there is none, or the file is something else. */
async function readRuns(path: string): Promise<RunsFile> {
  const bytes = await readFileIfPresent(path);
  if (!bytes) throw new UsageError(`${path}: there is no such experiment to resume`);
  try {
    return v.parse(runsFile, JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new Error(`${path} isn't what an experiment wrote: ${(error as Error).message}`, { cause: error });
  }
}

async function soFarIn(store: FolderStore, before: RunsFile | null): Promise<ExperimentSoFar> {
  if (!before) return { runs: [], checkpoint: null };
  const checkpoint = (await exists(store.path('last'))) ? await store.load('last') : null;
  return { runs: before.runs, checkpoint };
}

function tableOf(runs: readonly Run[]): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const rows = [
    ['network', 'parameters', 'multiply-adds', 'training loss', 'training accuracy', 'test accuracy', 'seconds'],
    ...runs.map((run) => [
      run.label,
      count(run.parameters),
      count(run.multiplyAdds),
      run.trainingLoss.toFixed(4),
      percent(run.trainingAccuracy),
      percent(run.testAccuracy),
      run.seconds.toFixed(0),
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

function write(path: string, text: string): Promise<void> {
  return writeFileAtomically(path, new TextEncoder().encode(text));
}
