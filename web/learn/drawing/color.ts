/** Colours as any program reads them: `#rrggbb`, and how opaque it is apart from it. */
export interface Color {
  readonly hex: string;
  /** 0 (nothing is seen) to 1. */
  readonly alpha: number;
}

const known = new Map<string, Color>();
let context: OffscreenCanvasRenderingContext2D | undefined;

/** Of a computed style, which may be `rgb(…)`, `color(srgb …)`, or the like: a pixel of it says what it is. */
export function colorOf(css: string): Color {
  let color = known.get(css);
  if (!color) {
    context ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    color = { hex: `#${[r, g, b].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`, alpha: a / 255 };
    known.set(css, color);
  }
  return color;
}
