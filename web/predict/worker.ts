/** The worker of the page `predict`: it opens networks, and looks at pictures with them. */
import { type Backend, createBackend } from 'receptive';
import { networkNames } from 'receptive/catalog';
import type { Pixels } from 'receptive/data';
import { answer } from './answer.js';
import type { News, Order } from './messages.js';
import { NeedsModel, type Network, openNetwork } from './network.js';
import { openPicture } from './openPicture.js';
import { type Gallery, learnImages } from './similar.js';

const tell = (news: News) => self.postMessage(news);

/** One thread: the networks are small, and the page is alive beside it. */
const backend: Promise<Backend> = createBackend('wasm', { threads: 1 }).catch(() => createBackend('reference'));
let network: Network | null = null;
let gallery: Gallery | null = null;
/** The picture that questions are about, and what messages call it. */
let picture: { readonly pixels: Pixels; readonly name: string } | null = null;

async function obey(order: Exclude<Order, { learnImages: unknown }>): Promise<void> {
  if ('open' in order) {
    try {
      network = await openNetwork(order.open, await backend);
      gallery = null;
      tell({ opened: network.about });
    } catch (error) {
      tell(error instanceof NeedsModel ? { needsModel: networkNames } : { notOpened: sentence(error) });
    }
  } else {
    try {
      const { ask } = order;
      if (ask.picture) picture = await openPicture(ask.picture);
      tell({ answer: await answer(network!, gallery, picture!, ask) });
    } catch (error) {
      tell({ notAnswered: sentence(error) });
    }
  }
}

/** It takes a while, so other orders are obeyed between two batches; another network ends it. */
async function learn({ count, site }: Extract<Order, { learnImages: unknown }>['learnImages']): Promise<void> {
  const own = network!;
  try {
    const learned = await learnImages(own, count, site, (done, of) => {
      if (network === own) tell({ learning: { done, of } });
      return network === own;
    });
    if (!learned) return;
    gallery = learned;
    tell({ learned: true });
  } catch (error) {
    if (network === own) tell({ notLearned: sentence(error) });
  }
}

/** The order that is being obeyed: the next one waits for it. */
let last = Promise.resolve();

self.onmessage = ({ data: order }: MessageEvent<Order>) => {
  if ('learnImages' in order) void learn(order.learnImages);
  else last = last.then(() => obey(order)).catch((error) => tell({ failed: sentence(error) }));
};

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));
