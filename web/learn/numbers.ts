/** A number as a figure shows it: at most four digits behind the point, and a true minus sign. Where that would show too little of it, or
 *  too much, four digits and a power of ten: `4.54e−5`. What is below 1e-12 is what rounding left over of 0. */
export function written(value: number): string {
  const size = Math.abs(value);
  if (size < 1e-12) return '0';
  const isPlain = !Number.isFinite(value) || (size >= 1e-3 && size < 1e6);
  const text = isPlain
    ? `${Math.round(value * 1e4) / 1e4}`
    : Number(value.toPrecision(4)).toExponential().replace('+', '');
  return text.replaceAll('-', '−').replace('Infinity', '∞');
}
