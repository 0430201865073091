/** A digit as the network sees it. The text beside it says what it is. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Thumbnail } from '../training/messages.js';

export function Digit({ image }: { readonly image: Thumbnail }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, data } = image;
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const drawn = context.createImageData(width, height);
    for (const [pixel, grey] of data.entries()) drawn.data.set([grey, grey, grey, 255], 4 * pixel);
    context.putImageData(drawn, 0, 0);
  }, [image]);
  return <canvas ref={canvas} width={width} height={height} />;
}
