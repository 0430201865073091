/** Curves over the same x, with their values under a cursor that the pointer or the arrow keys move. */
import './style.css';
import { scaleLinear } from 'd3-scale';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { texts } from '../shell/settings.js';
import { extent, isFinitePoint, nearest, type Point, thinned } from './points.js';

export interface Series {
  readonly name: string;
  /** x counts something, steps or epochs, and never falls. Points that aren't finite are left out. */
  readonly points: readonly Point[];
  /** As SVG's `stroke-dasharray`; '': an unbroken line. Default: another one for each series. */
  readonly dash?: string;
}

export interface CurvesOptions {
  readonly series: readonly Series[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** Of the drawing, in pixels. Default 220. */
  readonly height?: number;
  /** How a y is written. Default: with three digits. */
  readonly format?: (y: number) => string;
  /** Where the cursor is; null: nowhere. Default: the chart has a cursor of its own. */
  readonly at?: number | null;
  /** Where the cursor is wanted. */
  readonly onPoint?: (x: number | null) => void;
}

/** So that series differ by more than their colour. */
const DASHES = ['', '7 4', '2 3', '10 3 2 3', '14 4', '1 4'];
const MARGIN = { left: 52, right: 12, top: 8, bottom: 38 };
/** A series with more room than this between its points has a dot at each. */
const DOTS = 14;

export function Curves(options: CurvesOptions) {
  const { series, xLabel, yLabel, height = 220, format = threeDigits, at, onPoint } = useFrame(options);
  const { curves: text } = texts.value;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [own, setOwn] = useState<number | null>(null);
  const cursor = at === undefined ? own : at;
  /** Where it will be drawn in the next frame: a second key in the same frame goes on from there. */
  const next = useRef(cursor);
  useEffect(() => {
    next.current = cursor;
  }, [cursor]);
  const drawn = series.map(({ points }) => points.filter(isFinitePoint));
  const xs = extent(
    drawn.flatMap((points) => (points.length > 0 ? [points[0][0], points.at(-1)![0]] : [])),
    [0, 1],
  );
  const ys = extent(
    drawn.flatMap((points) => points.map(([, y]) => y)),
    [0, 1],
  );
  const x = scaleLinear(xs, [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)]);
  const y = scaleLinear(ys, [height - MARGIN.bottom, MARGIN.top]).nice(4);
  const under = drawn.map((points) => (points.length === 0 ? null : nearest(points, cursor ?? xs[1])));
  const tickText = options.format ?? y.tickFormat(4);
  const xTicks = x.ticks(Math.max(2, Math.floor(width / 110))).filter(Number.isInteger);
  /** The cursor goes from point to point of the series that has the most. */
  const rail = drawn.reduce((most, points) => (points.length > most.length ? points : most), drawn[0] ?? []);

