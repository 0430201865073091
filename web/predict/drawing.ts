/** What is drawn by hand, as strokes. */
import { computed, signal } from '@preact/signals';
import type { Pixels } from 'receptive/data';

/** Sides of the page, in the unit of all points. */
export const side = 280;
/** Of a stroke that is drawn with middling pressure. */
const width = 22;

export interface Point {
  readonly x: number;
  readonly y: number;
  /** 0 to 1; 0.5 where nothing measures it. */
  readonly pressure: number;
}

type Stroke = readonly Point[];

export class Drawing {
  /** What there was after each stroke and each clearing; the last is what there is. */
  readonly #history = signal<readonly (readonly Stroke[])[]>([[]]);
  readonly strokes = computed(() => this.#history.value.at(-1)!);
  readonly isEmpty = computed(() => this.strokes.value.length === 0);
  readonly canUndo = computed(() => this.#history.value.length > 1);

  begin(point: Point): void {
    this.#history.value = [...this.#history.value, [...this.strokes.value, [point]]];
  }

  /** Of the stroke that was begun last. */
  extend(points: readonly Point[]): void {
    const [strokes, stroke] = [this.strokes.value.slice(0, -1), this.strokes.value.at(-1)];
    if (!stroke) return;
    this.#history.value = [...this.#history.value.slice(0, -1), [...strokes, [...stroke, ...points]]];
  }

  undo(): void {
    if (this.canUndo.value) this.#history.value = this.#history.value.slice(0, -1);
  }

  clear(): void {
    if (!this.isEmpty.value) this.#history.value = [...this.#history.value, []];
  }
}

/** On a canvas of `side` x `side`, which is transparent elsewhere. */
export function paint(context: CanvasRenderingContext2D, strokes: readonly Stroke[], colour: string): void {
  context.strokeStyle = colour;
  context.clearRect(0, 0, side, side);
  context.lineCap = 'round';
  for (const stroke of strokes) {
    stroke.forEach((point, i) => {
      const from = stroke[Math.max(0, i - 1)];
      context.lineWidth = width * (0.5 + (from.pressure + point.pressure) / 2);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(point.x, point.y);
      context.stroke();
    });
  }
}

/** Black on white, whatever the colour that it was painted in. Each pixel is the mean of 2x2: fine enough for a network, and prepared in
 *  less than half the time. */
export function pixelsOf(context: CanvasRenderingContext2D): Pixels {
  const { data: rgba } = context.getImageData(0, 0, side, side);
  const ink = (x: number, y: number) => rgba[4 * (y * side + x) + 3];
  const size = side / 2;
  const data = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [left, top] = [2 * x, 2 * y];
      const sum = ink(left, top) + ink(left + 1, top) + ink(left, top + 1) + ink(left + 1, top + 1);
      data[y * size + x] = 255 - Math.round(sum / 4);
    }
  }
  return { width: size, height: size, channels: 1, data };
}
