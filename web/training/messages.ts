/** What a page and the worker that trains for it say to each other. */
import type { BackendName, EpochRecord, StepRecord } from 'receptive';
import type { RunOptions } from 'receptive/catalog';

/** A file that was dropped on a page or picked, with its path in the folder that it came in: `pets/cats/1.jpg`, or its name alone.
 *  `droppedFiles` and `pickedFiles` (files.ts) make them. */
export interface OwnFile {
  readonly path: string;
  readonly file: File;
}

/** What a run is made of, and where it is computed. The options are those that a checkpoint keeps, so that the command opens it, too. */
export interface RunOrder {
  readonly options: Partial<RunOptions>;
  readonly epochs: number;
  /** 'auto': the best that there is here. */
  readonly backend: BackendName | 'auto';
  /** Of wasm. */
  readonly threads: number;
  /** Files that were dropped on the page: IDX, CIFAR-10's binary ones, or a folder of pictures. Null: MNIST, which the site has. */
  readonly files: readonly OwnFile[] | null;
  /** A checkpoint to go on from, of the command or of a page. Its run's options take the place of `options`. */
  readonly checkpoint: Uint8Array | null;
  /** The key under which the browser keeps the run; null: it isn't kept. */
  readonly keep: string | null;
  /** Measure each kernel: `kernels`. It costs time, so only where it is shown. */
  readonly profile: boolean;
}

/** A picture as the network sees it, as bytes to draw: (H, W) of grey or (H, W, 3). */
export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8ClampedArray;
}

export interface Mistake {
  readonly image: Thumbnail;
  /** In the test set. */
  readonly index: number;
  readonly target: number;
  readonly predicted: number;
  /** Of every class. */
  readonly probabilities: readonly number[];
}

/** On the test images: the worst mistakes first, by how much probability the right class was given. */
export interface Test {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly count: number;
  readonly confusion: readonly (readonly number[])[];
  readonly mistakes: readonly Mistake[];
}

/** Numbers of a tensor, to be drawn: (channels, height, width), or one row of so many. Filters (C_out, C_in, K_h, K_w) are
 *  (C_out · C_in, K_h, K_w). No more than the first 256 channels. */
export interface Maps {
  /** The path of the layer in the network, `conv1`. */
  readonly layer: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What is inside the network for one image of the test set. */
export interface Inside {
  readonly step: number;
  readonly image: Thumbnail;
  readonly target: number;
  readonly probabilities: readonly number[];
  /** The output of every layer. */
  readonly features: readonly Maps[];
  /** The weights of its convolutions, and the gradients of the loss with respect to them. */
  readonly filters: readonly Maps[];
  readonly gradients: readonly Maps[];
}

/** A layer's sizes and cost, as `nn.summary` has them. */
export interface LayerRow {
  readonly name: string;
  readonly type: string;
  readonly outputShape: readonly number[] | null;
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** What there is to know of a run before its first step. */
export interface Started {
  /** The same options with what they left open. */
  readonly options: RunOptions;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly classes: readonly string[];
  /** Of an image: (C, H, W). */
  readonly shape: readonly number[];
  readonly trainingImages: number;
  readonly testImages: number;
  readonly layers: readonly LayerRow[];
  /** `wasm, 2 threads, relaxed SIMD`. */
  readonly backend: string;
  /** Steps and epochs that the run had taken before it went on here. */
  readonly history: readonly EpochRecord[];
  readonly step: number;
}

/** Time of a kernel since the run began here: `conv2d.forward`. */
export interface KernelShare {
  readonly kernel: string;
  readonly milliseconds: number;
}

export type TrainingOrder =
  /** `site`: the address that the site's data lie under. */
  | { readonly start: RunOrder; readonly site: string }
  /** Pause and go on; `step` takes one step and pauses again. */
  | { readonly go: boolean }
  | { readonly step: true }
  | { readonly lr: number }
  /** Answers `inside` for this test image, now and after every so many steps; null: no more. */
  | { readonly watch: { readonly index: number; readonly every: number } | null }
  /** Answers `test`. */
  | { readonly test: true }
  /** Answers `file`. A checkpoint holds all that a run needs to go on; weights are safetensors. */
  | { readonly save: 'checkpoint' | 'weights' };

export interface Failure {
  /** A sentence for the user, in English: it is the package's. */
  readonly failed: string;
  /** For a page to say it in its own words: the loss is no number any more, the device is lost, there is no memory, a file isn't what it
   *  seems, another tab has the run. */
  readonly reason: 'diverged' | 'device' | 'memory' | 'file' | 'elsewhere' | 'other';
}

export interface Loading {
  readonly what: 'backend' | 'data' | 'network';
  readonly done: number;
  readonly of: number;
}

export type TrainingNews =
  /** The data in bytes; of the other parts only that they come. */
  | { readonly loading: Loading }
  | { readonly started: Started }
  /** Several at a time, as a page draws 60 times a second at most. `imagesPerSecond`: of the last second of training. */
  | { readonly steps: readonly StepRecord[]; readonly imagesPerSecond: number }
  | { readonly epoch: EpochRecord }
  | { readonly test: Test }
  | { readonly inside: Inside }
  | { readonly kernels: readonly KernelShare[] }
  | { readonly paused: true }
  | { readonly file: { readonly name: string; readonly bytes: Uint8Array } }
  /** Why there is none. */
  | { readonly noFile: string }
  /** The browser keeps the run as it is after this step, or it doesn't, and why. */
  | { readonly kept: { readonly step: number } | { readonly refused: string } }
  | { readonly done: { readonly ended: 'finished' | 'stopped early' | 'interrupted' } }
  /** What was trained is there: the last checkpoint, which `save` gives, and which the browser keeps if it is to. */
  | Failure;
