/** The worker of the chapters on pictures and networks. It loads what a question needs, and no more. */
import type { News, Order } from './messages.js';

const tell = (news: News) => self.postMessage(news);

async function answerTo(order: Order): Promise<unknown> {
  switch (order.what) {
    case 'picture':
      return (await import('./openPicture.js')).openPicture(order.asked);
    case 'stages':
      return (await import('./stages.js')).stagesOf(order.asked.network, order.asked.image);
    case 'inception':
      return (await import('./branches.js')).runInception(order.asked);
    case 'normalization':
      return (await import('./askImages.js')).askImages(order.asked, (done, of) => tell({ done, of }));
  }
}

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  try {
    tell({ answer: await answerTo(data) });
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : `${error}` });
  }
};
