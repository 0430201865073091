/** The channels of a tensor side by side: blue above zero, orange below, the stronger the further from it. */
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { texts, theme } from '../shell/settings.js';
import type { Maps } from '../training/messages.js';

/** So many channels are drawn of a layer that has more. */
const MOST = 64;
/** The widest sheet, in pixels: two of them fit beside each other. */
const WIDTH = 580;
/** Of a channel, where there are few of them, and where there are many. */
const SIDES = [50, 36] as const;
const FEW = 20;
const GAP = 6;
/** Left of the first channel, and above it. */
const EDGE = GAP / 2;

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
  const side = SIDES[all <= FEW ? 0 : 1];
  const zoom = Math.max(1, shape.length < 2 ? Math.min(24, Math.floor(WIDTH / width)) : Math.floor(side / width));
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
  const [sheetWidth, sheetHeight] = [Math.min(columns, channels) * across(layout), rows * down(layout)];
  useLayoutEffect(() => {
    draw(canvas.current!.getContext('2d')!, maps.values, layout, strongest, cell.value);
    // In another theme, colours are others.
  }, [maps, cell.value, theme.value]);

  const onPointerMove = ({ offsetX, offsetY }: PointerEvent) => {
    const scale = sheetWidth / canvas.current!.clientWidth;
    cell.value = cellAt(layout, offsetX * scale - EDGE, offsetY * scale - EDGE);
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
  const { canvas } = context;
  const [above, below, ground, line, ink] = ['--above', '--below', '--ground', '--line', '--ink'].map((name) =>
    resolved(canvas, name),
  );
  const sheet = context.createImageData(canvas.width, canvas.height);
  const placeOf = (at: number) => {
    const channel = Math.floor(at / (height * width));
    const [h, w] = [Math.floor(at / width) % height, at % width];
    const x = EDGE + (channel % columns) * across(layout) + w * zoom;
    return [x, EDGE + Math.floor(channel / columns) * down(layout) + h * zoom] as const;
  };
  const count = channels * height * width;
  for (let at = 0; at < count; at++) {
    const [left, top] = placeOf(at);
    const hue = values[at] > 0 ? above : below;
    const share = strongest === 0 ? 0 : Math.abs(values[at]) / strongest;
    for (let y = top; y < top + zoom; y++) {
      for (let x = left; x < left + zoom; x++) {
        const i = 4 * (y * sheet.width + x);
        for (let c = 0; c < 3; c++) sheet.data[i + c] = ground[c] + share * (hue[c] - ground[c]);
        sheet.data[i + 3] = 255;
      }
    }
  }
  context.putImageData(sheet, 0, 0);
  context.strokeStyle = `rgb(${line.join()})`;
  for (let channel = 0; channel < channels; channel++) {
    const [left, top] = placeOf(channel * height * width);
    context.strokeRect(left - 0.5, top - 0.5, width * zoom + 1, height * zoom + 1);
  }
  context.fillStyle = `rgba(${ink.join()}, 0.5)`;
  for (let at = 0; zoom >= SIGN_ZOOM && at < count; at++) {
    const [left, top] = placeOf(at);
    if (values[at] < 0) context.fillRect(left + zoom / 4, top + Math.floor(zoom / 2), zoom / 2, 1);
  }
  if (marked === null) return;
  const [left, top] = placeOf(marked);
  context.strokeStyle = `rgb(${ink.join()})`;
  context.strokeRect(left - 0.5, top - 0.5, zoom + 1, zoom + 1);
}

/** Red, green and blue of a colour of the style sheet, as it is in light or in dark: a canvas knows no variables. */
function resolved(element: HTMLElement, name: string): number[] {
  element.style.borderColor = `var(${name})`;
  const { borderTopColor } = getComputedStyle(element);
  element.style.borderColor = '';
  return borderTopColor.match(/\d+(?=[,)])/g)!.map(Number);
}
