/**
 * One number of many, made wrong: which one, and what stands there instead, follows from the seed. Whole numbers stay whole, so that it
 * can't be seen from its form.
 */
export function falsify(values: Float64Array, seed: number): { readonly index: number; readonly value: number } {
  // Knuth's multiplicative hash: seeds side by side give places far apart.
  const hash = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const index = Math.floor((hash / 2 ** 32) * values.length);
  const step = values.every(Number.isInteger) ? 1 + (hash % 2) : 0.5 * Math.max(...values.map(Math.abs), 0.01);
  return { index, value: values[index] + (hash % 4 < 2 ? step : -step) };
}
