/** Numbers and pictures on canvases. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { theme } from '../shell/settings.js';
import type { Thumbnail } from '../training/messages.js';

/** A picture, pixel by pixel. */
export function Picture({ image, label, class: name }: { image: Thumbnail; label: string; class?: string }) {
  const { width, height } = image;
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    canvas.current!.getContext('2d')!.putImageData(imageDataOf(image), 0, 0);
  }, [image]);
  return <canvas ref={canvas} class={name} width={width} height={height} role="img" aria-label={label} />;
}

/** In colours, opaque. */
function imageDataOf({ width, height, channels, data }: Thumbnail): ImageData {
  const made = new ImageData(width, height);
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) made.data[4 * p + c] = data[p * channels + (channels === 1 ? 0 : c)];
    made.data[4 * p + 3] = 255;
  }
  return made;
}

/** Blue above 0, orange below; both are seen on light and on dark ground. */
const above = [30, 120, 230] as const;
const below = [230, 115, 10] as const;

/** Sides of a cell that is hatched where its number is below 0, so that colour isn't all that tells. */
const hatched = 8;

/** Numbers (height, width), each the stronger the farther it is from 0, `strongest` wholly. `isLarge`: numbers below 0 are hatched. */
export function Values({
  values,
  width,
  height,
  strongest,
  label,
  isLarge = false,
  mark = null,
  seen = null,
}: {
  values: Float32Array;
  width: number;
  height: number;
  strongest: number;
  label: string;
  isLarge?: boolean;
  /** The number of a cell that has a frame. */
  mark?: number | null;
  /** 1 for each cell that has a part in another number, which was pointed at elsewhere. */
  seen?: Uint8Array | null;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const cell = isLarge ? hatched : 1;
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const ink = getComputedStyle(canvas.current!).color;
    context.clearRect(0, 0, width * cell, height * cell);
    values.forEach((value, i) => {
      const [x, y] = [(i % width) * cell, Math.floor(i / width) * cell];
      const strength = strongest > 0 ? Math.abs(value) / strongest : 0;
      context.fillStyle = `rgb(${(value < 0 ? below : above).join(' ')} / ${strength})`;
      context.fillRect(x, y, cell, cell);
      if (!isLarge || value >= 0 || strength < 0.1) return;
      context.strokeStyle = ink;
      context.globalAlpha = strength;
      context.beginPath();
      context.moveTo(x, y + cell);
      context.lineTo(x + cell, y);
      context.stroke();
      context.globalAlpha = 1;
    });
  }, [values, width, height, strongest, cell, theme.value]);
  return (
    <span class="values">
      <canvas ref={canvas} width={width * cell} height={height * cell} role="img" aria-label={label} />
      {(mark !== null || seen) && (
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {seen && <Seen cells={seen} width={width} />}
          {mark !== null && <rect class="mark" x={mark % width} y={Math.floor(mark / width)} width={1} height={1} />}
        </svg>
      )}
    </span>
  );
}

/** A tint on the cells that aren't 0, and a frame around them. */
function Seen({ cells, width }: { readonly cells: Uint8Array; readonly width: number }) {
  let [tint, left, top, right, bottom] = ['', width, cells.length, 0, 0];
  for (let start = 0; start < cells.length; start++) {
    if (cells[start] === 0) continue;
    // From here to the end of what is seen of this row.
    const [x, y] = [start % width, Math.floor(start / width)];
    let end = start + 1;
    while (end < (y + 1) * width && cells[end] !== 0) end++;
    tint += `M${x} ${y}h${end - start}v1h${start - end}z`;
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x + end - start), y + 1];
    start = end;
  }
  if (tint === '') return null;
  return (
    <>
      <path class="seen" d={tint} />
      <rect class="box" x={left} y={top} width={right - left} height={bottom - top} />
    </>
  );
}

/** A picture, and over it where it was looked at, smoothed to its size: (h, w), ≥ 0. */
export function Overlaid({
  image,
  values,
  width,
  height,
  label,
}: {
  image: Thumbnail;
  values: Float32Array;
  width: number;
  height: number;
  label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = Math.max(1, Math.ceil(224 / image.width));
  const [W, H] = [image.width * scale, image.height * scale];
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    context.imageSmoothingEnabled = false;
    context.drawImage(onCanvas(imageDataOf(image)), 0, 0, W, H);
    const strongest = values.reduce((a, b) => Math.max(a, b), 0);
    const map = new ImageData(width, height);
    values.forEach((value, i) => {
      map.data.set([255, 140, 0, strongest > 0 ? (220 * value) / strongest : 0], 4 * i);
    });
    context.imageSmoothingEnabled = true;
    context.drawImage(onCanvas(map), 0, 0, W, H);
  }, [image, values]);
  return <canvas ref={canvas} class="large" width={W} height={H} role="img" aria-label={label} />;
}

function onCanvas(image: ImageData): OffscreenCanvas {
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}
