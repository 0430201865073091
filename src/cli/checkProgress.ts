/** How far a check is: a line below the rows on a terminal, plain lines elsewhere. */
import { duration } from './charts.js';

/** Milliseconds between two drawings on a terminal, and seconds between two plain lines. */
const FRAME = 100;
const INTERVAL = 10;

export class CheckProgress {
  readonly #isTerminal = process.stderr.isTTY && process.env.TERM !== 'dumb';
  readonly #started = performance.now();
  #last = performance.now();
  #rows = 0;
  #isShown = false;

  constructor(private readonly printLine: (line: string) => void) {}

  /** `laws`: how many there are to try. */
  at(operation: string, law: string, done: number, of: number, laws: number): void {
    const now = performance.now();
    if (now - this.#last < (this.#isTerminal ? FRAME : 1000 * INTERVAL)) return;
    this.#last = now;
    const text = `law ${this.#rows + 1} of ${laws}: ${operation}, ${law}, problem ${done} of ${of}; ${duration((now - this.#started) / 1000)}`;
    if (!this.#isTerminal) {
      this.printLine(text);
      return;
    }
    this.#clear();
    process.stderr.write(text.slice(0, (process.stderr.columns || 80) - 1)); // 0: a terminal that doesn't tell
    this.#isShown = true;
  }

  /** A row of the table, which stays. */
  print(line: string): void {
    this.#clear();
    this.#rows++;
    this.#last = performance.now();
    this.printLine(line);
  }

  stop(): void {
    this.#clear();
  }

  #clear(): void {
    if (this.#isShown) process.stderr.write('\r\x1b[K');
    this.#isShown = false;
  }
}
