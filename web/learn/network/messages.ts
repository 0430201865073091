/** What the figures of networks ask their worker, and what it answers. */
import type { Field, Magnitude } from 'receptive/insight';
import type { LayerRow, Thumbnail } from '../../training/messages.js';

export const networks = ['mnistNet', 'inceptionNet', 'residualNet'] as const;
export type NetworkName = (typeof networks)[number];

export interface Choice {
  readonly network: NetworkName;
  /** With the weights that come with the site, which are those of mnistNet; or else with the first weights of seed 0. */
  readonly isTrained: boolean;
  /** One of the ten images that the site has for figures, which is of this class. */
  readonly digit: number;
  /** The class that the loss asks for. */
  readonly target: number;
}

/** Numbers of the image, or of what a layer gave, row by row. */
export interface Numbers {
  readonly values: Float32Array;
  /** d loss / d of each of them. */
  readonly gradient: Float32Array;
  /** Of the gradient. */
  readonly magnitude: Magnitude;
}

export interface Look {
  readonly choice: Choice;
  readonly image: Numbers & { readonly shape: readonly number[]; readonly picture: Thumbnail };
  /** In the order of their calls. */
  readonly layers: readonly (LayerRow & Numbers & { readonly outputShape: readonly number[] })[];
  readonly probabilities: Float32Array;
  readonly loss: number;
}

/** What a step of training is told of. */
export interface StepChoice {
  readonly isTrained: boolean;
  readonly digit: number;
  readonly target: number;
  /** The step that is told, from 1; those before it were taken with the same image. */
  readonly step: number;
}

/** A part of a training step: an operation forward or backward, or what an optimizer does to a parameter. */
export interface Stage {
  readonly pass: 'forward' | 'backward' | 'update' | 'again';
  readonly operation: 'conv2d' | 'maxPool2d' | 'relu' | 'linear' | 'crossEntropy' | 'sgd';
  /** Of the network: its layer, `conv1`, or its parameter, `conv1.weight`. Empty: an operation between layers. */
  readonly layer: string;
  /** What the operation's figure is made of. */
  readonly sizes: readonly unknown[];
  /** The numbers of the figure that are given: those of the network. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
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
  /** Before the step and after it. */
  readonly losses: readonly [number, number];
}

/** Each question with its answer. */
export interface Questions {
  look(choice: Choice): Look;
  step(choice: StepChoice): Story;
  /** `call`: the number of the layer in `Look`. `place`: in what it gave, [c, h, w] or [d]. */
  field(of: { readonly call: number; readonly place: readonly number[] }): readonly Field[];
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
