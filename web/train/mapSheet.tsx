/** The channels of a tensor side by side: blue above zero, orange below, the stronger the further from it. */
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { texts, theme } from '../shell/settings.js';
import type { Maps } from '../training/messages.js';

/** So many channels are drawn of a layer that has more. */
const MOST = 64;
/** The widest sheet, and a channel's least side, in pixels. */
const WIDTH = 660;
const SIDE = 56;
const GAP = 3;

interface Layout {
  /** Of a channel. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly columns: number;
  /** Pixels a number. */
  readonly zoom: number;
}

/** A row of numbers is one channel that is one number high. */
export function layoutOf(shape: readonly number[]): Layout & { readonly all: number } {
  const [height, width] = shape.length >= 2 ? shape.slice(-2) : [1, shape[0] ?? 1];
  const all = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const zoom =
    shape.length < 2 ? Math.max(1, Math.min(24, Math.floor(WIDTH / width))) : Math.max(1, Math.floor(SIDE / width));
  const columns = Math.max(1, Math.floor((WIDTH + GAP) / (width * zoom + GAP)));
  return { height, width, all, channels: Math.min(all, MOST), columns, zoom };
}

const across = ({ width, zoom }: Layout) => width * zoom + GAP;
const down = ({ height, zoom }: Layout) => height * zoom + GAP;

export function MapSheet({ maps, what }: { readonly maps: Maps; readonly what: string }) {
  const { train: text } = texts.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  /** The number under the pointer, or where the arrow keys are. */
  const cell = useSignal<number | null>(null);
  const { all, ...layout } = layoutOf(maps.shape);
  const { height, width, channels, columns } = layout;
  const size = height * width;
  const strongest = strongestOf(maps.values);
  const rows = Math.ceil(channels / columns);
  const [sheetWidth, sheetHeight] = [Math.min(columns, channels) * across(layout) - GAP, rows * down(layout) - GAP];
  useLayoutEffect(() => {
    draw(canvas.current!.getContext('2d')!, maps.values, layout, strongest, cell.value);
  }, [maps, cell.value, theme.value]);

  const onPointerMove = ({ offsetX, offsetY }: PointerEvent) => {
    const scale = sheetWidth / canvas.current!.clientWidth;
    cell.value = cellAt(layout, offsetX * scale, offsetY * scale);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: width,
      ArrowUp: -width,
      PageDown: size,
      PageUp: -size,
    };
    if (event.key === 'Escape') cell.value = null;
    if (!Object.hasOwn(move, event.key)) return;
    event.preventDefault();
    const to = cell.value === null ? 0 : cell.value + move[event.key];
    if (to >= 0 && to < channels * size) cell.value = to;
  };
  const at = cell.value;
  return (
    <figure class="maps">
      <figcaption>
        {what}{' '}
        <span class="hint">
          {maps.shape.join('×')}
          {all > channels && ` · ${text.firstOf(channels, all)}`}
        </span>
      </figcaption>
      {/* A slider, because it is one to a screen reader: it says where it is, and what is there. */}
      <div
        tabIndex={0}
        role="slider"
        aria-label={`${maps.layer}, ${what}`}
        aria-valuemin={0}
        aria-valuemax={channels * size - 1}
        aria-valuenow={at ?? 0}
        aria-valuetext={at === null ? text.sheetKeys : placeText(at, layout, maps)}
        onKeyDown={onKeyDown}
        onBlur={() => {
          cell.value = null;
        }}
      >
        <canvas
          ref={canvas}
          width={sheetWidth}
          height={sheetHeight}
          onPointerMove={onPointerMove}
          onPointerLeave={() => {
            cell.value = null;
          }}
        />
      </div>
      <p class="hint legend">
        <Scale strongest={strongest} />
        <span>{at !== null && placeText(at, layout, maps)}</span>
      </p>
    </figure>
  );
}

/** What the colours mean. */
function Scale({ strongest }: { readonly strongest: number }) {
  const end = Number(strongest.toPrecision(2));
  return (
    <span class="scale">
      <span>{`−${end}`}</span>
      <span class="bar" aria-hidden="true" />
      <span>{`+${end}`}</span>
    </span>
  );
}

function placeText(at: number, { height, width }: Layout, { values }: Maps): string {
  const place = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
  return `[${(height === 1 ? place.slice(2) : place).join(', ')}] ${Number(values[at].toPrecision(4))}`;
}

function cellAt(layout: Layout, x: number, y: number): number | null {
  const { height, width, channels, columns, zoom } = layout;
  const [column, row] = [Math.floor(x / across(layout)), Math.floor(y / down(layout))];
  const channel = row * columns + column;
  const [w, h] = [Math.floor((x - column * across(layout)) / zoom), Math.floor((y - row * down(layout)) / zoom)];
  const isInside = column < columns && channel < channels && w >= 0 && w < width && h >= 0 && h < height;
  return isInside ? (channel * height + h) * width + w : null;
}

function strongestOf(values: Float32Array): number {
  let strongest = 0;
  for (const value of values) strongest = Math.max(strongest, Math.abs(value));
  return strongest;
}

/** A number whose square has room for it has a minus as well: colour isn't all that says so. */
const SIGN_ZOOM = 8;

function draw(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  layout: Layout,
  strongest: number,
  marked: number | null,
): void {
  const { height, width, channels, columns, zoom } = layout;
  const style = getComputedStyle(context.canvas);
  const [above, below, ground] = ['--above', '--below', '--ground'].map((name) => resolved(context.canvas, name));
  const ink = style.color;
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  for (let channel = 0; channel < channels; channel++) {
    const left = (channel % columns) * across(layout);
    const top = Math.floor(channel / columns) * down(layout);
    context.globalAlpha = 1;
    context.fillStyle = ground;
    context.fillRect(left, top, width * zoom, height * zoom);
    for (let i = 0; i < height * width; i++) {
      const at = channel * height * width + i;
      const value = values[at];
      const [x, y] = [left + (i % width) * zoom, top + Math.floor(i / width) * zoom];
      context.globalAlpha = strongest === 0 ? 0 : Math.abs(value) / strongest;
      context.fillStyle = value > 0 ? above : below;
      context.fillRect(x, y, zoom, zoom);
      if (value < 0 && zoom >= SIGN_ZOOM) {
        context.globalAlpha = 0.6;
        context.fillStyle = ink;
        context.fillRect(x + zoom / 4, y + zoom / 2, zoom / 2, 1);
      }
      if (at === marked) {
        context.globalAlpha = 1;
        context.strokeStyle = ink;
        context.strokeRect(x + 0.5, y + 0.5, Math.max(2, zoom - 1), Math.max(2, zoom - 1));
      }
    }
  }
}

/** A colour of the style sheet as it is in light or dark: a canvas knows no variables. */
function resolved(element: HTMLElement, name: string): string {
  element.style.borderColor = `var(${name})`;
  const { borderTopColor } = getComputedStyle(element);
  element.style.borderColor = '';
  return borderTopColor;
}
