/** The worker of a figure of a network: the reference backend computes, which is `src/ops` itself. */

import type { Asked, Kind, News, Questions } from './messages.js';
import { Room } from './room.js';
import { tellStep } from './tellStep.js';

const room = new Room();

const answers: { readonly [K in Kind]: (question: never) => Promise<ReturnType<Questions[K]>> } = {
  look: (choice) => room.look(choice),
  step: (choice) => tellStep(room, choice),
  field: async (of) => room.inside.fieldOf(of),
  path: async (from) => room.inside.path(from),
};

async function obey({ kind, question, site }: Asked): Promise<void> {
  try {
    room.site = site;
    self.postMessage({ kind, answer: await answers[kind](question as never) } satisfies News);
  } catch (error) {
    self.postMessage({ kind, failed: error instanceof Error ? error.message : String(error) } satisfies News);
  }
}

/** The order that is being obeyed: the next one waits for it. */
let last = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Asked>) => {
  last = last.then(() => obey(data));
};
