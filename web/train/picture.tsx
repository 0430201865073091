/** A picture as the network sees it. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Thumbnail } from '../training/messages.js';

export function Picture({ image, label }: { readonly image: Thumbnail; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, channels, data } = image;
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const drawn = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) drawn.data[4 * i + c] = data[channels * i + (channels === 3 ? c : 0)];
      drawn.data[4 * i + 3] = 255;
    }
    context.putImageData(drawn, 0, 0);
  }, [image]);
  return <canvas ref={canvas} class="picture" width={width} height={height} role="img" aria-label={label} />;
}
