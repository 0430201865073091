/** How far a check is: a line below the rows on a terminal, plain lines elsewhere. */
import { duration } from './charts.js';
import { StatusLine } from './statusLine.js';

/** Seconds between two plain lines. */
const INTERVAL = 10;

export class CheckProgress {
  readonly #line = new StatusLine(process.stderr);
  readonly #started = performance.now();
  #last = performance.now();
  #rows = 0;

  constructor(private readonly printLine: (line: string) => void) {}

  /** `laws`: how many there are to try. */
  at(operation: string, law: string, done: number, of: number, laws: number): void {
    const now = performance.now();
    const text = `law ${this.#rows + 1} of ${laws}: ${operation}, ${law}, problem ${done} of ${of}; ${duration((now - this.#started) / 1000)}`;
    this.#line.show(text);
    if (this.#line.isDrawn || now - this.#last < 1000 * INTERVAL) return;
    this.#last = now;
    this.printLine(text);
  }

  /** A row of the table, which stays. */
  print(line: string): void {
    this.#line.clear();
    this.#rows++;
    this.#last = performance.now();
    this.printLine(line);
  }

  stop(): void {
    this.#line.clear();
  }
}
