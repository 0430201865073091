/** What a race leaves: plain JSON, and what can be computed from it. */
import type { AdapterDescription, Environment } from 'receptive/measure';
import type { KernelShare } from '../training/messages.js';
import type { Lane } from './lanes.js';

/** `stopped`: by the user. */
export type LaneState = 'waiting' | 'loading' | 'racing' | 'done' | 'stopped' | 'failed';

export interface RaceOrder {
  readonly lanes: readonly Lane[];
  /** A name of the catalog. */
  readonly model: string;
  /** Of each lane. */
  readonly steps: number;
  readonly batchSize: number;
  readonly seed: number;
  /** All at once, so that they take time from each other; or else one after the other. */
  readonly together: boolean;
  /** Measure kernels, which takes time itself. */
  readonly profile: boolean;
}

export interface LaneReport extends Lane {
  readonly state: LaneState;
  /** Of webgpu: what computes. */
  readonly adapter: AdapterDescription | null;
  readonly failure: string | null;
  /** Of each step. */
  readonly losses: readonly number[];
  /** When each step ended, in milliseconds since the first began. */
  readonly times: readonly number[];
  /** Milliseconds of each kernel in a step, on average, if they were measured. */
  readonly kernels: readonly KernelShare[];
}

export interface RaceReport extends Omit<RaceOrder, 'lanes'> {
  readonly format: 'receptive race';
  readonly version: 1;
  readonly environment: Environment;
  readonly lanes: readonly LaneReport[];
}

/** What the browser has kept of an earlier race; null if it isn't one, or one of another version. */
export function readRace(kept: unknown): RaceReport | null {
  const { format, version } = (kept ?? {}) as Partial<RaceReport>;
  return format === 'receptive race' && version === 1 ? (kept as RaceReport) : null;
}

/** From the second step on: the first compiles kernels and allocates. null: there is no second one yet. */
export function imagesPerSecond({ times }: LaneReport, batchSize: number): number | null {
  return times.length < 2 ? null : ((times.length - 1) * batchSize * 1000) / (times.at(-1)! - times[0]);
}

/** The last step that all have taken that took any; 0 if there are none. */
export function commonStep(lanes: readonly LaneReport[]): number {
  const counts = lanes.map(({ losses }) => losses.length).filter((count) => count > 0);
  return counts.length === 0 ? 0 : Math.min(...counts);
}

/** How far tests let a loss be from PyTorch's after up to 100 steps on MNIST, as a part of it: `test/parity.test.ts`. */
export const TOLERANCE = 1e-3;

export interface Difference {
  /** As a part of the other lane's loss. */
  readonly difference: number;
  /** From 1. */
  readonly step: number;
  /** The label of the other lane. */
  readonly against: string;
}

/**
 * The largest difference of a loss of this lane so far, step by step: from the reference's, or, in steps that the reference hasn't taken,
 * from the first lane's that has. null: there is nobody to compare it with.
 */
export function largestDifference(lane: LaneReport, lanes: readonly LaneReport[]): Difference | null {
  let largest: Difference | null = null;
  lane.losses.forEach((loss, i) => {
    const there = lanes.filter(({ losses }) => i < losses.length);
    const other = there.find(({ backend }) => backend === 'reference') ?? there[0];
    if (other.label === lane.label) return;
    const difference = relativeDifference(loss, other.losses[i]);
    if (largest === null || difference > largest.difference) {
      largest = { difference, step: i + 1, against: other.label };
    }
  });
  return largest;
}

/** A loss that isn't finite is like no other but itself. */
function relativeDifference(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  return Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) / Math.abs(b) : Number.POSITIVE_INFINITY;
}

/** Milliseconds of a step, on average, from those of so many; the most expensive kernel first. */
export function kernelsOfStep(shares: readonly KernelShare[], steps: number): KernelShare[] {
  const times = new Map<string, number>();
  for (const { kernel, milliseconds } of shares) {
    const name = passOf(kernel);
    times.set(name, (times.get(name) ?? 0) + milliseconds / steps);
  }
  return [...times]
    .map(([kernel, milliseconds]) => ({ kernel, milliseconds }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

/** WebGPU's kernels are shaders: `conv2dBackwardInput.backwardInput` is of `conv2d backward`. */
function passOf(kernel: string): string {
  const [file] = kernel.split('.');
  return `${file.replace(/(Forward|Backward).*/, '')} ${/backward/i.test(kernel) ? 'backward' : 'forward'}`;
}
