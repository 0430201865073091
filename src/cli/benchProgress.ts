/** How far a bench run is: a line on a terminal, plain lines elsewhere. */
import type { BenchEvent } from '../measure/index.js';
import { duration } from './charts.js';
import { bar, StatusLine } from './statusLine.js';

/** Seconds between two plain lines. */
const INTERVAL = 10;

export class BenchProgress {
  readonly #line = new StatusLine(process.stderr);
  readonly #started = performance.now();
  #lastLine = Number.NEGATIVE_INFINITY;

  constructor(private readonly print: (line: string) => void) {}

  at({ done, total, what }: Extract<BenchEvent, { kind: 'progress' }>): void {
    const seconds = (performance.now() - this.#started) / 1000;
    const share = done / Math.max(1, total);
    this.#line.show(`${bar(share, 20)} ${duration(seconds)}  ${what}`);
    if (this.#line.isDrawn || seconds - this.#lastLine < INTERVAL) return;
    this.#lastLine = seconds;
    this.print(`${duration(seconds)}  ${String(Math.round(100 * share)).padStart(3)} %  ${what}`);
  }

  /** Takes the line away. */
  stop(): void {
    this.#line.clear();
  }
}
