/** How far a run is: a bar on a terminal, plain lines elsewhere. */
import { Presets, SingleBar } from 'cli-progress';
import type { StepRecord } from '../training/progress.js';
import { duration, percent } from './charts.js';

/** Seconds between two plain lines. */
const INTERVAL = 10;

export class TrainingProgress {
  readonly #bar: SingleBar | null;
  #started = performance.now();
  #images = 0;
  #lastLine = Number.NEGATIVE_INFINITY;
  #epoch = 0;

  /** `name`: of what is trained, where it isn't the only one. */
  constructor(
    private readonly epochs: number,
    private readonly name = '',
  ) {
    this.#bar = process.stdout.isTTY
      ? new SingleBar(
          { format: '{title} {bar} {value}/{total}  {figures}', barsize: 10, hideCursor: true, gracefulExit: false },
          Presets.shades_classic,
        )
      : null;
  }

  /** Shows one more step. */
  step(record: StepRecord): void {
    if (record.epoch !== this.#epoch) this.#begin(record);
    this.#images += record.images;
    const seconds = (performance.now() - this.#started) / 1000;
    const perSecond = this.#images / seconds;
    const stepsLeft = record.stepsPerEpoch * (this.epochs - record.epoch + 1) - record.stepInEpoch;
    const eta = duration((stepsLeft * record.images) / perSecond);
    const figures = [
      `loss ${record.runningLoss.toFixed(4)}`,
      `acc ${percent(record.runningAccuracy)}`,
      `${perSecond.toFixed(0)} images/s`,
      `ETA ${eta}`,
    ].join('  ');
    if (this.#bar) {
      this.#bar.update(record.stepInEpoch, { title: this.#title(record), figures });
    } else if (seconds - this.#lastLine >= INTERVAL || record.stepInEpoch === record.stepsPerEpoch) {
      this.#lastLine = seconds;
      console.log(`${this.#title(record)}  step ${record.stepInEpoch}/${record.stepsPerEpoch}  ${figures}`);
    }
  }

  #begin(record: StepRecord): void {
    this.#epoch = record.epoch;
    this.#bar?.start(record.stepsPerEpoch, record.stepInEpoch, { title: this.#title(record), figures: '' });
  }

  #title(record: StepRecord): string {
    return `${this.name && `${this.name}: `}epoch ${record.epoch}/${this.epochs}`;
  }

  /** Leaves the bar as it is, so that other lines can follow. */
  stop(): void {
    this.#bar?.stop();
    this.#epoch = 0;
  }
}
