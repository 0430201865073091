/** How far a bench run is: a bar on a terminal, plain lines elsewhere. */
import { Presets, SingleBar } from 'cli-progress';
import type { BenchEvent } from '../measure/index.js';
import { duration } from './charts.js';

/** Seconds between two plain lines. */
const INTERVAL = 10;
/** Characters of a row's name beside the bar. */
const WIDTH = 56;

export class BenchProgress {
  readonly #bar: SingleBar | null;
  readonly #started = performance.now();
  #lastLine = Number.NEGATIVE_INFINITY;
  #total = 0;

  constructor(private readonly print: (line: string) => void) {
    // The bar is drawn on standard error.
    this.#bar = process.stderr.isTTY
      ? new SingleBar(
          { format: '{bar} {time}  {what}', barsize: 20, hideCursor: true, gracefulExit: false, clearOnComplete: true },
          Presets.shades_classic,
        )
      : null;
  }

  at({ done, total, what }: Extract<BenchEvent, { kind: 'progress' }>): void {
    const seconds = (performance.now() - this.#started) / 1000;
    const time = duration(seconds);
    if (this.#bar) {
      const cut = what.length > WIDTH ? `${what.slice(0, WIDTH - 1)}…` : what;
      if (this.#total === 0) this.#bar.start(total, done, { time, what: cut });
      else this.#bar.update(done, { time, what: cut });
      this.#total = total;
    } else if (seconds - this.#lastLine >= INTERVAL) {
      this.#lastLine = seconds;
      this.print(`${time}  ${String(Math.round((100 * done) / Math.max(1, total))).padStart(3)} %  ${what}`);
    }
  }

  /** Takes the bar away. */
  stop(): void {
    if (!this.#bar || this.#total === 0) return;
    this.#bar.update(this.#total);
    this.#bar.stop();
  }
}
