/** The run that the front page starts: a small convolutional network, on a part of MNIST that is loaded soon. */
import { effect, signal } from '@preact/signals';
import type { RunOrder } from '../training/messages.js';
import { Trainer } from '../training/trainer.js';
import { mostThreads } from '../work/here.js';

/** Under this name the browser keeps the run: other pages open it as `?run=front`. */
export const RUN = 'front';
/** One file of those that the site cuts MNIST into. */
export const TRAINING_IMAGES = 10_000;
export const TEST_IMAGES = 10_000;

const order: RunOrder = {
  options: {
    model: 'mnistNet',
    // Within four passes over 10,000 images it gets 98 % of the test images right; the lecture's recipe gets 93 %.
    optimizer: 'adam',
    scheduler: 'OneCycleLR:maxLr=0.01,every=step',
    limit: TRAINING_IMAGES,
    testLimit: TEST_IMAGES,
  },
  epochs: 4,
  backend: 'auto',
  threads: mostThreads,
  files: null,
  checkpoint: null,
  keep: RUN,
  profile: false,
};

export const trainer = new Trainer();
/** Milliseconds from the click. */
export const times = signal<{ readonly curve?: number; readonly test?: number; readonly end?: number }>({});
let clicked = 0;

export function start(): void {
  clicked = performance.now();
  times.value = {};
  trainer.start(order);
}

function note(what: 'curve' | 'test' | 'end'): void {
  if (times.peek()[what] === undefined) times.value = { ...times.peek(), [what]: performance.now() - clicked };
}

effect(() => {
  if (trainer.steps.value.length > 0) note('curve');
});
effect(() => {
  if (trainer.epochs.value.length === 0) return;
  note('test');
  // Which images it gets wrong.
  trainer.testNow();
});
effect(() => {
  if (trainer.state.value === 'done') note('end');
});
