/** `receptive experiments`: the lecture's claims, tried on real data. */
import { join } from 'node:path';
import { loadImages } from '../catalog/index.js';
import { experimentNamed, percent, type Run, runExperiment } from '../experiments/index.js';
import { writeFileAtomically } from '../node/files.js';
import { FolderStore } from '../node/folderStore.js';
import type { StepRecord } from '../training/index.js';
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
import { TrainingProgress } from './progress.js';

/** Trains all contenders, and writes a picture, a table, and the numbers behind them; after each one, as far as it has come. */
export async function experiment(name: string, typed: Typed): Promise<number> {
  const chosen = experimentNamed(name);
  const { data, dataDir, imageSize, ...limits } = checkFlags(experimentDataFlags, typed);
  const compute = checkFlags(computeFlags, typed);
  const recipe = { ...chosen.recipe, ...checkFlags(experimentRecipeFlags, typed) };
  const out = checkFlags(experimentOutFlags, typed).out ?? join('experiments', name);
  const { limit = chosen.limit, testLimit = chosen.testLimit } = limits;
  const choice = { model: chosen.imagesAs, data, imageSize, limit, testLimit };
  const folder = folderOf({ data, dataDir });
  const training = await loadImages(choice, folder, { train: true });
  const test = await loadImages(choice, folder, { train: false });
  await new FolderStore(out).prepare();

  const settings =
    `${training.length.toLocaleString('en-US')} training and ${test.length.toLocaleString('en-US')} test images of ${data}, ` +
    `${training.shape.join('x')}; ${Object.entries(recipe)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`;
  console.log(`${chosen.title}\n\n${chosen.claim}\n\n${settings}\n`);
  let progress: TrainingProgress | null = null;
  const conditions = { training, test, recipe, createBackend: () => openBackend(compute) };
  const events = {
    onStep(contender: string, record: StepRecord) {
      progress ??= new TrainingProgress(recipe.epochs, contender);
      progress.step(record);
    },
    async onRun(runs: readonly Run[]) {
      progress?.stop();
      progress = null;
      const run = runs[runs.length - 1];
      console.log(
        `${run.label}: training loss ${run.trainingLoss.toFixed(4)}, test accuracy ${percent(run.testAccuracy)}, ${duration(run.seconds)}\n`,
      );
      await write(join(out, 'runs.json'), `${JSON.stringify({ settings, runs }, null, 1)}\n`);
    },
  };
  const { runs, figure, conclusion } = await runExperiment(chosen, conditions, events).finally(() => progress?.stop());
  const table = tableOf(runs);
  const report = [
    `# ${chosen.title}`,
    chosen.claim,
    `![${chosen.title}](figure.svg)`,
    table,
    conclusion,
    `Settings: ${settings}.`,
  ];
  await write(join(out, 'figure.svg'), figure);
  await write(join(out, 'report.md'), `${report.join('\n\n')}\n`);
  console.log(`${table}\n\n${conclusion}\n\n${join(out, 'figure.svg')}, ${join(out, 'report.md')}`);
  return 0;
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
