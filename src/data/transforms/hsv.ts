/**
 * Colours as hue, saturation and value, in bytes, as PIL has them:
 *
 *   value = max(r, g, b)     how light
 *   saturation = (max − min) / max     how far from grey
 *   hue     where on the circle of colours: red 0, green 1/3, blue 2/3 of the way round
 *
 * All three are cut off to bytes, so that a colour there and back isn't quite the same.
 *
 * Source: Smith, "Color gamut transform pairs" (1978); src/libImaging/Convert.c in Pillow
 */
const f32 = Math.fround;

/** Writes hue, saturation and value of the colour at `data[i]` to `i + 2` over it. */
export function toHsv(data: Uint8Array, i: number): void {
  const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
  const max = Math.max(r, g, b);
  const range = max - Math.min(r, g, b);
  if (range === 0) {
    [data[i], data[i + 1], data[i + 2]] = [0, 0, max];
    return;
  }
  // How far each channel is from the largest, 0 to 1.
  const [rc, gc, bc] = [f32((max - r) / range), f32((max - g) / range), f32((max - b) / range)];
  const sixths = f32(r === max ? bc - gc : g === max ? 2 + rc - bc : 4 + gc - rc);
  const hue = f32((sixths / 6 + 1) % 1);
  data[i] = Math.trunc(hue * 255);
  data[i + 1] = Math.trunc(f32(range / max) * 255);
  data[i + 2] = max;
}

/** Writes the colour of hue, saturation and value at `data[i]` to `i + 2` over them. */
export function toRgb(data: Uint8Array, i: number): void {
  const [hue, saturation, v] = [data[i], data[i + 1], data[i + 2]];
  const sixth = Math.floor(f32(hue * 6) / 255);
  const f = f32(f32(hue * 6) / 255 - sixth); // how far into it
  const s = f32(saturation / 255);
  const p = Math.round(v * (1 - s));
  const q = Math.round(v * (1 - s * f));
  const t = Math.round(v * (1 - s * (1 - f)));
  const colours = [
    [v, t, p],
    [q, v, p],
    [p, v, t],
    [p, q, v],
    [t, p, v],
    [v, p, q],
  ];
  [data[i], data[i + 1], data[i + 2]] = colours[sixth % 6];
}
