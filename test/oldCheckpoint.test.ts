/**
 * Runs of earlier versions go on. The fixture is a run that was stopped in its second epoch by the code of commit aa63248, when a
 * checkpoint still named optimizers and schedules by their classes' names. It was made there, with this file, by
 *
 *   MAKE_CHECKPOINT=1 npx vitest run test/oldCheckpoint.test.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DataLoader, type Dataset } from '../src/data/index.js';
import { Checkpoint, createBackend, type FitOptions, fit, manualSeed, nn, optim } from '../src/node/index.js';

const FIXTURE = new URL('./golden/checkpoint.safetensors', import.meta.url);
const STOP_AFTER = 8;

/** 40 images of 8x8, whose class is the half that is bright. */
const halves: Dataset = {
  length: 40,
  shape: [1, 8, 8],
  read(index, out, offset) {
    const label = index % 2;
    for (let i = 0; i < 64; i++) {
      const isBright = i % 8 < 4 === (label === 0);
      out[offset + i] = (isBright ? 1 : 0) + (((index * 31 + i * 17) % 13) - 6) / 20;
    }
    return label;
  },
};

/** Two epochs of 5 steps, or what is left of them: the loss of every step, and the rate at the end. */
async function train(seed: number, options: FitOptions) {
  manualSeed(seed);
  const backend = await createBackend('reference');
  const model = new nn.Sequential(
    new nn.Conv2d(1, 2, 3),
    new nn.BatchNorm2d(2),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Dropout(0.25),
    new nn.Linear(72, 2),
  ).to(backend);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 1e-4 });
  const scheduler = new optim.StepLR(optimizer, { stepSize: 3, gamma: 0.5 });
  const losses: number[] = [];
  const { epochs } = await fit(model, optimizer, new DataLoader(halves, { batchSize: 8, shuffle: true, backend }), {
    epochs: 2,
    scheduler,
    schedulerEvery: 'step',
    ...options,
    onStep(step) {
      losses.push(step.loss);
      return options.onStep?.(step);
    },
  });
  return { losses, epochs, lr: optimizer.paramGroups[0].lr };
}

test.runIf(process.env.MAKE_CHECKPOINT)('makes the fixture', async () => {
  const undisturbed = await train(7, {});
  const signal = { aborted: false };
  await train(7, {
    signal,
    about: { ...undisturbed },
    onStep({ step }) {
      signal.aborted = step === STOP_AFTER;
    },
    checkpoints: { save: (_, bytes) => writeFile(FIXTURE, bytes) },
  });
});

test('a checkpoint from before kinds had names is taken up where it was, and ends as its own code did', async () => {
  const checkpoint = await Checkpoint.decode(await readFile(FIXTURE), 'checkpoint.safetensors');
  expect(checkpoint.position).toEqual({ epoch: 1, stepInEpoch: STOP_AFTER - 5, step: STOP_AFTER });
  const own = checkpoint.about as unknown as Awaited<ReturnType<typeof train>>;
  const rest = await train(99, { resume: checkpoint });
  expect(rest.losses).toHaveLength(10 - STOP_AFTER);
  // The last bits may change with the order in which sums are taken.
  rest.losses.forEach((loss, i) => {
    expect(loss).toBeCloseTo(own.losses[STOP_AFTER + i], 5);
  });
  expect(rest.lr).toBe(own.lr);
  expect(rest.epochs).toHaveLength(2);
  expect(rest.epochs[0].loss).toBe(own.epochs[0].loss);
  expect(rest.epochs[1].loss).toBeCloseTo(own.epochs[1].loss, 5);
});
