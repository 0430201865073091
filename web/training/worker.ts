/** The worker that trains for a page. */
import type { TrainingNews, TrainingOrder } from './messages.js';

const tell = (news: TrainingNews) => self.postMessage(news);

self.onmessage = ({ data: order }: MessageEvent<TrainingOrder>) => {
  if ('start' in order) tell({ failed: 'nothing trains here yet' });
};
