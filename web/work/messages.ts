/** What a page and its worker say to each other. */
import type { BackendName, OperationName } from 'receptive';
import type { BackendDescription, BenchReport } from 'receptive/measure';
import type { CheckReport } from 'receptive/testing';

/** A backend that was looked for: what it is, or why it isn't there. */
export type Found = { readonly name: BackendName } & (
  | { readonly description: BackendDescription; readonly missing: null }
  | { readonly description: null; readonly missing: string }
);

/** What a page can choose from. */
export interface Surroundings {
  readonly backends: readonly Found[];
  readonly operations: readonly OperationName[];
}

export interface BenchOrder {
  readonly backends: readonly BackendName[];
  /** Of wasm, at most. */
  readonly threads: number;
  readonly isQuick: boolean;
  readonly filter: string;
}

export interface CheckOrder {
  readonly backend: BackendName;
  /** Of wasm, at most. */
  readonly threads: number;
  readonly operations: readonly OperationName[];
  readonly until: { readonly runs: number } | { readonly seconds: number };
  /** null: another every time. */
  readonly seed: number | null;
}

export interface Reports {
  readonly bench: BenchReport;
  readonly check: CheckReport;
}
export type Report = Reports[keyof Reports];

export type Order =
  | { readonly look: true }
  | { readonly bench: BenchOrder }
  | { readonly check: CheckOrder }
  | { readonly go: boolean };

export interface Progress {
  /** What it is at: `conv2d, forward`. */
  readonly doing: string;
  readonly done: number;
  readonly of: number;
  /** How far it is with that alone. */
  readonly within?: { readonly done: number; readonly of: number };
}

export type News<R extends Report = Report> =
  | { readonly found: Surroundings }
  | { readonly progress: Progress }
  /** All that there is so far, marked as partial. */
  | { readonly report: R }
  | { readonly stopped: true }
  | { readonly done: R }
  | { readonly failed: string };
