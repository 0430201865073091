/** Milliseconds between two drawings. */
const FRAME = 100;

/** The last line of a terminal, which says how far something is, and is drawn again and again. Elsewhere, and where a terminal can't do
 *  that (`TERM=dumb`), nothing is drawn. */
export class StatusLine {
  readonly isDrawn: boolean;
  #drawn = Number.NEGATIVE_INFINITY;
  #text = '';

  constructor(private readonly stream: NodeJS.WriteStream) {
    this.isDrawn = isTerminal(stream);
  }

  /** Characters that there is room for. */
  get width(): number {
    return (this.stream.columns || 80) - 1;
  }

  /** Draws the text instead of the last one, unless that was just drawn. */
  show(text: string): void {
    if (!this.isDrawn) return;
    const isFirst = this.#text === '';
    this.#text = text;
    const now = performance.now();
    if (isFirst || now - this.#drawn >= FRAME) this.#draw(now);
  }

  /** Leaves the last text where it is; what is printed next goes below. */
  keep(): void {
    if (this.#text === '') return;
    this.#draw(performance.now());
    this.stream.write('\n');
    this.#text = '';
  }

  /** Takes the text away; what is printed next takes its place. */
  clear(): void {
    if (this.#text === '') return;
    this.stream.write('\r\x1b[K');
    this.#text = '';
  }

  #draw(now: number): void {
    this.#drawn = now;
    this.stream.write(`\r${this.#text.slice(0, this.width)}\x1b[K`);
  }
}

/** Whether escapes may be written to it. */
export function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/** A share, 0 to 1, as a bar. */
export function bar(share: number, width = 10): string {
  const full = Math.round(width * Math.min(1, Math.max(0, share)));
  return '█'.repeat(full) + '░'.repeat(width - full);
}