  const point = (to: number | null) => {
    next.current = to;
    setOwn(to);
    onPoint?.(to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = keyTarget(event, rail, next.current);
    if (to === undefined) return;
    event.preventDefault();
    point(to);
  };
  const onPointerMove = ({ clientX }: PointerEvent) => {
    if (rail.length === 0) return;
    point(nearest(rail, x.invert(clientX - frame.current!.getBoundingClientRect().left))[0]);
  };
  const said = under.flatMap((found, i) => (found ? [`${series[i].name} ${format(found[1])}`] : [])).join(', ');
  return (
    <figure class="curves">
      <figcaption>
        <span class="axis">{yLabel}</span>
        {series.map(({ name, dash }, i) => (
          <span key={name} class={`key series-${i % DASHES.length}`}>
            <svg width="26" height="10" aria-hidden="true">
              <line x1="0" x2="26" y1="5" y2="5" stroke-dasharray={dash ?? DASHES[i % DASHES.length]} />
            </svg>
            {name} <b>{under[i] ? format(under[i][1]) : '–'}</b>
          </span>
        ))}
        <span class="where">{cursor !== null && `${xLabel} ${plain(cursor)}`}</span>
      </figcaption>
      {/* A slider, because it is one to a screen reader: it says where it is, and what is there. */}
      <div
        ref={frame}
        role="slider"
        tabIndex={0}
        aria-label={text.label(yLabel)}
        aria-valuemin={xs[0]}
        aria-valuemax={xs[1]}
        aria-valuenow={cursor ?? xs[0]}
        aria-valuetext={cursor === null ? text.keys : `${xLabel} ${plain(cursor)}: ${said}`}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => point(null)}
      >
        <svg width={width} height={height} aria-hidden="true">
          {y.ticks(4).map((tick) => (
            <g key={tick}>
              <line class="grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
              <text class="tick" x={MARGIN.left - 6} y={y(tick) + 4} text-anchor="end">
                {tickText(tick)}
              </text>
            </g>
          ))}
          {xTicks.map((tick) => (
            <text key={tick} class="tick" x={x(tick)} y={height - MARGIN.bottom + 16} text-anchor="middle">
              {plain(tick)}
            </text>
          ))}
          <text class="axis" x={(MARGIN.left + width - MARGIN.right) / 2} y={height - 4} text-anchor="middle">
            {xLabel}
          </text>
          {cursor !== null && (
            <line class="cursor" x1={x(cursor)} x2={x(cursor)} y1={MARGIN.top} y2={height - MARGIN.bottom} />
          )}
          {series.map(({ name, dash }, i) => {
            const placed = drawn[i].map(([px, py]): Point => [x(px), y(py)]);
            return (
              <g key={name} class={`series-${i % DASHES.length}`}>
                <polyline
                  points={thinned(placed)
                    .map(([px, py]) => `${tenth(px)},${tenth(py)}`)
                    .join(' ')}
                  stroke-dasharray={dash ?? DASHES[i % DASHES.length]}
                />
                {placed.length * DOTS < width && placed.map(([px, py]) => <circle key={px} cx={px} cy={py} r="3" />)}
                {cursor !== null && under[i] && <circle cx={x(under[i][0])} cy={y(under[i][1])} r="4.5" />}
              </g>
            );
          })}
        </svg>
      </div>
    </figure>
  );
}

/** The same value, but a new one at most once for each frame of the screen: numbers come faster than anybody sees them. */
function useFrame<T>(value: T): T {
  const newest = useRef(value);
  const [shown, show] = useState(value);
  const pending = useRef(0);
  newest.current = value;
  useEffect(() => {
    if (pending.current === 0 && newest.current !== shown) {
      pending.current = requestAnimationFrame(() => {
        pending.current = 0;
        show(newest.current);
      });
    }
  });
  useEffect(() => () => cancelAnimationFrame(pending.current), []);
  return shown;
}

function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(contentRect.width));
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Where a key leads from here; undefined: it's none of the cursor's. */
function keyTarget({ key }: KeyboardEvent, rail: readonly Point[], cursor: number | null): number | null | undefined {
  if (key === 'Escape') return null;
  const last = rail.length - 1;
  if (last < 0) return undefined;
  const here = cursor === null ? last : rail.indexOf(nearest(rail, cursor));
  const page = Math.ceil(rail.length / 10);
  const to: Readonly<Record<string, number>> = {
    ArrowLeft: here - 1,
    ArrowDown: here - 1,
    ArrowRight: here + 1,
    ArrowUp: here + 1,
    PageDown: here - page,
    PageUp: here + page,
    Home: 0,
    End: last,
  };
  return Object.hasOwn(to, key) ? rail[Math.min(last, Math.max(0, to[key]))][0] : undefined;
}

const threeDigits = (y: number) => String(Number(y.toPrecision(3)));
const plain = (x: number) => String(Math.round(x * 1000) / 1000);
const tenth = (pixels: number) => Math.round(pixels * 10) / 10;
