/** What a figure's worker has: the network that is looked at, and the images. */
import { Checkpoint, type Classifier, manualSeed, models, type Tensor } from 'receptive';
import { DataLoader, type ImageDataset, mnist, mnistNormalization, Subset } from 'receptive/data';
import { type Field, receptiveField } from 'receptive/insight';
import type { Thumbnail } from '../../training/messages.js';
import { imageOf } from '../../training/tested.js';
import type { Choice, NetworkName } from './messages.js';

/** Of an image, and of a batch of one. */
export const imageShape = [1, 1, 28, 28] as const;

type Weights = Pick<Choice, 'network' | 'isTrained'>;

export class Room {
  site = '';
  /** The network that was looked at last. */
  #model: { readonly name: string; readonly model: Classifier<Tensor> } | null = null;
  #images: Promise<ImageDataset> | null = null;

  /** The network that is looked at from now on. */
  async model(choice: Weights): Promise<Classifier<Tensor>> {
    const name = `${choice.network} ${choice.isTrained}`;
    if (this.#model?.name !== name) this.#model = { name, model: await this.newModel(choice) };
    return this.#model.model;
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

  fieldOf({ call, place }: { readonly call: number; readonly place: readonly number[] }): Field[] {
    return receptiveField(this.#model!.model, imageShape, call, place);
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
