/**
 * Holds `model.py` of every network to ours: PyTorch loads its classes and its weights, strictly, and its scores must be ours, in
 * evaluation, and in training where nothing is left to chance.
 *
 *     npm run build && node test/golden/torchNetworks.mjs [part of a name]
 *
 * It needs python3, or what PYTHON names, with PyTorch (1.13 or newer), and takes minutes; no test runs it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackend, Generator, manualSeed, models, nn, noGrad, safetensors } from 'receptive';
import { checkOptions, createNetwork, exportTorch, networkNamed, networkNames, runOptions } from 'receptive/catalog';

/** What differs from run to run: preactResnet has all its shortcuts, and all its orders of activations. */
const variants = [
  ...models.shortcuts.map((shortcut) => ({ model: 'preactResnet', depth: 8, shortcut })),
  ...models.activations.map((activation) => ({ model: 'preactResnet', depth: 8, activation })),
];
const choices = [...networkNames.map((model) => ({ model })), ...variants];
const backend = await createBackend('wasm');
const generator = new Generator(1);
const folder = await mkdtemp(join(tmpdir(), 'receptive-torch-'));
console.log('network                                    parameters   evaluation     training');

for (const choice of choices) {
  const name = Object.values(choice).join(' ');
  if (!name.includes(process.argv[2] ?? '')) continue;
  const { images, smallest, numClasses } = networkNamed(choice.model);
  // Networks for photographs get grey ones of 64 pixels, so that the first convolution's channels are tried, too.
  const shape = smallest === null || images[1] <= 32 ? images : [1, 64, 64];
  const classes = smallest === null ? numClasses : 7;
  manualSeed(0);
  const options = checkOptions(runOptions, choice);
  const model = createNetwork(options, shape, classes).to(backend);
  const drawn = (length, from) => Float32Array.from({ length }, () => from + generator.uniform64());
  for (const module of model.modules()) {
    if (!(module instanceof nn.BatchNorm2d)) continue; // statistics as of a network that has learned
    module.runningMean.copyFrom(drawn(module.runningMean.numel, -0.5));
    module.runningVar.copyFrom(drawn(module.runningVar.numel, 0.5));
  }
  const values = drawn(4 * shape.reduce((a, b) => a * b), -0.5);
  const x = backend.tensor(values, [4, ...shape]);
  const position = { epoch: 0, stepInEpoch: 0, step: 0 };
  const normalize = { mean: [0.5], std: [0.5] };
  const names = Array.from({ length: classes }, (_, i) => `${i}`);
  const files = await exportTorch({
    model,
    options,
    images: { shape, normalize, classes: names },
    epochs: [],
    position,
  });
  for (const [file, bytes] of Object.entries(files)) await writeFile(join(folder, file), bytes);

  const expected = { x };
  expected.evaluation = noGrad(() => model.eval().forward(x)).retain();
  const isCertain = choice.model !== 'googlenet' && choice.shortcut !== 'dropout';
  if (isCertain) expected.training = noGrad(() => model.train().forward(x)).retain();
  await safetensors.saveFile(expected, join(folder, 'expected.safetensors'));
  const script = new URL('torch_networks.py', import.meta.url).pathname;
  console.log(
    `${name.padEnd(40)} ${execFileSync(process.env.PYTHON ?? 'python3', [script, folder], { encoding: 'utf8' }).trimEnd()}`,
  );
}
await rm(folder, { recursive: true });
await backend.close();
