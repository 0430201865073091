/** The maps of a layer, and the number under the pointer or the keyboard's cursor. */
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { texts } from '../shell/settings.js';
import type { Maps } from '../training/messages.js';
import { Values } from './canvases.js';

/** A row of numbers is broken after so many. */
const longestRow = 32;

/** Maps of so many columns have cells with room for a stroke, however small they are drawn. */
const fewColumns = 8;

/** (C, H, W) as C maps; (H, W) as one; a row of numbers as one, too, that is broken into rows. */
function mapsOf({ shape, values }: Maps) {
  if (shape.length === 1) {
    const width = Math.min(shape[0], longestRow);
    return { width, height: Math.ceil(shape[0] / width), maps: [values] };
  }
  const [height, width] = shape.slice(-2);
  const size = height * width;
  const maps = Array.from({ length: values.length / size }, (_, c) => values.subarray(c * size, (c + 1) * size));
  return { width, height, maps };
}

export function MapGrid({
  of,
  label,
  isLarge = false,
  isGradient = false,
  isReadOnly = false,
  pressOnly = false,
  seen,
  selected,
  onPoint,
}: {
  readonly of: Maps;
  readonly label: string;
  readonly isLarge?: boolean;
  /** It lies on a hatched ground. */
  readonly isGradient?: boolean;
  /** It shows its numbers as a picture only. */
  readonly isReadOnly?: boolean;
  /** A number is chosen by a press, and not by passing over it. */
  readonly pressOnly?: boolean;
  /** 1 for each number that has a part in one that was pointed at elsewhere. */
  readonly seen?: Uint8Array;
  /** Where somebody else holds which number is pointed at, and says it: it, or null for none. Missing: this holds it. */
  readonly selected?: number | null;
  readonly onPoint?: (index: number) => void;
}) {
  const { predict: text } = texts.value;
  // The same arrays each time: what is drawn already isn't drawn again.
  const { width, height, maps } = useMemo(() => mapsOf(of), [of.values]);
  const size = width * height;
  const own = useSignal<number | null>(null);
  const index = selected === undefined ? own.value : selected;
  const at = index === null ? null : { map: Math.floor(index / size), cell: index % size };
  const strongest = useMemo(() => of.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0), [of.values]);

  const point = (map: number, x: number, y: number) => {
    const cell = within(y, height) * width + within(x, width);
    const to = Math.min(within(map, maps.length) * size + cell, of.values.length - 1);
    if (to === index) return;
    own.value = to;
    onPoint?.(to);
  };

  const follow = (event: PointerEvent) => {
    const canvas = (event.target as Element).closest('canvas');
    const map = canvas ? [...(event.currentTarget as Element).querySelectorAll('canvas')].indexOf(canvas) : -1;
    if (!canvas || map < 0) return;
    const box = canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * height);
    point(map, x, y);
  };

  const type = (event: KeyboardEvent) => {
    const { map, cell } = at ?? { map: 0, cell: 0 };
    const [x, y] = [cell % width, Math.floor(cell / width)];
    if (event.key === 'ArrowLeft') point(map, x - 1, y);
    else if (event.key === 'ArrowRight') point(map, x + 1, y);
    else if (event.key === 'ArrowUp') point(map, x, y - 1);
    else if (event.key === 'ArrowDown') point(map, x, y + 1);
    else if (event.key === 'PageUp') point(map - 1, x, y);
    else if (event.key === 'PageDown') point(map + 1, x, y);
    else return;
    event.preventDefault();
  };

  const said = () => {
    if (at === null) return maps.length > 1 ? text.pointMaps : text.point;
    const { map, cell } = at;
    const value = maps[map]?.[cell];
    if (value === undefined) return text.point;
    const number = signed(value);
    if (of.shape.length === 1) return text.atNumber(cell, number);
    const [row, column] = [Math.floor(cell / width), cell % width];
    return maps.length > 1 ? text.atMap(map, row, column, number) : text.atPixel(row, column, number);
  };

  const drawn = maps.map((values, map) => (
    <Values
      key={map}
      values={values}
      width={width}
      height={height}
      strongest={strongest}
      isLarge={isLarge || width <= fewColumns || of.shape.length === 1}
      mark={at?.map === map ? at.cell : null}
      seen={seen?.subarray(map * size, (map + 1) * size)}
      label={maps.length > 1 ? text.map(map) : label}
    />
  ));
  const name = `maps ${isLarge ? 'large' : ''} ${isGradient ? 'gradient' : ''}`;
  if (isReadOnly) return <div class={name}>{drawn}</div>;
  return (
    <div>
      <div
        class={name}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move a cursor in it.
        tabIndex={0}
        aria-label={label}
        onPointerMove={pressOnly ? undefined : follow}
        onPointerDown={follow}
        onKeyDown={type}
      >
        {drawn}
      </div>
      {selected === undefined && <output class="hint">{said()}</output>}
    </div>
  );
}

const within = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);

/** With a sign that is as wide as the other. */
const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toPrecision(3)}`;
