/** `receptive experiments`: the lecture's claims, tried on real data. */
import { join } from 'node:path';
import { createBackend } from '../../node/backends.js';
import { writeFileAtomically } from '../../node/files.js';
import { FolderStore } from '../../node/folderStore.js';
import { duration, percent } from '../charts.js';
import { loadData } from '../datasets.js';
import { checkOptions, experimentOptions, recipeOptions } from '../options.js';
import { UsageError } from '../usageError.js';
import { type Run, trainContender } from './contenders.js';
import { depth } from './depth.js';
import type { Experiment } from './experiment.js';
import { identityMappings } from './identityMappings.js';
import { inceptionCost } from './inceptionCost.js';
import { lineChart } from './lineChart.js';

const experiments: Readonly<Record<string, Experiment>> = {
  depth,
  'identity-mappings': identityMappings,
  'inception-cost': inceptionCost,
};

export const experimentNames = Object.keys(experiments);

/** Trains all contenders, and writes a picture, a table, and the numbers behind them; after each one, as far as it has come. */
export async function experiment(name: string, flags: Readonly<Record<string, unknown>>): Promise<number> {
  if (!Object.hasOwn(experiments, name)) {
    throw new UsageError(`there is no experiment '${name}'; there are ${experimentNames.join(', ')}`);
  }
  const chosen = experiments[name];
  const options = checkOptions(experimentOptions, flags);
  const { limit = chosen.limit, testLimit = chosen.testLimit, backend, threads, data, dataDir, imageSize } = options;
  const recipe = checkOptions(recipeOptions, { ...chosen.recipe, ...flags });
  const out = options.out ?? join('experiments', name);
  const choice = { model: chosen.imagesAs, data, dataDir, imageSize };
  const images = [await loadData(choice, true, limit), await loadData(choice, false, testLimit)] as const;
  await new FolderStore(out).prepare();

  const settings =
    `${images[0].length.toLocaleString('en-US')} training and ${images[1].length.toLocaleString('en-US')} test images of ${data}, ` +
    `${images[0].shape.join('x')}; ${Object.entries(recipe)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`;
  console.log(`${chosen.title}\n\n${chosen.claim}\n\n${settings}\n`);
  const runs: Run[] = [];
  for (const contender of chosen.contenders) {
    const run = await trainContender(contender, images, recipe, () => createBackend(backend, { threads }));
    runs.push(run);
    console.log(
      `${run.label}: training loss ${run.trainingLoss.toFixed(4)}, test accuracy ${percent(run.testAccuracy)}, ${duration(run.seconds)}\n`,
    );
    await writeFileAtomically(join(out, 'runs.json'), encode(`${JSON.stringify({ settings, runs }, null, 1)}\n`));
  }
  const { panels, axes } = chosen.picture(runs);
  const conclusion = chosen.conclude(runs);
  const table = tableOf(runs);
  const report = [
    `# ${chosen.title}`,
    chosen.claim,
    `![${chosen.title}](figure.svg)`,
    table,
    conclusion,
    `Settings: ${settings}.`,
  ];
  await writeFileAtomically(join(out, 'figure.svg'), encode(lineChart(panels, axes)));
  await writeFileAtomically(join(out, 'report.md'), encode(`${report.join('\n\n')}\n`));
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

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
