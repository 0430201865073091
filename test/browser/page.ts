/** The page: answers calls itself, or through a worker. */
import { answer, type Call } from './suite.js';

async function answerInWorker(call: Call): Promise<unknown> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.result));
      worker.onerror = (event) => reject(new Error(`the worker failed: ${event.message}`));
      worker.postMessage(call);
    });
  } finally {
    worker.terminate();
  }
}

const page = { answer, answerInWorker };
export type Page = typeof page;
Object.assign(globalThis, page);
