/** A number as a figure shows it: at most four digits behind the point, and a true minus sign. */
export function written(value: number): string {
  const rounded = Math.round(value * 1e4) / 1e4;
  return `${Object.is(rounded, -0) ? 0 : rounded}`.replace('-', '−');
}

/** In a sum or product a negative number stands in brackets. */
export const factor = (value: number): string => (value < 0 ? `(${written(value)})` : written(value));
