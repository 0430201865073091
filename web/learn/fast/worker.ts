/** Measures training steps for a figure. */
import { createBackend } from 'receptive';
import { measureStep, networkStep } from 'receptive/measure';
import type { MeasureNews, MeasureOrder } from './messages.js';

const tell = (news: MeasureNews) => self.postMessage(news);

async function measure({ network, batch, on }: MeasureOrder): Promise<void> {
  for (const { backend: name, threads = 1 } of on) {
    const backend = await createBackend(name, name === 'wasm' ? { threads } : {});
    tell({ row: await measureStep({ label: name, backend }, networkStep(network, batch)), threads });
    await backend.close();
  }
  tell({ done: true });
}

self.onmessage = ({ data }: MessageEvent<MeasureOrder>) => {
  measure(data).catch((error: Error) => tell({ failed: error.message }));
};
