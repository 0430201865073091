/** What a figure asks its worker to measure: training steps of a network of the lecture, a batch of 64 images. */
import type { BackendName } from 'receptive';
import type { StepRow } from 'receptive/measure';

export type LectureNetwork = 'mnistNet' | 'inceptionNet' | 'residualNet';

export interface MeasureOrder {
  readonly network: LectureNetwork;
  readonly batch: number;
  /** On each of these; threads are wasm's. */
  readonly on: readonly { readonly backend: BackendName; readonly threads?: number }[];
}

export type MeasureNews =
  | { readonly row: StepRow; readonly threads: number }
  | { readonly done: true }
  | { readonly failed: string };
