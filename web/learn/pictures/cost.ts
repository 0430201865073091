/** What a chain of convolutions costs: the package counts. */
import { nn } from 'receptive';

/** A convolution of K x K to so many channels; its padding leaves height and width as they are. */
export interface Link {
  readonly kernel: number;
  readonly channels: number;
}

export interface Cost {
  /** Of each convolution, and of all. */
  readonly links: readonly {
    readonly shape: readonly number[];
    readonly parameters: number;
    readonly multiplyAdds: number;
  }[];
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** For one image (C, H, W). */
export function costOf(image: readonly number[], chain: readonly Link[]): Cost {
  const convolutions = chain.map(({ kernel, channels }, i) => {
    const from = i === 0 ? image[0] : chain[i - 1].channels;
    return new nn.Conv2d(from, channels, kernel, { padding: 'same' });
  });
  const { layers, parameters, multiplyAdds } = nn.summary(new nn.Sequential(...convolutions), [1, ...image]);
  return { links: layers.map((layer) => ({ ...layer, shape: layer.outputShape! })), parameters, multiplyAdds };
}

/** `1x1:16,5x5:32`. Null: it is no such chain. */
export function chainOf(text: string): Link[] | null {
  if (!/^\d+x\d+:\d+(,\d+x\d+:\d+)*$/.test(text)) return null;
  return text.split(',').map((link) => {
    const [kernel, , channels] = link.split(/[x:]/).map(Number);
    return { kernel, channels };
  });
}
