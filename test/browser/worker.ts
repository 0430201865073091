/** A worker of a page that computes, and has threads of its own for it. */
import { answer, type Call } from './suite.js';

self.onmessage = async ({ data }: MessageEvent<Call>) => {
  try {
    self.postMessage({ result: await answer(data) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
