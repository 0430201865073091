/** The worker of `rc-depth`: one order, one answer. */
import { type DepthOrder, gradientsByDepth, type Kind } from './deepNets.js';

export type DepthNews = { readonly norms: Record<Kind, number[]> } | { readonly failed: string };

const tell = (news: DepthNews) => self.postMessage(news);

self.onmessage = ({ data }: MessageEvent<DepthOrder>) => {
  gradientsByDepth(data).then(
    (norms) => tell({ norms }),
    (error: unknown) => tell({ failed: error instanceof Error ? error.message : String(error) }),
  );
};
