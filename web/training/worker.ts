/** The worker that trains for a page: one run. */
import { failureOf } from './failure.js';
import type { TrainingNews, TrainingOrder } from './messages.js';
import { Run } from './run.js';

const tell = (news: TrainingNews) => self.postMessage(news);
const fail = (error: unknown) => tell(failureOf(error));

let run: Run | null = null;
/** What was asked for before there was a run. */
const early: Exclude<TrainingOrder, { start: unknown }>[] = [];

self.onmessage = async ({ data: order }: MessageEvent<TrainingOrder>) => {
  try {
    if (!('start' in order)) {
      if (run) run.hear(order);
      else early.push(order);
      return;
    }
    run = await Run.start(order.start, order.site, tell);
    for (const each of early) run.hear(each);
    await run.train();
  } catch (error) {
    fail(error);
  }
};
