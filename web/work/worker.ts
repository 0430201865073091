/** The worker of the site: it computes what a page asks for, so that the page stays alive. One order each; `go` stops it and lets it
 *  go on. */
import { Gate } from './gate.js';
import type { News, Order, Report } from './messages.js';

const tell = (news: News) => self.postMessage(news);
const gate = new Gate(() => tell({ stopped: true }));

self.onmessage = async ({ data: order }: MessageEvent<Order>) => {
  try {
    if ('go' in order) gate.set(order.go);
    else if ('look' in order) tell({ found: await (await import('./look.js')).look() });
    else if ('bench' in order) await report((await import('./bench.js')).bench(order.bench, tellProgress, gate));
    else await report((await import('./check.js')).check(order.check, tellProgress, gate));
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
  }
};

/** Each is all that there is so far; the last one is whole. */
async function report(reports: AsyncIterable<Report>): Promise<void> {
  let last: Report | undefined;
  for await (const report of reports) {
    tell({ report });
    last = report;
  }
  if (last) tell({ done: last });
}

/** Milliseconds between two messages of progress, at least: drawing them takes the page's time. */
const pause = 100;
let told = 0;

function tellProgress(progress: NonNullable<Extract<News, { progress: unknown }>>['progress']): void {
  if (performance.now() - told < pause) return;
  told = performance.now();
  tell({ progress });
}
