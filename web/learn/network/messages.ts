/** What the figures of networks ask their worker, and what it answers. */
import type { Pixels } from 'receptive/data';
import type { Cell } from 'receptive/figures';
import type { Field, Magnitude } from 'receptive/insight';
import type { LayerRow, Thumbnail } from '../../training/messages.js';

/** Of an image, and of a batch of one. */
export const imageShape = [1, 1, 28, 28] as const;

export const networks = ['mnistNet', 'inceptionNet', 'residualNet'] as const;
export type NetworkName = (typeof networks)[number];

export interface Choice {
  readonly network: NetworkName;
  /** With the weights that come with the site, which are those of mnistNet; or else with the first weights of seed 0. */
  readonly isTrained: boolean;
  /** One of the ten images that the site has for figures, by its class; or one of the reader's own. */
  readonly picture: number | Pixels | File;
  /** The class that the loss asks for. Null: the likeliest one. */
  readonly target: number | null;
}

/** Numbers of the image, or of what a layer gave, row by row. */
export interface Numbers {
  readonly values: Float32Array;
  /** d loss / d of each of them. */
  readonly gradient: Float32Array;
  /** Of the gradient. */
  readonly magnitude: Magnitude;
}

/** What a layer gave, or a ReLU between layers; or the image, which comes first. */
export interface Row extends LayerRow, Numbers {
  /** `image`; `layer3`, by the number of its call in `layerOutputs`; `relu0`. */
  readonly id: string;
  readonly outputShape: readonly number[];
}

export interface Look {
  readonly network: NetworkName;
  /** The image, then layers and ReLUs in the order of their calls. */
  readonly rows: readonly Row[];
  readonly probabilities: Float32Array;
  readonly target: number;
  readonly loss: number;
}

/** A number of a row. */
export interface Place {
  readonly row: string;
  readonly index: number;
}

/** What of a row has a part in a number. */
export type SeenOf = Pick<Field, 'seen' | 'top' | 'left' | 'height' | 'width'> & { readonly row: string };

/** A number on the way from a score to the pixels. */
export interface PathStep {
  /** Null: the row isn't shown, as of a sum of two. */
  readonly row: string | null;
  /** In what the operation gave. */
  readonly index: number;
  /** Of what it gave, without N. */
  readonly shape: readonly number[];
  /** What made it. Null: nothing did, it is a pixel. */
  readonly operation: Operation | null;
}

/** What a step of training is told of. */
export interface StepChoice {
  readonly isTrained: boolean;
  readonly digit: number;
  readonly target: number;
  /** The step that is told, from 1; those before it were taken with the same image. */
  readonly step: number;
}

/** An operation with its sizes and numbers. */
export interface Operation {
  readonly operation: 'conv2d' | 'maxPool2d' | 'avgPool2d' | 'relu' | 'add' | 'cat' | 'linear' | 'crossEntropy' | 'sgd';
  /** Of the network: its layer, `conv1`, or its parameter, `conv1.weight`. Empty: an operation between layers. */
  readonly layer: string;
  /** What the operation's figure is made of. */
  readonly sizes: readonly unknown[];
  /** The numbers of the figure that are given: those of the network. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
}

/** A part of a training step: an operation forward or backward, or what an optimizer does to a parameter. */
export interface Stage extends Operation {
  readonly pass: 'forward' | 'backward' | 'update' | 'again';
  /** Its number on the way from a pixel to the score of the right class, its gradient, or what is new of its weight. Null: the way
   *  doesn't come by. */
  readonly followed: Cell | null;
}

export interface Story {
  readonly choice: StepChoice;
  readonly picture: Thumbnail;
  /** What the network gets (1, 1, 28, 28). */
  readonly x: Float32Array;
  /** The picture's normalisation. */
  readonly mean: number;
  readonly std: number;
  /** In the order in which they were called. */
  readonly stages: readonly Stage[];
  /** Where the way begins: the number of the pixel, and of what is flattened. Null: it doesn't come so far. */
  readonly followedPixel: number | null;
  readonly followedFlat: number | null;
  /** Before the step and after it. */
  readonly losses: readonly [number, number];
}

/** Each question with its answer. */
export interface Questions {
  look(choice: Choice): Look;
  step(choice: StepChoice): Story;
  /** What has a part in a number of the network that was looked at last. */
  field(of: Place): readonly SeenOf[];
  /** From that number to a pixel, each time to the number that gave most to it. */
  path(from: Place): readonly PathStep[];
}

export type Kind = keyof Questions;
export type Question<K extends Kind> = Parameters<Questions[K]>[0];
export type Answer<K extends Kind> = ReturnType<Questions[K]>;

export interface Asked {
  readonly kind: Kind;
  readonly question: unknown;
  /** The site's address, where the images and the weights are. */
  readonly site: string;
}

export type News = { readonly kind: Kind; readonly answer: unknown } | { readonly kind: Kind; readonly failed: string };
