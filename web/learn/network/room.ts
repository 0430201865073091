/** What a figure's worker has: the network that is looked at, and the images. */
import { Checkpoint, type Classifier, manualSeed, models, type Tensor } from 'receptive';
import {
  DataLoader,
  type ImageDataset,
  imageFromPicture,
  mnist,
  mnistNormalization,
  type Pixels,
  prepareDigit,
  Subset,
} from 'receptive/data';
import { RecordingBackend } from 'receptive/insight';
import { openPicture } from '../../predict/openPicture.js';
import type { Thumbnail } from '../../training/messages.js';
import { imageOf } from '../../training/tested.js';
import { Inside } from './inside.js';
import { type Choice, imageShape, type Look, type NetworkName } from './messages.js';

type Weights = Pick<Choice, 'network' | 'isTrained'>;

export class Room {
  site = '';
  readonly #backend = new RecordingBackend();
  /** The network that was looked at last. */
  #model: { readonly name: string; readonly model: Classifier<Tensor> } | null = null;
  #inside: Inside | null = null;
  #images: Promise<ImageDataset> | null = null;

  async look(choice: Choice): Promise<Look> {
    const name = `${choice.network} ${choice.isTrained}`;
    if (this.#model?.name !== name) {
      this.#model = { name, model: (await this.newModel(choice)).to(this.#backend) };
    }
    const x =
      typeof choice.picture === 'number' ? (await this.image(choice.picture)).x : await this.#own(choice.picture);
    this.#inside = await Inside.of(this.#model.model, this.#backend, x, choice);
    return this.#inside.look;
  }

  /** What was looked at last. */
  get inside(): Inside {
    if (!this.#inside) throw new Error('nothing has been looked at yet');
    return this.#inside;
  }

  /** With the weights that were chosen. It is on no backend, so that the reference backend computes. */
  async newModel({ network, isTrained }: Weights): Promise<Classifier<Tensor>> {
    return isTrained ? this.#trained() : untrained(network);
  }

  async #trained(): Promise<Classifier<Tensor>> {
    const name = 'mnist-net.safetensors';
    const checkpoint = await Checkpoint.decode(await load(`${this.site}data/${name}`), name);
    const model = models.mnistNet();
    model.loadStateDict(checkpoint.modelState());
    return model;
  }

  /** The image of this class, as the network gets it (1, 1, 28, 28), and as it is drawn. */
  async image(digit: number): Promise<{ readonly x: Tensor; readonly image: Thumbnail }> {
    this.#images ??= mnist({ train: false, dir: `${this.site}data/digits` });
    const images = await this.#images;
    const { image } = await imageOf(images, digit, mnistNormalization);
    for await (const [x] of new DataLoader(new Subset(images, [digit]))) return { x, image };
    throw new RangeError(`there is no image of ${digit}`);
  }

  /** A reader's own picture as the page Predict prepares it, and as the network gets it (1, 1, 28, 28). */
  async #own(picture: Pixels | File): Promise<Tensor> {
    const { pixels, name } = await openPicture(picture);
    const [, channels, height, width] = imageShape;
    const normalize = mnistNormalization;
    const image = imageFromPicture(prepareDigit(pixels, { name }), { channels, height, width, normalize });
    return this.#backend.tensor(image, imageShape);
  }
}

function untrained(network: NetworkName): Classifier<Tensor> {
  manualSeed(0);
  return models[network]();
}

async function load(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} can't be loaded: the site answers with HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
