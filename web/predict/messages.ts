/** What the page `predict` and its worker say to each other. */
import type { Pixels } from 'receptive/data';
import type { LayerRow, Maps, Thumbnail } from '../training/messages.js';

/** Where a network comes from. */
export type Source =
  /** The one that comes with the site, whose address this is. */
  | { readonly site: string }
  /** A run that the browser keeps. */
  | { readonly kept: string }
  /** A checkpoint; or weights alone, of which the name of their network must be said. */
  | { readonly file: File; readonly model: string | null };

/** What there is to know of a network. */
export interface Opened {
  readonly model: string;
  /** The data set that it was trained on. */
  readonly data: string;
  readonly epochs: number;
  readonly seed: number | null;
  /** On the test images: 0 to 1. Null: it isn't known. */
  readonly accuracy: number | null;
  readonly classes: readonly string[];
  /** Of an image: (C, H, W). */
  readonly shape: readonly number[];
  /** In the order of their calls. */
  readonly layers: readonly LayerRow[];
  /** The layers that Grad-CAM can show, and the one that it shows unless another is asked for. */
  readonly mapped: readonly string[];
  readonly mappedFirst: string | null;
  /** Whether it knows digits, so that one can be drawn for it. */
  readonly knowsDigits: boolean;
  /** Whether the site has the images that it was trained on. */
  readonly hasImages: boolean;
}

export interface Question {
  /** A drawing, or a file with a picture. Null: the same as in the question before. */
  readonly picture: Pixels | File | null;
  /** The class whose reasons are asked for. Null: the likeliest. */
  readonly label: number | null;
  /** The number of the layer whose output is asked for. */
  readonly layer: number;
  /** The layer whose maps Grad-CAM weighs. */
  readonly mapped: string | null;
}

/** A training image, as the network sees it. */
export interface Similar {
  readonly image: Thumbnail;
  readonly label: number;
  /** From 0 to 2: 1 − the cosine of the angle between their features. */
  readonly distance: number;
}

export interface Answer {
  /** The picture as the network sees it. */
  readonly image: Thumbnail;
  readonly probabilities: readonly number[];
  readonly maps: Maps;
  /** The class that the following are of. */
  readonly label: number;
  /** (H, W): the gradient of the score with respect to each pixel; of several channels the one that is farthest from 0. */
  readonly saliency: Maps;
  /** (h, w), ≥ 0. */
  readonly gradCam: Maps | null;
  /** The nearest first. Null: the features of the training images haven't been asked for. */
  readonly similar: readonly Similar[] | null;
}

export type Order =
  | { readonly open: Source }
  | { readonly ask: Question }
  /** Computes the features of so many training images of the site, so that answers have those that are similar. */
  | { readonly learnImages: { readonly count: number; readonly site: string } };

export type News =
  | { readonly opened: Opened }
  /** The file has weights alone, of one of these networks. */
  | { readonly needsModel: readonly string[] }
  | { readonly notOpened: string }
  | { readonly answer: Answer }
  /** A sentence: there is no digit on the picture, it is damaged, … */
  | { readonly notAnswered: string }
  | { readonly learning: { readonly done: number; readonly of: number } }
  | { readonly learned: true }
  | { readonly notLearned: string }
  /** The worker itself failed. */
  | { readonly failed: string };
