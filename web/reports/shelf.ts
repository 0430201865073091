/** The reports of a page: the last one that was made here, which the browser keeps, and those that are opened from files. */
import { computed, effect, signal } from '@preact/signals';
import { recallLarge, rememberLarge } from '../shell/storage.js';
import type { Job } from '../work/job.js';
import type { Report } from '../work/messages.js';
import type { Kind } from './kinds.js';

/** A report, and the file that it is from; null: it was made here. */
export interface Shown<R extends Report> {
  readonly report: R;
  readonly file: string | null;
}

export class Shelf<R extends Report> {
  readonly shown = signal<Shown<R> | null>(null);
  /** What it is compared with. */
  readonly other = signal<Shown<R> | null>(null);
  /** A file that isn't a report, and what it is instead. */
  readonly refused = signal<{ readonly file: string; readonly reason: string } | null>(null);
  /** Whether the browser keeps reports. */
  readonly keeps = signal(true);
  /** The two that are compared, the older first; null: nothing is compared. */
  readonly pair = computed(() => {
    const [one, two] = [this.shown.value, this.other.value];
    if (!one || !two) return null;
    return one.report.environment.date < two.report.environment.date ? ([one, two] as const) : ([two, one] as const);
  });
  #keeping: Promise<void> | null = null;
  #newest: R | null = null;

  constructor(
    readonly kind: Kind<R>,
    job: Job<R>,
  ) {
    effect(() => {
      const report = job.report.value;
      if (!report) return;
      this.shown.value = { report, file: null };
      this.#newest = report;
      this.#keeping ??= this.#keepNewest();
    });
    void this.#recall();
  }

  async open(file: File): Promise<void> {
    const report = await this.#read(file);
    if (report) this.shown.value = report;
  }

  async compare(file: File): Promise<void> {
    const report = await this.#read(file);
    if (report) this.other.value = report;
  }

  closeComparison(): void {
    this.other.value = null;
  }

  async #read(file: File): Promise<Shown<R> | null> {
    this.refused.value = null;
    try {
      return { report: this.kind.read(await file.text()), file: file.name };
    } catch (error) {
      this.refused.value = { file: file.name, reason: error instanceof Error ? error.message : String(error) };
      return null;
    }
  }

  /** For the next visit. While one is written, others may be left out, and the last one isn't. */
  async #keepNewest(): Promise<void> {
    while (this.#newest) {
      const report = this.#newest;
      this.#newest = null;
      this.keeps.value = await rememberLarge(this.kind.name, JSON.stringify(report));
    }
    this.#keeping = null;
  }

  async #recall(): Promise<void> {
    try {
      const kept = await recallLarge(this.kind.name);
      if (typeof kept === 'string') this.shown.value ??= { report: this.kind.read(kept), file: null };
    } catch {
      // It is of another version.
    }
  }
}
