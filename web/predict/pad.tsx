/** A page to draw on: with a mouse, a finger, a pen, or the keyboard. */
import './pad.css';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Pixels } from 'receptive/data';
import { useUniqueId } from '../shell/id.js';
import { texts, theme } from '../shell/settings.js';
import { type Drawing, type Point, paint, pixelsOf, side } from './drawing.js';

/** How far an arrow key moves the cursor, and with Shift. */
const steps = { far: 14, near: 4 };
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** `onDraw` gets what makes a picture of the drawing, or null where it is empty. */
export function Pad({
  drawing,
  onDraw,
  children,
}: {
  readonly drawing: Drawing;
  readonly onDraw: (picture: (() => Pixels) | null) => void;
  /** Beside the buttons, near to where the eye is. */
  readonly children: ComponentChildren;
}) {
  const { predict: text } = texts.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  const hint = useUniqueId();
  const cursor = useSignal<{ x: number; y: number; isDown: boolean } | null>(null);
  const strokes = drawing.strokes.value;
  const drawn = useRef(strokes);

  useLayoutEffect(() => {
    // It is read again and again, so the browser shouldn't keep it on a GPU.
    const context = canvas.current!.getContext('2d', { willReadFrequently: true })!;
    paint(context, strokes, getComputedStyle(canvas.current!).color);
    if (drawn.current === strokes) return;
    drawn.current = strokes;
    onDraw(strokes.length === 0 ? null : () => pixelsOf(context));
  }, [strokes, theme.value]);

  const pointOf = (event: PointerEvent): Point => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    const pressure = event.pointerType === 'pen' ? event.pressure : 0.5;
    return { x: ((event.clientX - left) / width) * side, y: ((event.clientY - top) / height) * side, pressure };
  };

  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.current!.setPointerCapture(event.pointerId);
    cursor.value = null;
    drawing.begin(pointOf(event));
  };

  const move = (event: PointerEvent) => {
    if (!canvas.current!.hasPointerCapture(event.pointerId)) return;
    const between = event.getCoalescedEvents();
    drawing.extend((between.length > 0 ? between : [event]).map(pointOf));
  };

  const type = (event: KeyboardEvent) => {
    const { x, y, isDown } = cursor.value ?? { x: side / 2, y: side / 2, isDown: false };
    const arrow = arrows[event.key];
    if (arrow) {
      const step = event.shiftKey ? steps.near : steps.far;
      const to = { x: within(x + arrow[0] * step), y: within(y + arrow[1] * step), isDown };
      cursor.value = to;
      if (isDown) drawing.extend([{ ...to, pressure: 0.5 }]);
    } else if (event.key === ' ') {
      cursor.value = { x, y, isDown: !isDown };
      if (!isDown) drawing.begin({ x, y, pressure: 0.5 });
    } else if (event.key === 'z' && (event.ctrlKey || event.metaKey)) {
      drawing.undo();
      lift();
    } else if (event.key === 'Delete') {
      drawing.clear();
      lift();
    } else return;
    event.preventDefault();
  };

  const lift = () => {
    if (cursor.value) cursor.value = { ...cursor.value, isDown: false };
  };

  return (
    <div class="pad">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on by keyboard. */}
      <div class="paper" role="application" tabIndex={0} aria-label={text.pad} aria-describedby={hint} onKeyDown={type}>
        <canvas
          ref={canvas}
          width={side}
          height={side}
          onPointerDown={press}
          onPointerMove={move}
          onLostPointerCapture={lift}
        />
        {cursor.value && (
          <svg viewBox={`0 0 ${side} ${side}`} aria-hidden="true">
            <circle cx={cursor.value.x} cy={cursor.value.y} r={12} class={cursor.value.isDown ? 'down' : undefined} />
          </svg>
        )}
      </div>
      <div class="buttons">
        <button type="button" disabled={!drawing.canUndo.value} onClick={() => drawing.undo()}>
          {text.undo}
        </button>
        <button type="button" disabled={drawing.isEmpty.value} onClick={() => drawing.clear()}>
          {text.clear}
        </button>
        {children}
      </div>
      <p class="hint" id={hint}>
        {text.padHint}
      </p>
      <p class="unseen" role="status">
        {cursor.value && (cursor.value.isDown ? text.penDown : text.penUp)}
      </p>
    </div>
  );
}

const within = (position: number) => Math.min(Math.max(position, 0), side);
