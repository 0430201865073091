/** How far a run is: a line that is drawn again and again on a terminal, plain lines elsewhere. */
import { percent } from '../experiments/index.js';
import type { StepRecord } from '../training/index.js';
import { duration } from './charts.js';
import { bar, StatusLine } from './statusLine.js';

/** Seconds between two plain lines. */
const INTERVAL = 10;

/** A step goes forward and backward, and backward is two products for each one forward: testing an image takes about a third as long. */
const TESTING = 1 / 3;

/** Characters of the bar, where there is room for it. */
const BAR = { least: 4, most: 20 };

class Rate {
  images = 0;
  seconds = 0;

  add(images: number, seconds: number): void {
    this.images += images;
    this.seconds += seconds;
  }

  /** NaN before the first image. */
  get secondsPerImage(): number {
    return this.seconds / this.images;
  }
}

/** One line after the other: all of them on a terminal, elsewhere one in ten seconds. */
class Lines {
  readonly #line = new StatusLine(process.stdout);
  #last = Number.NEGATIVE_INFINITY;

  /** `must`: print it even if the last one was just printed. */
  show(title: string, share: number, text: string, { must = false } = {}): void {
    if (this.#line.isDrawn) {
      const room = this.#line.width - title.length - text.length - 3;
      this.#line.show(
        room < BAR.least ? `${title}  ${text}` : `${title} ${bar(share, Math.min(room, BAR.most))}  ${text}`,
      );
      return;
    }
    const now = performance.now();
    if (!must && now - this.#last < 1000 * INTERVAL) return;
    this.#last = now;
    console.log(`${title}  ${text}`);
  }

  keep(): void {
    this.#line.keep();
  }
}

export class TrainingProgress {
  readonly #lines = new Lines();
  readonly #training = new Rate();
  readonly #testing = new Rate();
  #last = performance.now();
  #tested = 0;
  #record: StepRecord | null = null;

  /** `testImages`: how many are tested after every epoch. `name`: of what is trained, where it isn't the only one. */
  constructor(
    private readonly epochs: number,
    private readonly testImages: number,
    private readonly name = '',
  ) {}

  /** Shows one more step. */
  step(record: StepRecord): void {
    this.#training.add(record.images, this.#lap());
    if (record.epoch !== this.#record?.epoch) this.#tested = 0;
    this.#record = record;
    const { epoch, stepInEpoch, stepsPerEpoch, runningLoss, runningAccuracy } = record;
    const isLast = stepInEpoch === stepsPerEpoch;
    const figures = [
      `loss ${runningLoss.toFixed(4)}`,
      `acc ${percent(runningAccuracy)}`,
      `${(1 / this.#training.secondsPerImage).toFixed(0)} images/s`,
      `ETA ${this.#eta(epoch, stepsPerEpoch - stepInEpoch, this.testImages)}`,
    ].join('  ');
    const text = `step ${stepInEpoch}/${stepsPerEpoch}  ${figures}`;
    this.#lines.show(this.#title(epoch), stepInEpoch / stepsPerEpoch, text, { must: isLast });
    if (isLast) this.#lines.keep();
  }

  /** Shows how many images of the validation after epoch `epoch` have been tested. */
  tested(count: number, epoch: number): void {
    if (count < this.#tested) this.#tested = 0;
    this.#testing.add(count - this.#tested, this.#lap());
    this.#tested = count;
    const text = `testing ${countOf(count, this.testImages)}  ETA ${this.#eta(epoch, 0, this.testImages - count)}`;
    this.#lines.show(this.#title(epoch), count / this.testImages, text);
  }

  /** Leaves the line as it is, so that others can follow. */
  stop(): void {
    this.#lines.keep();
  }

  /** Until the end of the run: with so many steps and test images left in this epoch. */
  #eta(epoch: number, steps: number, testImages: number): string {
    const epochsLeft = this.epochs - epoch;
    const batch = this.#record?.images ?? 0;
    const trainingImages = steps * batch + epochsLeft * (this.#record?.stepsPerEpoch ?? 0) * batch;
    const perImage = this.#training.secondsPerImage;
    const perTest = this.#testing.images > 0 ? this.#testing.secondsPerImage : TESTING * perImage;
    const seconds =
      (trainingImages && trainingImages * perImage) + (testImages + epochsLeft * this.testImages) * perTest;
    return this.#record === null && epochsLeft > 0 ? '?' : duration(seconds);
  }

  /** Seconds since the last call. */
  #lap(): number {
    const now = performance.now();
    const seconds = (now - this.#last) / 1000;
    this.#last = now;
    return seconds;
  }

  #title(epoch: number): string {
    return `${this.name && `${this.name}: `}epoch ${epoch}/${this.epochs}`;
  }
}

/** How far a test is. */
export class TestProgress {
  readonly #lines = new Lines();
  readonly #began = performance.now();

  constructor(private readonly images: number) {}

  tested(count: number): void {
    const seconds = (performance.now() - this.#began) / 1000;
    const eta = duration((seconds / count) * (this.images - count));
    const rate = `${(count / seconds).toFixed(0)} images/s`;
    this.#lines.show('testing', count / this.images, `${countOf(count, this.images)}  ${rate}  ETA ${eta}`);
  }

  stop(): void {
    this.#lines.keep();
  }
}

function countOf(done: number, total: number): string {
  return `${done.toLocaleString('en-US')}/${total.toLocaleString('en-US')}`;
}
